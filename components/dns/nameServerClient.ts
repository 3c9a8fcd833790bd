import { randomInt } from "node:crypto";
import { type Answer, type DecodedPacket, decode, encode, type RecordType } from "dns-packet";
import { UpdateRefused } from "./errors.ts";
import { exchange, type NameServer, serverText } from "./exchange.ts";
import { canonicalName, canonicalValue, type DnsRecord, type DnsRecordType } from "./records.ts";
import { signMessage, type TsigKey, verifyAnswer } from "./tsig.ts";

/** What a name holds of one type, or the alias that stands in its place. */
export interface ObservedRecord {
  readonly type: DnsRecordType;
  /** Sorted; several only where somebody added to ours. */
  readonly values: readonly string[];
  readonly ttl: number;
}

const typeCodes: Readonly<Record<DnsRecordType, number>> = { A: 1, CNAME: 5, AAAA: 28 };
const types = Object.keys(typeCodes) as DnsRecordType[];
const updateOpcode = 5 << 11;

/** The response code by name, which the library gives and its types leave out. */
function rcodeOf(answer: Buffer): string {
  const decoded: DecodedPacket & { readonly rcode?: string } = decode(answer);
  return decoded.rcode ?? "";
}

function isOurType(type: string): type is DnsRecordType {
  return type in typeCodes;
}

async function ask(at: NameServer, name: string, type: DnsRecordType): Promise<ObservedRecord | undefined> {
  const id = randomInt(0x10000);
  const bytes = await exchange(at, encode({ type: "query", id, questions: [{ name, type }] }));
  const answer = decode(bytes);
  const code = rcodeOf(bytes);
  if (code !== "NOERROR" && code !== "NXDOMAIN") {
    throw new UpdateRefused(serverText(at), code, `a query for ${name}`);
  }
  const own = (answer.answers ?? []).filter((found) => canonicalName(found.name) === name);
  const [first] = own;
  if (first === undefined || !isOurType(first.type)) return undefined;
  const observed = first.type;
  const values = own.flatMap((found) =>
    found.type === observed && "data" in found ? [canonicalValue(observed, String(found.data))] : [],
  );
  return { type: observed, values: values.sort(), ttl: "ttl" in first ? (first.ttl ?? 0) : 0 };
}

/**
 * What the server holds for a record's name, asked of the server itself: no cache lies between.
 *
 * @throws NameServerUnreachable, UpdateRefused
 */
export async function observeRecord(at: NameServer, wanted: DnsRecord): Promise<ObservedRecord | undefined> {
  for (const type of [wanted.type, ...types.filter((other) => other !== wanted.type)]) {
    const found = await ask(at, wanted.name, type);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Deletes all records of one type at a name (RFC 2136, section 2.5.2): class ANY and no data. */
function deletion(name: string, type: DnsRecordType): Answer {
  // dns-packet writes a type by number with the data it is given; under its own name A would need an address.
  const byNumber = `UNKNOWN_${typeCodes[type]}` as RecordType;
  return { name, type: byNumber, class: "ANY", ttl: 0, data: Buffer.alloc(0) } as Answer;
}

export interface ZoneUpdate {
  readonly zone: string;
  readonly key: TsigKey;
  /** Records to hold; whatever else of these types is at their names goes. */
  readonly set?: readonly DnsRecord[];
  /** Records to remove, by name and type. */
  readonly remove?: readonly Pick<DnsRecord, "name" | "type">[];
}

/**
 * Sets and removes records in one signed message, which the server applies whole or not at all.
 *
 * @throws NameServerUnreachable, UpdateRefused, AnswerNotGenuine
 */
export async function updateZone(
  at: NameServer,
  { zone, key, set = [], remove = [] }: ZoneUpdate,
): Promise<void> {
  const authorities: Answer[] = [
    ...remove.map(({ name, type }) => deletion(name, type)),
    ...set.flatMap(({ name }) => types.map((type) => deletion(name, type))),
    ...set.map(({ name, type, value, ttl }): Answer => ({ name, type, ttl, data: value })),
  ];
  if (authorities.length === 0) return;
  const id = randomInt(0x10000);
  const plain = encode({
    type: "query",
    id,
    flags: updateOpcode,
    questions: [{ name: zone, type: "SOA" }],
    authorities,
  });
  const { message, mac } = signMessage(plain, key);
  const answer = await exchange(at, message);
  const rcode = rcodeOf(answer);
  const refuse = (code: string) => new UpdateRefused(serverText(at), code, `an update of the zone ${zone}`);
  let problem: string | undefined;
  try {
    problem = verifyAnswer(answer, key, mac);
  } catch (error) {
    // Some servers do not sign a refusal; believing a forged one only stops us.
    throw rcode === "NOERROR" ? error : refuse(rcode);
  }
  if (problem !== undefined || rcode !== "NOERROR") throw refuse(problem ?? rcode);
}
