import { failureOf } from "../../components/chain/endpoints.ts";
import { ChainError } from "../../components/chain/errors.ts";
import type { EndpointStatus } from "../observe/chain.ts";
import { gateOf, lagOf } from "../observe/chain.ts";
import type { Observed } from "../observe/observed.ts";
import { type Check, type Finding, failed, ok } from "../types.ts";

async function gate(site: Observed) {
  const endpoints = await site.chain.endpoints();
  return { endpoints, gate: gateOf(endpoints, site.chain.network().chainId, site.now()) };
}

/** Well as long as one endpoint passes; those that do not are named either way. */
function verdict(
  passed: readonly EndpointStatus[],
  before: readonly EndpointStatus[],
  describe: (endpoint: EndpointStatus) => string,
  remedy: string,
): Finding {
  const left = before.filter((endpoint) => !passed.includes(endpoint)).map(describe);
  if (passed.length === 0) return failed(left.join("; "), remedy);
  const count = `${passed.length} of ${before.length} endpoint${before.length === 1 ? "" : "s"}`;
  return ok(left.length === 0 ? count : `${count}; not: ${left.join("; ")}`);
}

export const rpc: Check = {
  id: "rpc",
  title: "an RPC endpoint of the chain answers",
  area: "chain",
  observes: ["silent bid outage after an RPC restart"],
  async run(site) {
    const { endpoints, gate: left } = await gate(site);
    return verdict(
      left.answering,
      endpoints,
      ({ problem = "no answer" }) => problem,
      "Check this machine's way to the internet, or list a working endpoint: `network: {chainId, rpc, gasPrice}`.",
    );
  },
};

export const chainId: Check = {
  id: "chain-id",
  title: "the endpoint serves the declared chain",
  area: "chain",
  observes: ["wrong chain"],
  needs: ["rpc"],
  async run(site) {
    const { gate: left } = await gate(site);
    const wanted = site.chain.network().chainId;
    return verdict(
      left.rightChain,
      left.answering,
      ({ endpoint, status }) =>
        `${endpoint} serves ${status?.chainId || "a chain without id"}, not ${wanted}`,
      "Correct `network.chainId` or the endpoint.",
    );
  },
};

export const chainSynced: Check = {
  id: "chain-synced",
  title: "the endpoint is not catching up",
  area: "chain",
  observes: ["endpoint that is catching up"],
  needs: ["chain-id"],
  async run(site) {
    const { gate: left } = await gate(site);
    return verdict(
      left.synced,
      left.rightChain,
      ({ endpoint, status }) => `${endpoint} is still catching up, at height ${status?.height}`,
      "Wait until it has synced, or list another endpoint.",
    );
  },
};

export const chainLag: Check = {
  id: "chain-lag",
  title: "the endpoint's newest block is at most 30 s old",
  area: "chain",
  observes: ["endpoint that lags"],
  needs: ["chain-synced"],
  after: ["clock"],
  async run(site) {
    const { gate: left } = await gate(site);
    return verdict(
      left.current,
      left.synced,
      ({ endpoint, status }) =>
        `${endpoint}: block ${status?.height} is ${Math.round(lagOf(status, site.now()) / 1000)} s old`,
      "Use another endpoint; if all lag, the chain has halted.",
    );
  },
};

export const websocket: Check = {
  id: "websocket",
  title: "a block arrives over an endpoint's websocket",
  area: "chain",
  observes: ["client is not running", "silent bid outage after an RPC restart"],
  needs: ["chain-lag"],
  async run(site) {
    const { current } = (await gate(site)).gate;
    // At once: on public networks each waits for the next block, which is up to six seconds away.
    const problems = await Promise.all(current.map(({ endpoint }) => site.chain.websocket(endpoint)));
    const of = (status: EndpointStatus) => problems[current.indexOf(status)];
    return verdict(
      current.filter((status) => of(status) === undefined),
      current,
      (status) => `${status.endpoint}: ${of(status)?.reason}`,
      problems.find((problem) => problem !== undefined)?.remedy ?? "",
    );
  },
};

export const providerEndpoint: Check = {
  id: "provider-endpoint",
  title: "the endpoint that the provider is set to works",
  area: "provider",
  observes: ["client is not running", "silent bid outage after an RPC restart"],
  // Not in need of the other subscription: two waits for a block in a row would be twelve seconds.
  needs: ["chain-lag", "provider-pod"],
  after: ["websocket"],
  async run(site) {
    const remedy = "`npm run up` sets the provider to a working endpoint.";
    const { AP_NODE: url = "", AP_CHAIN_ID: chain = "" } = await site.cluster.settings();
    if (!URL.canParse(url)) return failed(`AP_NODE is \`${url}\`, which is no endpoint`, remedy);
    const { chainId: wanted } = site.chain.network();
    if (chain !== wanted) return failed(`AP_CHAIN_ID is ${chain}, and the site is on ${wanted}`, remedy);
    const status = await site.chain.endpoint(url);
    const { current } = gateOf([status], wanted, site.now());
    if (current.length === 0) {
      return failed(
        status.problem ?? `${url} serves ${status.status?.chainId}, behind or catching up`,
        remedy,
      );
    }
    const problem = await site.chain.websocket(url);
    return problem === undefined ? ok(url) : failed(`${url}: ${problem.reason}`, remedy);
  },
};

export const generation: Check = {
  id: "generation",
  title: "the chain speaks messages that are known here",
  area: "chain",
  observes: ["chain upgraded to unknown messages"],
  needs: ["chain-lag"],
  async run(site) {
    try {
      const chain = await site.chain.connection();
      return ok(`${chain.generation}, asked at ${chain.endpoint}`);
    } catch (error) {
      if (!(error instanceof ChainError)) throw error;
      const { reason, remedy } = failureOf("", error);
      return failed(reason, remedy);
    }
  },
};

export const chainUpgrade: Check = {
  id: "chain-upgrade",
  title: "no upgrade of the chain is announced",
  area: "chain",
  observes: ["upgrade that nobody prepared for"],
  severity: "warning",
  needs: ["generation"],
  async run(site) {
    const upgrade = await site.chain.upgrade();
    if (upgrade === undefined) return ok("none");
    const when =
      upgrade.expected === undefined ? "" : `, about ${upgrade.expected.toISOString().slice(0, 16)} UTC`;
    return failed(
      `${upgrade.name} at block ${upgrade.height}${when}`,
      "Before then: see whether this package has a release for it, and move the site's versions with it.",
    );
  },
};
