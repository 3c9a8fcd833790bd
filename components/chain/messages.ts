import { MsgCreateCertificate, MsgRevokeCertificate } from "@akashnetwork/chain-sdk/private-types/akash.v1";
import { MsgCreateProvider, MsgUpdateProvider } from "@akashnetwork/chain-sdk/private-types/akash.v1beta4";
import { generations } from "./generations.ts";
import type { ChainMessage, Generation, ProviderRecord } from "./types.ts";

/** A message as it stands in a transaction (`google.protobuf.Any`). */
export interface EncodedMessage {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

/** Encodes a message for a generation. The bytes are the same in all; the type URL names the package. */
export function encodeMessage(generation: Generation, message: ChainMessage): EncodedMessage {
  const names = generations[generation];
  switch (message.type) {
    case "createProvider":
      return {
        typeUrl: `/${names.provider}.MsgCreateProvider`,
        value: MsgCreateProvider.encode(
          MsgCreateProvider.fromPartial(providerFields(message.record)),
        ).finish(),
      };
    case "updateProvider":
      return {
        typeUrl: `/${names.provider}.MsgUpdateProvider`,
        value: MsgUpdateProvider.encode(
          MsgUpdateProvider.fromPartial(providerFields(message.record)),
        ).finish(),
      };
    case "createCertificate": {
      const { owner, certificatePem, publicKeyPem } = message;
      const fields = { owner, cert: Buffer.from(certificatePem), pubkey: Buffer.from(publicKeyPem) };
      return {
        typeUrl: `/${names.certificate}.MsgCreateCertificate`,
        value: MsgCreateCertificate.encode(MsgCreateCertificate.fromPartial(fields)).finish(),
      };
    }
    case "revokeCertificate": {
      const { owner, serial } = message;
      return {
        typeUrl: `/${names.certificate}.MsgRevokeCertificate`,
        value: MsgRevokeCertificate.encode(
          MsgRevokeCertificate.fromPartial({ id: { owner, serial } }),
        ).finish(),
      };
    }
  }
}

function providerFields(record: ProviderRecord) {
  const { owner, hostUri, email, website } = record;
  return { owner, hostUri, attributes: [...record.attributes], info: { email, website } };
}
