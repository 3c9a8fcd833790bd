import { checkCompatibility } from "../../components/akash/compatibility.ts";
import { PROVIDER_NAME, SERVICES_NAMESPACE } from "../../components/akash/names.ts";
import { partsOf } from "../../components/site/takeover/declared.ts";
import { readExisting } from "../../components/site/takeover/read.ts";
import { secondSigners } from "../../components/site/takeover/secondSigners.ts";
import type { HostProcess } from "../../components/site/takeover/types.ts";
import { siteVersions } from "../../components/site/versions.ts";
import type { Pod } from "../observe/objects.ts";
import type { Observed } from "../observe/observed.ts";
import { type Check, failed, NotKnown, ok } from "../types.ts";
import { machinesOf } from "./hosts.ts";

const NAME = `${SERVICES_NAMESPACE}/${PROVIDER_NAME}`;

const ownPods = async (site: Observed): Promise<readonly Pod[]> =>
  (await site.cluster.pods()).filter(
    ({ metadata }) =>
      metadata.namespace === SERVICES_NAMESPACE && metadata.name.startsWith(`${PROVIDER_NAME}-`),
  );

/** Why a pod does not run, in the cluster's words. */
function waitingFor(pods: readonly Pod[]): string {
  const reasons = pods.flatMap(({ metadata, status }) => {
    const waiting = status?.containerStatuses?.flatMap(({ state }) => state?.waiting?.reason ?? []) ?? [];
    const scheduling = status?.conditions?.find(
      ({ type, status: value }) => type === "PodScheduled" && value === "False",
    );
    const reason = waiting[0] ?? scheduling?.message ?? status?.reason ?? status?.phase ?? "unknown";
    return [`${metadata.name}: ${reason}`];
  });
  return reasons.length === 0 ? "" : ` (${reasons.join("; ")})`;
}

export const providerPod: Check = {
  id: "provider-pod",
  title: "the provider's one pod runs",
  area: "provider",
  observes: ["provider that does not start"],
  needs: ["cluster"],
  async run(site) {
    const provider = await site.cluster.provider();
    const byUp = { fixable: false };
    if (provider === undefined) {
      return failed(`there is no StatefulSet ${NAME}`, "`npm run up` makes it.", byUp);
    }
    const replicas = provider.spec?.replicas ?? 1;
    if (replicas > 1) {
      return failed(
        `StatefulSet ${NAME} is scaled to ${replicas}, and one wallet must have one signer`,
        `\`kubectl -n ${SERVICES_NAMESPACE} scale statefulset/${PROVIDER_NAME} --replicas=1\`, at once.`,
        byUp,
      );
    }
    const pods = await ownPods(site);
    if (replicas < 1) {
      return failed(`StatefulSet ${NAME} is scaled to 0`, "`npm run up` starts it again.", byUp);
    }
    if ((provider.status?.readyReplicas ?? 0) < 1) {
      return failed(
        `the pod is not ready${waitingFor(pods)}`,
        `\`kubectl -n ${SERVICES_NAMESPACE} logs ${PROVIDER_NAME}-0\` says why; \`--fix\` starts it anew, which no lease notices.`,
      );
    }
    const restarts = pods.flatMap(({ status }) => status?.containerStatuses ?? []);
    const count = restarts.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0);
    return ok(count === 0 ? "ready" : `ready, restarted ${count} times`);
  },
  fix: {
    does: "Deletes the provider's pod where it is stuck, so that a new one is started; leases run on.",
    confirm: false,
    async run(site) {
      const provider = await site.cluster.provider();
      if (provider?.spec?.replicas !== 1 || (provider.status?.readyReplicas ?? 0) > 0) return [];
      const api = await site.cluster.api();
      const pods = await ownPods(site);
      for (const { metadata } of pods) {
        await api.request("DELETE", `/api/v1/namespaces/${SERVICES_NAMESPACE}/pods/${metadata.name}`);
      }
      return pods.map(({ metadata }) => `deleted pod ${metadata.name}`);
    },
  },
};

const imageVersion = (image: string) => /:v?(\d+\.\d+\.\d+[^@]*)/.exec(image)?.[1];

export const providerImage: Check = {
  id: "provider-image",
  title: "the provider runs the declared version",
  area: "provider",
  observes: ["full values lost on `--set image.tag`", "keyring bytes left over"],
  needs: ["provider-pod"],
  async run(site) {
    const image = (await site.cluster.provider())?.spec?.template?.spec?.containers?.[0]?.image ?? "";
    const { provider: wanted } = siteVersions(site.site);
    return imageVersion(image) === wanted
      ? ok(image)
      : failed(
          `the image is ${image || "none"}; declared is ${wanted}`,
          "`npm run up` moves provider and operators together.",
        );
  },
};

export const providerVersion: Check = {
  id: "provider-version",
  title: "the provider's version speaks the chain's messages",
  area: "provider",
  observes: ["chain upgraded to unknown messages", "keyring bytes left over"],
  needs: ["generation"],
  async run(site) {
    const { generation } = await site.chain.connection();
    const { provider: version } = siteVersions(site.site);
    // Throws with its remedy where they do not go together.
    const { note } = checkCompatibility(generation, version, { simulated: site.embedded });
    return ok(note ?? `${version} on a ${generation} chain`);
  },
};

/** Providers outside the cluster on all machines that can be looked at. */
async function processesOf(site: Observed): Promise<(HostProcess & { readonly host: string })[]> {
  // Nobody else has the embedded wallet's key.
  if (site.embedded) return [];
  const found = await machinesOf(site);
  return found.flatMap(([host, { processes }]) => processes.map((process) => ({ ...process, host })));
}

/** What an earlier set-up has left in the cluster; undefined when nothing. */
export async function existingOf(site: Observed) {
  return readExisting(await site.cluster.api(), { processes: false, parts: partsOf(site.site) });
}

export const secondSigner: Check = {
  id: "second-signer",
  title: "no second provider signs with the wallet",
  area: "provider",
  observes: ["bids from a wallet used elsewhere"],
  needs: ["cluster"],
  after: ["keyring"],
  async run(site) {
    const [owner, existing, processes] = await Promise.all([
      site.owner(),
      existingOf(site),
      processesOf(site),
    ]);
    const none = { objects: [], pods: [], leases: 0, customResources: {} };
    const blockers = secondSigners({ ...none, ...existing, processes: [] }, owner);
    const outside = processes
      .filter(({ from }) => from === undefined || !from.startsWith("akash1") || from === owner)
      .map(({ pid, host }) => `process ${pid} on ${host} is a provider outside the cluster`);
    const seen = [...blockers.map(({ place, problem }) => `${place} ${problem}`), ...outside];
    if (seen.length === 0) return ok("none in the cluster, none outside it that can be seen");
    const remedies = blockers.map(({ remedy }) => remedy);
    if (outside.length > 0) remedies.push("stop and disable that service on its machine");
    return failed(seen.join("; "), `At once, since two signers bid twice: ${remedies.join("; ")}.`);
  },
};

/** Throws the cause where the provider's settings cannot be read. */
export async function settingsOf(site: Observed): Promise<Readonly<Record<string, string>>> {
  const settings = await site.cluster.settings();
  if (Object.keys(settings).length === 0) throw new NotKnown("provider-pod");
  return settings;
}
