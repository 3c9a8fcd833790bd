import type { Implementation } from "../dynamic/index.ts";
import { openChain } from "./client.ts";
import { TransactionUnknown, WalletMismatch } from "./errors.ts";
import { faultPoint } from "./faults.ts";
import { resolveNetwork } from "./networks.ts";
import {
  changedFields,
  declaredRecord,
  observedInputs,
  type RegistrationInputs,
  type RegistrationState,
  registrationInputs,
  registrationProblems,
  sameRecord,
} from "./registration.ts";
import { warnOfAdoption, warnOfLostSignatures } from "./registrationWarnings.ts";
import { type SubmitOptions, submit } from "./submit.ts";
import type { MessageBuilder } from "./types.ts";

/**
 * Keeps a provider's record on chain as declared; the id is the owner's address.
 *
 * @param options how long the first record waits for the certificate that comes with it
 */
export function handler(options: Pick<SubmitOptions, "partnerMs"> = {}): Implementation {
  return {
    async check(olds: object | undefined, news: RegistrationInputs) {
      const inputs = registrationInputs(news);
      const failures = registrationProblems(inputs);
      // What the engine did not make is made next: of a record that is there already no diff will tell.
      if (failures.length === 0 && Object.keys(olds ?? {}).length === 0) await warnOfAdoption(inputs);
      return { inputs, failures };
    },

    async diff(_id: string, olds: RegistrationState, news: RegistrationInputs) {
      const fields = changedFields(olds, news);
      if (fields.some((field) => field.startsWith("attributes"))) await warnOfLostSignatures(olds, news);
      const replaces = fields.filter(
        (field) =>
          field === "owner" || (field === "network" && resolveNetwork(news.network).chainId !== olds.chainId),
      );
      return { changes: fields.length > 0, replaces };
    },

    async create(inputs: RegistrationInputs) {
      const written = await write(inputs, { ...options, partnered: inputs.withCertificate });
      faultPoint("before-state");
      return { id: inputs.owner, outs: { ...registrationInputs(inputs), ...written } };
    },

    async read(id: string, state: RegistrationState) {
      const chain = await openChain(state.network);
      const record = await chain.provider(id);
      if (!record) return { id: "", props: {} };
      const inputs = observedInputs(state, record);
      const { txHash, height } = state;
      return { id, inputs, props: { ...inputs, chainId: chain.network.chainId, txHash, height } };
    },

    async update(_id: string, olds: RegistrationState, news: RegistrationInputs) {
      const { chainId, txHash, height } = olds;
      const written = await write(news, {}, { chainId, txHash, height });
      faultPoint("before-state");
      return { outs: { ...registrationInputs(news), ...written } };
    },

    async delete(id: string, { chainId }: RegistrationState) {
      console.warn(
        `The provider record of ${id} stays on ${chainId}: the chain cannot delete one. ` +
          "Tenants may still find it; the next `up` with this wallet adopts and updates it.",
      );
    },
  };
}

type Written = Pick<RegistrationState, "chainId" | "txHash" | "height">;

/**
 * Creates the record, updates it where it differs, or leaves it alone.
 *
 * @param before what is returned when nothing had to be written; the record as adopted by default
 */
async function write(inputs: RegistrationInputs, options: SubmitOptions, before?: Written): Promise<Written> {
  const { chainId } = resolveNetwork(inputs.network);
  const record = declaredRecord(inputs);
  let found = before;
  try {
    const build: MessageBuilder = async ({ chain, wallet, recovered }) => {
      if (wallet.address !== inputs.owner) throw new WalletMismatch(inputs.owner, wallet.address);
      const existing = await chain.provider(inputs.owner);
      if (!existing) return [{ type: "createProvider", record }];
      if (!sameRecord(existing, record)) return [{ type: "updateProvider", record }];
      if (recovered?.messages.some((type) => type === "createProvider" || type === "updateProvider")) {
        found = { chainId, txHash: recovered.receipt.hash, height: recovered.receipt.height };
      }
      found ??= { chainId, txHash: "", height: (await chain.latestBlock()).height };
      return [];
    };
    const receipt = await submit(inputs.network, inputs.wallet, build, options);
    return receipt ? { chainId, txHash: receipt.hash, height: receipt.height } : (found as Written);
  } catch (error) {
    // Sent, outcome unknown: the engine records it as made and unfinished, so that the next run takes it up.
    throw error instanceof TransactionUnknown
      ? Object.assign(error, {
          id: inputs.owner,
          properties: { ...registrationInputs(inputs), chainId, txHash: error.hash, height: 0 },
          reasons: [error.message],
        })
      : error;
  }
}
