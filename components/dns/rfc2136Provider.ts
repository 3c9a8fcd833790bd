import type { Implementation } from "../dynamic/index.ts";
import { presentPlaces } from "../dynamic/places.ts";
import { NameServerUnreachable } from "./errors.ts";
import type { NameServer } from "./exchange.ts";
import { observeRecord, updateZone } from "./nameServerClient.ts";
import { changedRecords, type RecordData, type RecordMap, recordList } from "./recordMap.ts";
import type { TsigAlgorithm } from "./tsig.ts";
import { openTsigKey } from "./tsigSecret.ts";

/** What is declared; the secret is read when it is needed and is no part of it. */
export interface Rfc2136Inputs {
  readonly server: string;
  readonly port: number;
  readonly zone: string;
  readonly keyName: string;
  readonly algorithm: TsigAlgorithm;
  readonly secretEnv?: string;
  readonly secretFile?: string;
  readonly records: RecordMap;
}

/** Only the declared fields: the engine sends its own along. */
function declared(inputs: Rfc2136Inputs): Rfc2136Inputs {
  const { server, port, zone, keyName, algorithm, secretEnv, secretFile, records } = inputs;
  return {
    server,
    port,
    zone,
    keyName,
    algorithm,
    ...(secretEnv === undefined ? {} : { secretEnv }),
    ...(secretFile === undefined ? {} : { secretFile }),
    records,
  };
}

const plainFields = ["server", "port", "zone", "keyName", "algorithm", "secretEnv", "secretFile"] as const;
/** Records at another server or in another zone are other records. */
const replacing: ReadonlySet<string> = new Set(["server", "port", "zone"]);

/** Who serves the zone of a state now. */
function present({ server, port, zone }: Rfc2136Inputs): NameServer {
  const { nameServer } = presentPlaces();
  return nameServer?.zone === zone ? nameServer : { server, port };
}

async function observe(at: NameServer, records: RecordMap): Promise<RecordMap> {
  const found = await Promise.all(
    recordList(records).map(async (record): Promise<[string, RecordData][]> => {
      const observed = await observeRecord(at, record);
      if (observed === undefined) return [];
      const { type, values, ttl } = observed;
      return [[record.name, { type, value: values.join(", "), ttl }]];
    }),
  );
  return Object.fromEntries(found.flat());
}

/** Keeps records at a name server by signed dynamic updates; the id is `zone@server`. */
export function handler(): Implementation {
  return {
    async diff(_id: string, olds: Rfc2136Inputs, news: Rfc2136Inputs) {
      const fields = plainFields.filter((field) => olds[field] !== news[field]);
      const records = changedRecords(olds.records, news.records);
      return {
        changes: fields.length + records.length > 0,
        replaces: fields.filter((field) => replacing.has(field)),
        // The other way round, removing the old records could remove new ones of the same names.
        deleteBeforeReplace: true,
      };
    },

    async create(inputs: Rfc2136Inputs) {
      await updateZone(inputs, {
        zone: inputs.zone,
        key: openTsigKey(inputs),
        set: recordList(inputs.records),
      });
      return { id: `${inputs.zone}@${inputs.server}`, outs: declared(inputs) };
    },

    async read(id: string, state: Rfc2136Inputs) {
      const observed = { ...declared(state), records: await observe(present(state), state.records) };
      return { id, props: observed, inputs: observed };
    },

    async update(_id: string, olds: Rfc2136Inputs, news: Rfc2136Inputs) {
      const remove = recordList(olds.records).filter(({ name }) => !(name in news.records));
      await updateZone(news, {
        zone: news.zone,
        key: openTsigKey(news),
        set: recordList(news.records),
        remove,
      });
      return { outs: declared(news) };
    },

    /** A name server that is gone for good must not keep its successor, or the end of the site, waiting. */
    async delete(_id: string, state: Rfc2136Inputs) {
      const remove = recordList(state.records);
      try {
        await updateZone(present(state), { zone: state.zone, key: openTsigKey(state), remove });
      } catch (error) {
        if (!(error instanceof NameServerUnreachable)) throw error;
        const names = remove.map(({ name, type }) => `${name} (${type})`).join(", ");
        console.warn(
          `${error.message} These records stay where it serves them still: ${names}. Remove them there by hand.`,
        );
      }
    },
  };
}
