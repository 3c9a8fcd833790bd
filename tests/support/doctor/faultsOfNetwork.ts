import type { SiteUnderCheck } from "../../../doctor/types.ts";
import { DOMAIN } from "./declaration.ts";
import type { Fault } from "./faultType.ts";
import { makeServerKey } from "./gateway.ts";
import { signedKey } from "./signedKey.ts";

interface Available {
  readonly nodes: { readonly allocatable: object }[];
  readonly storage: object[];
}

/** Changes what the provider's `/status` says of its inventory. */
const inventoryOf =
  (change: (available: Available) => void): Fault["make"] =>
  ({ gateway }) => {
    const status = structuredClone(gateway.status) as {
      cluster: { inventory: { available: Available } };
    };
    change(status.cluster.inventory.available);
    gateway.status = status;
  };

/** Declares an authority for the provider's certificate. */
export const signedByAuthority = (under: SiteUnderCheck): SiteUnderCheck => ({
  ...under,
  site: {
    ...under.site,
    tls: { issuer: "letsencrypt-http01", email: under.site.contact.email },
    ingress: { ...under.site.ingress, controller: "chart" },
  },
});

/** Faults of names, ports and what answers on them. */
export const networkFaults: readonly Fault[] = [
  {
    check: "public-address",
    what: "the line is behind its carrier's NAT",
    make: ({ options }) => {
      const lookups = {
        publicAddress: async () => "203.0.113.7",
        localAddresses: () => ["192.168.1.5"],
        wanAddress: async () => "100.64.3.2",
        nearNodes: async () => true,
      };
      Object.assign(options.reach ?? {}, { lookups });
    },
    declare: (under) => ({ ...under, site: { ...under.site, address: "auto" } }),
    evidence: /CGNAT/,
  },
  {
    check: "dns-provider",
    what: "provider.<domain> leads elsewhere",
    make: ({ names }) => void names.records.set(`provider.${DOMAIN}`, "203.0.113.9"),
    evidence: /leads to 203\.0\.113\.9; declared is 203\.0\.113\.20/,
  },
  {
    check: "dns-ingress",
    what: "names of leases do not exist",
    make: ({ names }) => void names.records.delete(`*.ingress.${DOMAIN}`),
    evidence: /doctor-\w+\.ingress\.\S+ does not exist yet/,
  },
  ...(
    [
      ["port-http", 80],
      ["port-https", 443],
      ["port-provider", 8443],
      ["port-grpc", 8444],
    ] as const
  ).map(
    ([check, port]): Fault => ({
      check,
      what: `port ${port} is closed`,
      make: ({ gateway }) => gateway.close(port),
      evidence: new RegExp(`port ${port} does not answer: 127\\.0\\.0\\.1:\\d+: the connection was refused`),
    }),
  ),
  {
    check: "outside-ports",
    what: "the router forwards a port to nowhere",
    make: ({ options, gateway }) =>
      void Object.assign(options.reach ?? {}, {
        outside: `http://127.0.0.1:${gateway.outsidePort}/{host}/{port}`,
      }),
    evidence: /closed from outside: port 8444/,
  },
  {
    check: "lease-gateway",
    what: "the ingress is broken",
    make: ({ gateway }) => {
      gateway.httpStatus = 502;
    },
    evidence: /it answers 502 for doctor-/,
  },
  {
    check: "lease-certificate",
    what: "leases are served with a certificate for another name",
    make: async ({ gateway, wallet }) => {
      gateway.leases = (await makeServerKey(wallet, "ingress.local")).server;
    },
    evidence: /not for \*\.ingress\./,
  },
  {
    check: "certificate-browsers",
    what: "no authority has signed the provider's certificate yet",
    make: () => {},
    declare: signedByAuthority,
    evidence: /^it shows the chain's/,
  },
  ...(
    [
      [20, /^until \d{4}-\d\d-\d\d, 20 days left$/],
      [-1, /^expired, until \d{4}-\d\d-\d\d$/],
    ] as const
  ).map(
    ([days, evidence]): Fault => ({
      check: "certificate-browsers",
      what: `the certificate for browsers has ${days} days left`,
      make: async ({ gateway }) => {
        gateway.browsers = await signedKey(`provider.${DOMAIN}`, days);
      },
      declare: signedByAuthority,
      evidence,
    }),
  ),
  {
    check: "provider-status",
    what: "another site's provider answers",
    make: ({ gateway }) => {
      gateway.status = { address: "akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9" };
    },
    evidence: /it is the provider akash1qqq/,
  },
  {
    check: "provider-status",
    what: "another program answers",
    make: ({ gateway }) => {
      gateway.status = "<html>hello</html>";
    },
    evidence: /no provider/,
  },
  {
    check: "provider-grpc",
    what: "the gRPC port speaks no HTTP/2",
    make: ({ gateway }) => {
      gateway.grpc = "http1";
    },
    evidence: /./,
  },
  {
    check: "provider-grpc",
    what: "an HTTP/2 server that is no provider has the gRPC port",
    make: ({ gateway }) => {
      gateway.grpc = "http2";
    },
    evidence: /it answers 200 and not as gRPC does/,
  },
  {
    check: "provider-grpc",
    what: "a gRPC server that is no provider has the gRPC port",
    make: ({ gateway }) => {
      gateway.grpc = "other";
    },
    evidence: /GetStatus ends with status 12, unknown service akash\.provider\.v1\.ProviderRPC/,
  },
  {
    check: "provider-grpc",
    what: "the provider has not heard of the inventory yet",
    make: ({ gateway }) => {
      gateway.grpc = "starting";
    },
    evidence: /GetStatus ends with status 2, inventory status not available yet/,
  },
  {
    check: "inventory",
    what: "the inventory counts no GPU",
    make: inventoryOf(({ nodes }) => {
      Object.assign(nodes[1]?.allocatable ?? {}, { gpu: 0 });
    }),
    evidence: /^it counts 0 GPUs, nodes offer 1$/,
  },
  {
    check: "inventory",
    what: "the inventory has a node's former size",
    make: inventoryOf(({ nodes }) => {
      Object.assign(nodes[0]?.allocatable ?? {}, { cpu: 4000, memory: 16 * 2 ** 30 });
    }),
    evidence:
      /^of embedded-1 it counts 4 threads, the node offers 8; of embedded-1 it counts 16 GiB of memory, the node offers 32$/,
  },
  {
    check: "inventory",
    what: "the inventory leaves a storage class out in silence",
    make: inventoryOf(({ storage }) => void storage.pop()),
    evidence: /^it lacks the storage class beta3, which is advertised$/,
  },
];
