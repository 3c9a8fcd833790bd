import { dnsRecords } from "../../components/dns/records.ts";
import type { Observed } from "../observe/observed.ts";
import { ProbeFailed } from "../observe/probes.ts";
import { randomName } from "../randomName.ts";
import { type Check, type Finding, failed, NotKnown, ok, skipped } from "../types.ts";

/** A lease's host name that no lease has: what answers for it answers for all. */
const randomLease = ({ site }: Observed) => `${randomName()}.ingress.${site.domain}`;

export const publicAddress: Check = {
  id: "public-address",
  title: "the site has an address that can be reached from outside",
  area: "network",
  observes: ["line behind CGNAT", "router behind a router"],
  async run(site) {
    const { address, problem, message = "" } = await site.reach.address();
    // Who forwards on both routers is reached: the ports tell, as for `up`, which only warns.
    if (address !== undefined && problem !== "carrier-nat") {
      return ok(message === "" ? address : `${address}. ${message}`);
    }
    const [what = "", ...then] = message.split(/(?<=\.) /);
    return failed(what, then.join(" ") || "Declare `address`.");
  },
};

async function recordCheck(site: Observed, prefix: string): Promise<Finding> {
  const { address } = await site.reach.address();
  if (address === undefined) throw new NotKnown("public-address");
  const record = dnsRecords({ domain: site.site.domain, address }).find(({ name }) =>
    name.startsWith(prefix),
  );
  if (record === undefined) return skipped("the site declares no such record");
  const name = prefix === "*" ? randomLease(site) : record.name;
  const { verified, observed, reason } = await site.reach.record({ ...record, name });
  if (verified) return ok(`${name} leads to ${observed}`);
  if (reason?.includes("reserved for tests") === true) return skipped(`${name} ${reason}`);
  const manual = site.site.dns.provider === "manual";
  return failed(
    `${name} ${reason}; declared is ${record.value}`,
    manual
      ? `Make the record at your DNS host: ${record.name} ${record.type} ${record.value}.`
      : "`npm run up` writes the record; it may take its time to live until it is seen everywhere.",
  );
}

export const dnsProvider: Check = {
  id: "dns-provider",
  title: "provider.<domain> leads to the site",
  area: "network",
  observes: ["provider.provider.…", "DNS record that leads elsewhere"],
  needs: ["public-address"],
  run: (site) => recordCheck(site, "provider."),
};

export const dnsIngress: Check = {
  id: "dns-ingress",
  title: "any name below ingress.<domain> leads to the site",
  area: "network",
  observes: ["leases that cannot be looked up"],
  needs: ["public-address"],
  run: (site) => recordCheck(site, "*"),
};

const FORWARD =
  "Is the ingress controller running, and does a firewall on the node let the port in? On the router the port is forwarded to the same number.";

function portCheck(id: string, title: string, portOf: (site: Observed) => number): Check {
  return {
    id,
    title,
    area: "network",
    observes: ["closed port"],
    simulated: true,
    async run(site) {
      const port = portOf(site);
      try {
        const { host, port: there } = await site.reach.open(port);
        return ok(`${host}:${there}`);
      } catch (error) {
        if (!(error instanceof ProbeFailed)) throw error;
        return failed(`port ${port} does not answer: ${error.message}`, FORWARD);
      }
    },
  };
}

const providerPort = ({ site }: Observed) => Number(new URL(site.hostUri).port || 443);
const GRPC = 8444;

export const portHttp = portCheck("port-http", "port 80 of leases answers", () => 80);
export const portHttps = portCheck("port-https", "port 443 of leases answers", () => 443);
export const portProvider = portCheck("port-provider", "the provider's port answers", providerPort);
export const portGrpc = portCheck("port-grpc", "the provider's gRPC port answers", () => GRPC);

/** Runs a probe; what it does not get is the failure. */
async function probed(remedy: string, probe: () => Promise<Finding>): Promise<Finding> {
  try {
    return await probe();
  } catch (error) {
    if (error instanceof ProbeFailed) return failed(error.message, remedy);
    throw error;
  }
}

