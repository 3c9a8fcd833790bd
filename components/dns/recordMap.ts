import { canonicalName, canonicalValue, type DnsRecord, type DnsRecordType } from "./records.ts";

/** A record without its name. */
export interface RecordData {
  readonly type: DnsRecordType;
  readonly value: string;
  readonly ttl: number;
}

/** Records by name, so that a difference is named after its record. */
export type RecordMap = Readonly<Record<string, RecordData>>;

/** @throws RangeError when a name occurs twice */
export function recordMap(records: readonly DnsRecord[]): RecordMap {
  const map: Record<string, RecordData> = {};
  for (const { name, type, value, ttl } of records) {
    const key = canonicalName(name);
    if (key in map) throw new RangeError(`\`records\` names ${key} twice. Keep one of them.`);
    map[key] = { type, value: canonicalValue(type, value), ttl };
  }
  return map;
}

export function recordList(map: RecordMap): DnsRecord[] {
  return Object.entries(map).map(([name, { type, value, ttl }]) => ({ name, type, value, ttl }));
}

function sameData(left: RecordData | undefined, right: RecordData | undefined): boolean {
  return left?.type === right?.type && left?.value === right?.value && left?.ttl === right?.ttl;
}

/** Names whose record was added, removed or changed, sorted. */
export function changedRecords(before: RecordMap, after: RecordMap): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => !sameData(before[name], after[name])).sort();
}
