import { z } from "zod";
import type { WalletSource } from "../wallet/types.ts";
import { alertsField } from "./alerts.ts";
import { amount, domain, email, httpsOrigin, pattern, text, variable } from "./fields.ts";
import { k3sField } from "./k3sFields.ts";
import { mirrorField } from "./mirrorField.ts";
import { gpuField, hostsField, nodesField } from "./nodeFields.ts";
import { addressField, clusterField, dnsField, networkField, storageField } from "./places.ts";
import { providerField } from "./providerField.ts";
import { policiesField, versionsField } from "./rulesOfChange.ts";

const wallet: z.ZodType<WalletSource, WalletSource> = z
  .union([
    z.strictObject({
      mnemonicEnv: variable("name of the environment variable that holds the 12 to 24 words"),
    }),
    z.strictObject({ mnemonicFile: text("path of a file, mode 0600, that holds the 12 to 24 words") }),
    z.strictObject({ prompt: z.literal(true).describe("true: ask for the words on the terminal, hidden") }),
    z.strictObject({
      armorFile: text("path of an exported key, a TENDERMINT PRIVATE KEY armor"),
      passphraseEnv: variable("name of the environment variable with the armor's passphrase"),
    }),
    z.strictObject({
      keyringDir: text("path of an existing keyring directory of the Akash command line"),
      backend: z.enum(["test", "file"]).describe("the keyring's backend: test or file"),
      keyName: text("name of the key in the keyring"),
      passphraseEnv: variable(
        "name of the environment variable with the keyring's passphrase; needed for backend file",
      ).optional(),
    }),
  ])
  .describe(
    "where the wallet's key is read from when it is needed; the words themselves never stand in this file",
  );

const contact = z
  .strictObject({
    email: email("e-mail address published on chain, where tenants and auditors reach you"),
    website: pattern(
      "website published on chain; default: https://<domain>",
      /^https?:\/\/[^\s/]+(\/\S*)?$/,
      "is not a web address",
      "Write it with https://, for example https://example.com.",
    ).optional(),
  })
  .describe("how tenants and auditors reach you: email and website");

const tls = z
  .strictObject({
    issuer: z
      .enum(["letsencrypt-dns01", "letsencrypt-http01", "self-signed"])
      .optional()
      .describe(
        "who signs the certificate of *.ingress.<domain>; default: letsencrypt-dns01 where the DNS provider has an API, otherwise self-signed",
      ),
    email: email("e-mail address given to Let's Encrypt; default: contact.email").optional(),
  })
  .describe("TLS for the web addresses of leases")
  .prefault({});

const ingress = z
  .strictObject({
    mode: z
      .enum(["gateway", "classic"])
      .default("gateway")
      .describe("gateway: Gateway API with NGINX Gateway Fabric; classic: ingress-nginx; default: gateway"),
    controller: z
      .enum(["chart", "none"])
      .default("chart")
      .describe("chart: install the controller; none: somebody else installed it; default: chart"),
  })
  .describe("how requests reach leases")
  .prefault({});

const price = (what: string, standard: number) =>
  amount(`USD per month for ${what}; default: ${standard}`).default(standard);

const pricing = z
  .strictObject({
    cpu: price("one CPU thread", 1.6),
    memory: price("1 GiB of memory", 0.8),
    storage: z
      .strictObject({
        ephemeral: price("1 GiB of ephemeral storage", 0.02),
        hdd: price("1 GiB of persistent storage of class beta1 (HDD)", 0.01),
        ssd: price("1 GiB of persistent storage of class beta2 (SSD)", 0.03),
        nvme: price("1 GiB of persistent storage of class beta3 (NVMe)", 0.04),
      })
      .describe("USD per month for 1 GiB of each kind of storage")
      .prefault({}),
    gpu: z
      .record(z.string(), amount("USD per month for one GPU of this model"))
      .describe(
        "USD per month for one GPU, by model (rtx5090), model and memory (a100.80Gi), or with the interface too (a100.80Gi.pcie)",
      )
      .default({}),
    endpoint: price("one endpoint (an open port)", 0.05),
    ip: price("one leased IP address", 5),
    tenants: z
      .array(
        pattern(
          "address of a tenant",
          /^akash1[02-9ac-hj-np-z]{38}$/,
          "is not an Akash address",
          "Write the whole address, akash1 and 38 letters and digits.",
        ),
      )
      .describe("tenants to bid for; default: everybody")
      .default([]),
    fallbackAktUsd: amount(
      "USD for one AKT when no price source answers; default: no bid on such orders",
    ).optional(),
  })
  .describe("what a lease costs, in USD per month per unit")
  .prefault({});

const attributes = z
  .union([
    z.record(z.string(), z.string().describe("the attribute's value, as text")),
    z.array(z.strictObject({ key: text("the attribute's key"), value: text("the attribute's value") })),
  ])
  .transform((given) =>
    Array.isArray(given) ? Object.fromEntries(given.map(({ key, value }) => [key, value])) : given,
  )
  .describe(
    "what the provider says of itself on chain, key: value, for example location-region: us-west; GPU and storage capabilities are added from what is found",
  );

/** The declaration of one site, `akash:site` of a stack file, as it is written. */
export const siteSchema = z
  .strictObject({
    name: pattern(
      "short name of the site; it names the stack's resources",
      /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
      "is not a site name",
      "Use 2 to 40 lower-case letters, digits and dashes, beginning with a letter, for example garage.",
    ),
    domain: domain("domain under which the site answers as provider.<domain> and *.ingress.<domain>"),
    hostUri: httpsOrigin(
      "address of the provider published on chain; default: https://provider.<domain>:8443",
    ).optional(),
    network: networkField,
    wallet,
    cluster: clusterField.optional(),
    nodes: nodesField.optional(),
    hosts: hostsField,
    k3s: k3sField.optional(),
    address: addressField,
    dns: dnsField,
    contact,
    tls,
    ingress,
    attributes,
    pricing,
    storage: storageField,
    versions: versionsField,
    policies: policiesField,
    gpu: gpuField,
    provider: providerField,
    funding: z
      .strictObject({
        minBalance: amount(
          "AKT below which the wallet counts as short, before anything is signed; each open bid holds 0.5; default: 5",
        ).default(5),
      })
      .describe("the wallet's balance")
      .prefault({}),
    alerts: alertsField,
    mirror: mirrorField,
  })
  .describe("one Akash provider site");

/** A site as it is written, defaults not yet applied. */
export type SiteDeclaration = z.input<typeof siteSchema>;

/** Fields that a schema names; none for one that is not an object. */
export function fieldsOf(schema: unknown): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The sentence that describes a schema, or "" for one without. */
export function descriptionOf(schema: unknown): string {
  return schema instanceof z.ZodType ? (schema.description ?? "") : "";
}
