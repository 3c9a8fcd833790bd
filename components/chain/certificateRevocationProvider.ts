import { isDeepStrictEqual } from "node:util";
import type { Implementation } from "../dynamic/index.ts";
import { supersededSerials } from "./certificatePlan.ts";
import { type CertificateOwner, readPublished, revokeCertificates } from "./certificateRecords.ts";
import { faultPoint } from "./faults.ts";

/** What is declared, with the wish that nothing superseded be valid, so that what is shows as a change. */
interface Inputs extends CertificateOwner {
  readonly host: string;
  /** Serial of the certificate that stays valid. */
  readonly keep: string;
  readonly superseded: readonly string[];
}

const fields = ["network", "wallet", "owner", "host", "keep", "superseded"] as const;

/** Revokes what the certificate in use has taken the place of; the id is the owner's address. */
export function handler(): Implementation {
  return {
    async check(_olds: unknown, news: Inputs) {
      return { inputs: declared(news) };
    },

    async diff(_id: string, olds: Inputs, news: Inputs) {
      return { changes: fields.some((field) => !isDeepStrictEqual(olds[field], news[field])) };
    },

    async create(inputs: Inputs) {
      await revoke(inputs, [inputs.host]);
      return { id: inputs.owner, outs: declared(inputs) };
    },

    async read(id: string, state: Inputs) {
      const superseded = supersededSerials(await readPublished(state), [state.host], state.keep);
      const observed = { ...declared(state), superseded };
      return { id, inputs: observed, props: observed };
    },

    async update(_id: string, olds: Inputs, news: Inputs) {
      await revoke(news, [news.host, olds.host]);
      return { outs: declared(news) };
    },

    async delete() {
      // What is still valid belongs to `Certificate`, which revokes it when it is deleted itself.
    },
  };
}

/** @param hosts the present host and, where the provider was renamed, the former one */
async function revoke(inputs: Inputs, hosts: readonly string[]): Promise<void> {
  await revokeCertificates(inputs, (published) => supersededSerials(published, hosts, inputs.keep));
  faultPoint("before-state");
}

function declared({ network, wallet, owner, host, keep }: Inputs): Inputs {
  return { network, wallet, owner, host, keep, superseded: [] };
}
