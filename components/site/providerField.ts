import { isIPv4 } from "node:net";
import { z } from "zod";
import { checked, pattern, text, whole } from "./fields.ts";

/** A namespace's name, as Kubernetes has them (RFC 1123). */
const namespace = pattern(
  "name of a namespace, for example monitoring",
  /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  "is not the name of a namespace",
  "Write lower-case letters, digits and dashes, for example monitoring.",
);

const network = checked(
  "an IPv4 network, for example 198.51.100.0/24",
  isNetwork,
  "is not an IPv4 network",
  "Write its address and length, for example 198.51.100.0/24.",
);

function isNetwork(value: string): boolean {
  const [address = "", length = "", ...rest] = value.split("/");
  return isIPv4(address) && /^\d{1,2}$/.test(length) && Number(length) <= 32 && rest.length === 0;
}

/** The provider process and what belongs to it. */
export const providerField = z
  .strictObject({
    version: pattern(
      "version of the Akash provider; default: that of `versions`",
      /^\d+\.\d+\.\d+$/,
      "is not a version",
      "Write three numbers without v, for example 0.16.2.",
    ).optional(),
    privateRegistries: z
      .boolean()
      .default(false)
      .describe(
        "whether leases may use images of private registries; the provider can then read any Secret of the cluster whose name it knows; default: false",
      ),
    ipLeases: z
      .strictObject({
        pool: text("MetalLB's address pool that is leased from; default: its pool named default").optional(),
      })
      .describe(
        "lease IP addresses: runs the IP operator and advertises it; MetalLB must be in metallb-system, with a Service `controller` whose port is named monitoring; default: none are leased",
      )
      .optional(),
    metricsNamespaces: z
      .array(namespace)
      .describe("namespaces whose pods may read the provider's metrics on port 9090; default: none")
      .default([]),
    lan: z
      .array(network)
      .describe(
        "networks of the site that leases must not reach, besides private and shared ones, which they never do; default: none",
      )
      .default([]),
    overcommit: z
      .strictObject({
        cpu: whole("percent of CPU offered beyond what is there; default: 0", 0, 1000).default(0),
        memory: whole("percent of memory offered beyond what is there; default: 0", 0, 1000).default(0),
        storage: whole("percent of storage offered beyond what is there; default: 0", 0, 1000).default(0),
      })
      .describe("what is offered beyond what is there, in percent")
      .prefault({}),
  })
  .describe("the provider process")
  .prefault({});
