import { isIP } from "node:net";
import { z } from "zod";
import type { NetworkReference } from "../chain/types.ts";
import { checked, domain, host, isDomain, pattern, port, sentence, size, text, variable } from "./fields.ts";
import { cephField } from "./nodeFields.ts";

/** The chain the site registers on. */
export const networkField: z.ZodType<NetworkReference, NetworkReference> = z
  .union([
    z
      .enum(["mainnet", "sandbox", "devnet"])
      .describe("the chain: mainnet, sandbox, devnet (the embedded one) or {chainId, rpc, gasPrice}"),
    z.strictObject({
      chainId: text("the chain's id, for example akashnet-2"),
      rpc: z
        .array(
          pattern(
            "address of an RPC endpoint, https://host:port",
            /^https?:\/\/[^\s/@?#]+(\/[^\s?#]*)?$/,
            "is not the address of an RPC endpoint",
            "Write https://host:port, without user, password or query.",
          ),
        )
        .min(1, { error: sentence("is empty", "Name at least one endpoint.") })
        .describe("RPC endpoints, tried in order"),
      gasPrice: pattern(
        "price of one unit of gas with its denomination, for example 0.025uakt",
        /^\d+(\.\d+)?[a-z][a-z0-9/]+$/,
        "is not a gas price",
        "Write an amount and its denomination without a space, for example 0.025uakt.",
      ),
    }),
  ])
  .describe("the chain: mainnet, sandbox, devnet (the embedded one) or {chainId, rpc, gasPrice}");

/** A cluster that exists already. */
export const clusterField = z
  .strictObject({ kubeconfig: text("path of the kubeconfig of an existing cluster") })
  .describe("an existing cluster");

const CNAME = /^cname:(.+)$/;

/** The address tenants reach. */
export const addressField = checked(
  "public address of the site: auto (found out in the network of its nodes; elsewhere it stays as it is), an IP address, or cname:NAME for an address that changes; default: auto",
  (value) => value === "auto" || isIP(value) !== 0 || isDomain(CNAME.exec(value)?.[1] ?? ""),
  "is not a public address",
  "Write auto, an IP address such as 203.0.113.10, or cname:NAME such as cname:home.example.net.",
).default("auto");

/** Who serves the site's DNS records. */
export const dnsField = z
  .discriminatedUnion("provider", [
    z.strictObject({
      provider: z.literal("cloudflare").describe("Cloudflare's API"),
      zone: domain("the zone at Cloudflare that holds the records; default: the site's domain").optional(),
      tokenEnv: variable(
        "name of the environment variable with an API token that may edit the zone; default: CLOUDFLARE_API_TOKEN",
      ).default("CLOUDFLARE_API_TOKEN"),
      clusterTokenEnv: variable(
        "name of the environment variable with the API token that the cluster holds, for a changing address and for letsencrypt-dns01: give it DNS.Edit and Zone.Read on this zone alone; default: the one in tokenEnv",
      ).optional(),
      dynamic: z
        .boolean()
        .default(false)
        .describe(
          "true: the site's address changes; a job in the cluster keeps the records at it; default: false",
        ),
    }),
    z.strictObject({
      provider: z.literal("rfc2136").describe("a name server that takes dynamic updates"),
      server: host("address of the name server: an IP address or a host name"),
      port: port("port of the name server; default: 53").default(53),
      zone: domain("the zone that holds the records; default: the site's domain").optional(),
      keyName: text("name of the TSIG key"),
      algorithm: z
        .enum(["hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"])
        .default("hmac-sha256")
        .describe("algorithm of the TSIG key; default: hmac-sha256"),
      secretEnv: variable("name of the environment variable with the TSIG key's base64 secret").optional(),
      secretFile: text("path of a file with the TSIG key's base64 secret").optional(),
    }),
    z.strictObject({
      provider: z.literal("manual").describe("you make the records; they are printed and verified"),
      resolver: pattern(
        "resolver that verifies the records, host or host:port; default: the system's",
        /^[\w.-]+(:\d{1,5})?$/,
        "is not a resolver",
        "Write its address, with a port if need be: 192.0.2.53:5353.",
      ).optional(),
    }),
  ])
  .describe("who serves the site's DNS records: cloudflare, rfc2136 or manual; default: manual")
  .prefault({ provider: "manual" });

/** Storage offered to leases and used by the provider. */
export const storageField = z
  .strictObject({
    classes: z
      .array(
        z.strictObject({
          name: z
            .enum(["default", "beta1", "beta2", "beta3"])
            .describe("class as tenants name it: beta1 (HDD), beta2 (SSD), beta3 (NVMe) or default"),
          provisioner: text("the CSI driver or provisioner behind it, for example rancher.io/local-path"),
          parameters: z.record(z.string(), z.string()).describe("parameters of the provisioner").default({}),
          reclaimPolicy: z
            .enum(["Delete", "Retain"])
            .default("Delete")
            .describe("what happens to the data when a lease ends; default: Delete"),
          volumeBindingMode: z
            .enum(["WaitForFirstConsumer", "Immediate"])
            .default("WaitForFirstConsumer")
            .describe("when a volume is made; default: WaitForFirstConsumer"),
        }),
      )
      .describe("classes of persistent storage offered to leases; default: none")
      .default([]),
    ceph: cephField,
    providerVolume: z
      .strictObject({
        storageClass: text(
          "storage class of the provider's own volume; default: the cluster's default",
        ).optional(),
        size: size("size of the provider's own volume; default: 1Gi").default("1Gi"),
      })
      .describe("the volume on which the provider keeps its state")
      .prefault({}),
  })
  .describe("storage offered to leases and used by the provider")
  .prefault({});
