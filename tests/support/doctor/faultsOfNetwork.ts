import { DOMAIN } from "./declaration.ts";
import type { Fault } from "./faultType.ts";
import { makeServerKey } from "./gateway.ts";

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
      gateway.withoutHttp2 = true;
    },
    evidence: /./,
  },
  {
    check: "inventory",
    what: "the inventory counts no GPU",
    make: ({ gateway }) => {
      const nodes = [{ allocatable: { gpu: 0 } }, { allocatable: { gpu: 0 } }];
      gateway.status = { ...(gateway.status as object), cluster: { inventory: { available: { nodes } } } };
    },
    evidence: /it counts 0 GPUs, nodes offer 1/,
  },
];
