import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type ClusterAccess, openCluster } from "../cluster/index.ts";
import type { Implementation } from "../dynamic/index.ts";
import { CredentialMissing } from "./errors.ts";
import { readSecretFile } from "./secretFile.ts";

/** Where one value of the Secret comes from. */
export interface CredentialSource {
  /** Environment variable with the value. */
  readonly env?: string;
  /** File, mode 0600 or stricter, with the value; `~/` is the home folder, blank space around it is dropped. */
  readonly file?: string;
  /** Text before the value, for example `Authorization: Bearer `. */
  readonly prefix?: string;
}

export interface CredentialInputs {
  readonly cluster: ClusterAccess;
  readonly namespace: string;
  readonly secretName: string;
  readonly values: Readonly<Record<string, CredentialSource>>;
  /** Of what the Secret holds; a changed credential shows in it. */
  readonly checksum: string;
}

function declared({ cluster, namespace, secretName, values, checksum }: CredentialInputs): CredentialInputs {
  return { cluster, namespace, secretName, values, checksum };
}

function readValue({ env, file, prefix = "" }: CredentialSource): string {
  if (env !== undefined) {
    const value = process.env[env];
    if (value) return prefix + value;
    throw new CredentialMissing(`The environment variable ${env} is not set; it holds a credential for DNS.`);
  }
  if (file === undefined) {
    throw new CredentialMissing("Nothing says where a credential for DNS is. Set `env` or `file`.");
  }
  const missing = (path: string) =>
    new CredentialMissing(
      `The file ${path}, with a credential for DNS, cannot be read. Check the path and who owns it.`,
    );
  return prefix + readSecretFile(file, missing);
}

function readValues(values: CredentialInputs["values"]): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(values).map(([key, source]) => [key, Buffer.from(readValue(source))]),
  );
}

function checksumOf(data: Readonly<Record<string, Uint8Array>>): string {
  const hash = createHash("sha256");
  for (const key of Object.keys(data).sort())
    hash
      .update(`${key}\0`)
      .update(data[key] ?? "")
      .update("\0");
  return hash.digest("hex");
}

async function apply(inputs: CredentialInputs): Promise<CredentialInputs> {
  const data = readValues(inputs.values);
  const cluster = await openCluster(inputs.cluster);
  await cluster.applySecret({
    namespace: inputs.namespace,
    name: inputs.secretName,
    labels: { "app.kubernetes.io/managed-by": "pulumi-akash" },
    annotations: {},
    type: "Opaque",
    data,
  });
  return { ...declared(inputs), checksum: checksumOf(data) };
}

const identity = ["namespace", "secretName"] as const;

/** Keeps a Secret whose values are read when they are written and are in no input or output. */
export function handler(): Implementation {
  return {
    /** A credential that is not at hand, as in a run that only reads, counts as unchanged. */
    async check(olds: Partial<CredentialInputs>, news: CredentialInputs) {
      try {
        return { inputs: { ...declared(news), checksum: checksumOf(readValues(news.values)) } };
      } catch (error) {
        if (error instanceof CredentialMissing && olds.checksum !== undefined) {
          return { inputs: { ...declared(news), checksum: olds.checksum } };
        }
        throw error;
      }
    },

    async diff(_id: string, olds: CredentialInputs, news: CredentialInputs) {
      const changes = !isDeepStrictEqual(declared(olds), declared(news));
      return { changes, replaces: identity.filter((field) => olds[field] !== news[field]) };
    },

    async create(inputs: CredentialInputs) {
      return { id: `${inputs.namespace}/${inputs.secretName}`, outs: await apply(inputs) };
    },

    async read(id: string, state: CredentialInputs) {
      const secret = await (await openCluster(state.cluster)).getSecret(state.namespace, state.secretName);
      if (secret === undefined) return { id: "", props: {} };
      const observed = { ...declared(state), checksum: checksumOf(secret.data) };
      return { id, props: observed, inputs: observed };
    },

    async update(_id: string, _olds: CredentialInputs, news: CredentialInputs) {
      return { outs: await apply(news) };
    },

    async delete(_id: string, state: CredentialInputs) {
      await (await openCluster(state.cluster)).deleteSecret(state.namespace, state.secretName);
    },
  };
}
