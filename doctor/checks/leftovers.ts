import { SERVICES_NAMESPACE } from "../../components/akash/names.ts";
import { ACCOUNTS, partsOf } from "../../components/site/takeover/declared.ts";
import { planTakeover } from "../../components/site/takeover/plan.ts";
import { storageOf } from "../../components/site/takeover/views.ts";
import { storageClassObjects } from "../../components/storage/classes.ts";
import type { Metadata } from "../observe/objects.ts";
import type { Observed } from "../observe/observed.ts";
import { type Check, failed, ok } from "../types.ts";
import { machinesOf } from "./hosts.ts";
import { existingOf } from "./provider.ts";

interface Binding {
  readonly metadata: Metadata;
  readonly roleRef?: { readonly name: string };
  readonly subjects?: readonly {
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
  }[];
}

export const clusterAdmin: Check = {
  id: "cluster-admin",
  title: "no account of the site is cluster-admin",
  area: "cluster",
  observes: ["cluster-admin binding of a set-up by hand"],
  needs: ["cluster"],
  async run(site) {
    const bindings = await site.cluster.list<Binding>(
      "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    );
    const wide = bindings.filter(
      ({ roleRef, subjects = [] }) =>
        roleRef?.name === "cluster-admin" &&
        subjects.some(
          ({ kind, namespace, name }) =>
            kind === "ServiceAccount" && namespace === SERVICES_NAMESPACE && ACCOUNTS.includes(name),
        ),
    );
    if (wide.length === 0) return ok(`${bindings.length} bindings looked at`);
    return failed(
      `ClusterRoleBinding ${wide.map(({ metadata }) => metadata.name).join(", ")}: whoever takes the provider has the cluster`,
      "`npm run up -- --yes` removes what an earlier set-up bound; the declared roles are enough.",
    );
  },
};

export const leftovers: Check = {
  id: "leftovers",
  title: "nothing of an earlier set-up is left in the cluster",
  area: "cluster",
  observes: ["leftovers of a set-up by hand"],
  severity: "warning",
  needs: ["cluster"],
  after: ["keyring", "second-signer", "cluster-admin"],
  async run(site) {
    const existing = await existingOf(site);
    if (existing === undefined) return ok("nothing");
    const storage = storageClassObjects(site.site.storage.classes);
    const { items } = planTakeover(existing, {
      owner: await site.owner(),
      parts: partsOf(site.site),
      storageClasses: Object.fromEntries(storage.map((item) => [item.metadata.name, storageOf(item)])),
    });
    const left = items.filter(({ action }) => action !== "keep");
    if (left.length === 0) return ok("nothing that is to be removed");
    const list = left.slice(0, 6).map(({ kind, name }) => `${kind} ${name}`);
    return failed(
      `${left.length}: ${list.join(", ")}${left.length > 6 ? ", …" : ""}`,
      "`npm run up` shows what becomes of each; `npm run up -- --yes` does it.",
    );
  },
};

/** A file that the declaration reads the wallet from is no leftover. */
function declaredFile({ site }: Observed): string | undefined {
  const { wallet } = site;
  if ("mnemonicFile" in wallet) return wallet.mnemonicFile;
  if ("armorFile" in wallet) return wallet.armorFile;
  return "keyringDir" in wallet ? wallet.keyringDir : undefined;
}

/** An operator's own computer is no machine of the site: its keyring is in use. */
async function strangers(site: Observed): Promise<ReadonlySet<string>> {
  const here = site.hosts.filter((host) => host.here === true);
  if (here.length === 0) return new Set();
  const nodes = (await site.cluster.nodes()).map(({ metadata }) => metadata.name);
  return new Set(here.map(({ name }) => name).filter((name) => !nodes.includes(name)));
}

export const hostLeftovers: Check = {
  id: "host-leftovers",
  title: "no machine keeps keys or services of a set-up by hand",
  area: "cluster",
  observes: ["key files of a set-up by hand", "systemd units of a set-up by hand"],
  severity: "warning",
  needs: ["cluster"],
  after: ["second-signer"],
  simulated: true,
  async run(site) {
    const declared = (declaredFile(site) ?? "").replace(/^~/, "").replace(/\/keyring-\w+\/?$/, "");
    const [all, elsewhere] = await Promise.all([machinesOf(site), strangers(site)]);
    const machines = all.filter(([name]) => !elsewhere.has(name));
    const found = machines.map(([name, { keyFiles, units }]) => {
      const keys = keyFiles.filter((file) => declared === "" || !file.includes(declared));
      return [...keys.map((file) => `${name}:${file}`), ...units.map((unit) => `${name}: ${unit}`)];
    });
    const left = found.flat();
    if (left.length === 0)
      return ok(`nothing on ${machines.map(([name]) => name).join(", ") || "no machine"}`);
    return failed(
      left.join("; "),
      "Back the key up where nobody else reads it and delete the file; `systemctl disable --now UNIT` for a service.",
    );
  },
};