export const outsidePorts: Check = {
  id: "outside-ports",
  title: "the site's ports are open from outside",
  area: "network",
  observes: ["ingress NodePort ≠ router port", "closed port"],
  after: ["port-http", "port-https", "port-provider", "port-grpc"],
  simulated: true,
  async run(site) {
    if (site.reach.outsideService === undefined) {
      return skipped(
        "no service outside is named (--outside URL); tests from inside cannot tell, as they lie behind the router",
      );
    }
    const ports = [...new Set([80, 443, providerPort(site), GRPC])];
    return probed(
      "Name another service with --outside, or test from a phone that is not in the site's network.",
      async () => {
        const open = await Promise.all(ports.map((port) => site.reach.fromOutside(port)));
        const closed = ports.filter((_port, index) => !open[index]);
        return closed.length === 0
          ? ok(ports.join(", "))
          : failed(
              `closed from outside: ${closed.map((port) => `port ${port}`).join(", ")}`,
              "Forward these ports on the router to the same numbers of a node, and open them in its firewall.",
            );
      },
    );
  },
};

export const leaseGateway: Check = {
  id: "lease-gateway",
  title: "the gateway answers for a lease's host name",
  area: "network",
  observes: ["ingress that does not answer"],
  needs: ["port-http"],
  simulated: true,
  run(site) {
    return probed("Look at the ingress controller's pods and their log.", async () => {
      const name = randomLease(site);
      const status = await site.reach.httpFor(name);
      return status >= 500 && status !== 503
        ? failed(`it answers ${status} for ${name}`, "Look at the ingress controller's log.")
        : ok(`it answers ${status} for ${name}`);
    });
  },
};

export const leaseCertificate: Check = {
  id: "lease-certificate",
  title: "leases are served with a certificate for their names",
  area: "network",
  observes: ["ingress that does not answer", "certificate that expired unseen"],
  needs: ["port-https"],
  simulated: true,
  run(site) {
    const remedy = "`kubectl get certificates -A` says what cert-manager waits for.";
    return probed("Look at the ingress controller's pods and their log.", async () => {
      const name = randomLease(site);
      const { certificate } = await site.reach.tls(443, name);
      const until = certificate.validToDate;
      if (until.getTime() < site.now().getTime()) {
        return failed(`it expired on ${until.toISOString().slice(0, 10)}`, remedy);
      }
      if (certificate.checkHost(name) === undefined) {
        return failed(
          `it is for ${certificate.subjectAltName ?? "no name"}, not for *.ingress.${site.site.domain}`,
          remedy,
        );
      }
      return ok(`until ${until.toISOString().slice(0, 10)}`);
    });
  },
};

export const providerStatus: Check = {
  id: "provider-status",
  title: "the provider answers /status as this wallet's",
  area: "provider",
  observes: ["provider that hangs", "bids from a wallet used elsewhere"],
  needs: ["port-provider"],
  after: ["provider-pod", "keyring"],
  simulated: true,
  run(site) {
    const remedy = "`kubectl -n akash-services logs akash-provider-0` says what it waits for.";
    return probed(remedy, async () => {
      const { status, body } = await site.reach.provider("/status");
      if (status !== 200) return failed(`it answers ${status}: ${body.slice(0, 120)}`, remedy);
      let told: { readonly address?: string; readonly cluster_public_hostname?: string };
      try {
        told = JSON.parse(body) as typeof told;
      } catch {
        return failed("what answers is no provider: its /status is no JSON", "Another program has the port.");
      }
      const owner = await site.owner();
      if (told.address !== undefined && told.address !== owner) {
        return failed(
          `it is the provider ${told.address}, and this site's is ${owner}`,
          "The port leads to another site.",
        );
      }
      return ok(told.cluster_public_hostname ?? "it answers");
    });
  },
};

/** `akash/provider/v1/service.proto`; nobody has to log in for it (`gateway/grpc/server.go`). */
const STATUS_METHOD = "/akash.provider.v1.ProviderRPC/GetStatus";
/** Of errors of the provider itself, such as an inventory that it has not heard of yet (`cluster/inventory.go`). */
const UNKNOWN = 2;

export const providerGrpc: Check = {
  id: "provider-grpc",
  title: "the provider answers over gRPC",
  area: "provider",
  observes: ["provider that hangs"],
  needs: ["port-grpc"],
  after: ["provider-pod"],
  simulated: true,
  run(site) {
    const remedy = "Look at the provider's log; behind a proxy, let 8444 pass through as TCP.";
    return probed(remedy, async () => {
      const { status, message } = await site.reach.grpc(GRPC, STATUS_METHOD);
      if (status === 0) return ok("it answers GetStatus");
      const told = `GetStatus ends with status ${status}${message === "" ? "" : `, ${message}`}`;
      if (status === UNKNOWN) {
        return failed(told, "Wait a minute where it has just started, then see `operators`.", {
          severity: "warning",
        });
      }
      return failed(told, remedy);
    });
  },
};
