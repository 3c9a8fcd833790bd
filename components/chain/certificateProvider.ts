import { openCluster } from "../cluster/cluster.ts";
import type { Implementation } from "../dynamic/index.ts";
import { openWallet } from "../wallet/openWallet.ts";
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
        openWallet(state.wallet),
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

    /** A provider that is gone holds no valid certificate; serving keys are of no use to anybody then. */
    async delete(_id: string, state: CertificateState) {
      const { host, serial } = state;
      await revokeCertificates(state, (published) => {
        const own = published.filter((one) => one.serial === serial && one.state === "valid");
        return [...new Set([...validFor(published, [host]), ...own.map((one) => one.serial)])];
      });
      await deleteKeys(await openCluster(state.cluster));
    },
  };
}
