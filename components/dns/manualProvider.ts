import type { Implementation } from "../dynamic/index.ts";
import { changedRecords, type RecordData, type RecordMap, recordList } from "./recordMap.ts";
import { recordText } from "./records.ts";
import { type RecordStatus, verifyRecords } from "./verifyRecords.ts";

export interface ManualInputs {
  readonly records: RecordMap;
  /** `host` or `host:port`. */
  readonly resolver?: string;
}

export interface ManualState extends ManualInputs {
  /** Why a record is not verified, by name; empty when all are. */
  readonly unverified: Readonly<Record<string, string>>;
}

function declared({ records, resolver }: ManualInputs): ManualInputs {
  return { records, ...(resolver === undefined ? {} : { resolver }) };
}

function verify(inputs: ManualInputs): Promise<RecordStatus[]> {
  return verifyRecords(
    recordList(inputs.records),
    inputs.resolver === undefined ? {} : { resolver: inputs.resolver },
  );
}

function unverifiedOf(found: readonly RecordStatus[]): Record<string, string> {
  return Object.fromEntries(
    found.flatMap(({ record, verified, reason }) => (verified ? [] : [[record.name, reason ?? ""]])),
  );
}

/** Verifies and says which records the person has to make; the update goes on without them. */
async function announce(inputs: ManualInputs): Promise<ManualState> {
  const found = await verify(inputs);
  const missing = found.filter(({ verified }) => !verified);
  if (missing.length > 0) {
    const lines = missing.map(({ record, reason }) => `  ${recordText(record)}   (${reason})`);
    console.warn(`Make these records at your DNS host; tenants need them:\n${lines.join("\n")}`);
  }
  return { ...declared(inputs), unverified: unverifiedOf(found) };
}

/**
 * What a verified record has become. One that was never verified is not drift: nothing was there to change,
 * and the update has said so.
 */
function observedRecords(state: ManualState, found: readonly RecordStatus[]): RecordMap {
  const kept = found.flatMap(({ record, verified, observed }): [string, RecordData][] => {
    const { name, type, value, ttl } = record;
    if (verified || name in state.unverified) return [[name, { type, value, ttl }]];
    return observed === undefined ? [] : [[name, { type, value: observed, ttl }]];
  });
  return Object.fromEntries(kept);
}

/** Records that a person makes; they are looked up as a tenant would. */
export function handler(): Implementation {
  return {
    async diff(_id: string, olds: ManualState, news: ManualInputs) {
      const changes =
        changedRecords(olds.records, news.records).length > 0 || olds.resolver !== news.resolver;
      return { changes };
    },

    async create(inputs: ManualInputs) {
      return { id: "manual", outs: await announce(inputs) };
    },

    async read(id: string, state: ManualState) {
      const found = await verify(state);
      const inputs = { ...declared(state), records: observedRecords(state, found) };
      return { id, inputs, props: { ...inputs, unverified: unverifiedOf(found) } };
    },

    async update(_id: string, _olds: ManualState, news: ManualInputs) {
      return { outs: await announce(news) };
    },

    async delete(_id: string, { records }: ManualState) {
      console.warn(
        `Remove these records at your DNS host, they are not ours to remove: ${Object.keys(records).join(", ")}.`,
      );
    },
  };
}
