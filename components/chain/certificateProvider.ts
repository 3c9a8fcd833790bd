import { openCluster } from "../cluster/cluster.ts";
import type { Implementation } from "../dynamic/index.ts";
import { WalletError } from "../wallet/errors.ts";
import { openWallet } from "../wallet/openWallet.ts";
import type { Wallet, WalletSource } from "../wallet/types.ts";
import {
  type CertificateInputs,
  type CertificateState,
  certificateInputs,
  certificateProblems,
  changedCertificateFields,
  describeKey,
} from "./certificateDeclaration.ts";
import { ensureCertificate } from "./certificateEnsure.ts";
import { certificateSecretName, deleteKeys, loadKeys } from "./certificateKeys.ts";
import { certificateCondition, validFor } from "./certificatePlan.ts";
import { publishedCertificates, revokeCertificates } from "./certificateRecords.ts";
import { openChain } from "./client.ts";
import { InsufficientFunds, WalletMismatch } from "./errors.ts";
import { faultPoint } from "./faults.ts";
import { resolveNetwork } from "./networks.ts";

/** Keeps a valid certificate on chain whose sealed key is in the cluster; the id is the owner's address. */
export function handler(): Implementation {
  return {
    async check(_olds: unknown, news: CertificateInputs) {
      const inputs = certificateInputs(news);
      return { inputs, failures: certificateProblems(inputs) };
    },

    async diff(_id: string, olds: CertificateState, news: CertificateInputs) {
      const fields = changedCertificateFields(olds, news, new Date());
      const replaces = fields.filter(
        (field) =>
          field === "owner" || (field === "network" && resolveNetwork(news.network).chainId !== olds.chainId),
      );
      // Old and new would claim the same Secret.
      return { changes: fields.length > 0, replaces, deleteBeforeReplace: true };
    },

    async create(inputs: CertificateInputs) {
      const outs = await ensureCertificate(inputs, { partnered: inputs.withRegistration });
      faultPoint("before-state");
      return { id: inputs.owner, outs };
    },

    async read(id: string, state: CertificateState) {
      const [chain, wallet, cluster] = await Promise.all([
        openChain(state.network),
        openOwnWallet(state.wallet, id),
        openCluster(state.cluster),
      ]);
      const [records, keys] = await Promise.all([chain.certificates(id), loadKeys(cluster, wallet, id)]);
      const published = publishedCertificates(records);
      const recorded = published.some(({ serial }) => serial === state.serial);
      if (!keys.active && !keys.pending && !recorded) return { id: "", props: {} };

      const { host, renewBeforeDays, chainId, serial, notBefore, notAfter, fingerprint } = state;
      const situation = { published, ...keys, host, renewBeforeDays, now: new Date() };
      const inputs = { ...certificateInputs(state), ...certificateCondition(situation, serial) };
      const known = keys.active ? describeKey(keys.active) : { serial, notBefore, notAfter, fingerprint };
      return { id, inputs, props: { ...inputs, ...known, chainId, secretName: certificateSecretName } };
    },

    async update(_id: string, _olds: CertificateState, news: CertificateInputs) {
      const outs = await ensureCertificate(news);
      faultPoint("before-state");
      return { outs };
    },

    /**
     * A provider that is gone holds no valid certificate; serving keys are of no use to anybody then. A wallet
     * that was given up revokes nothing any more, and must not keep its successor waiting.
     */
    async delete(id: string, state: CertificateState) {
      const { host, serial, chainId } = state;
      let serials: readonly string[] = [];
      try {
        await revokeCertificates(state, (published) => {
          const own = published.filter((one) => one.serial === serial && one.state === "valid");
          serials = [...new Set([...validFor(published, [host]), ...own.map((one) => one.serial)])];
          return serials;
        });
      } catch (error) {
        const obstacle = signingObstacle(error);
        if (obstacle === undefined) throw error;
        console.warn(
          serials
            .map((one) => `Certificate ${one} of ${id} stays valid on ${chainId}: ${obstacle}.`)
            .concat("Only that wallet can revoke it; without its key nobody can serve with it.")
            .join(" "),
        );
      }
      await deleteKeys(await openCluster(state.cluster));
    },
  };
}

/** The owner's wallet; undefined where its source is gone or holds another one by now. */
async function openOwnWallet(source: WalletSource, owner: string): Promise<Wallet | undefined> {
  try {
    const wallet = await openWallet(source);
    return wallet.address === owner ? wallet : undefined;
  } catch (error) {
    if (error instanceof WalletError) return undefined;
    throw error;
  }
}

/** Why the owner's wallet cannot sign, where running again would not change that; undefined for all else. */
function signingObstacle(error: unknown): string | undefined {
  if (error instanceof WalletError) return "its wallet cannot be opened";
  if (error instanceof WalletMismatch) return "another wallet is declared in its place";
  if (error instanceof InsufficientFunds) return "its wallet cannot pay the fee";
  return undefined;
}
