import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import { siteKubeconfigPath } from "../../components/k3s/names.ts";
import { Checkout, type CommandResult } from "../support/checkout.ts";
import { withCommandPlugin } from "../support/command/index.ts";
import { type Lab, rootOf, type StartOptions, startLab, type TestHost } from "../support/hosts/index.ts";
import { type K3sSource, openK3s } from "../support/k3s/index.ts";
import { MarkedRun } from "./faultsSupport.ts";

/** One entry of the site's `nodes`, as a person writes it. */
export type Entry = Readonly<Record<string, unknown>>;

/** What was done on a host so far, counted there. */
export interface Effects {
  /** Runs of the operator's own commands, in order. */
  readonly commands: readonly string[];
  /** Starts of K3s since the machine booted. */
  readonly starts: number;
  /** Packages that were installed. */
  readonly installations: number;
}

export const SITE = "garage";

/** Is there on a host while something is held. */
export const HELD = "/run/held";

/**
 * Holds what a script of ours does on a host when it comes to a command, until the result is called.
 *
 * @param program a program by name
 * @param argument its first argument
 */
export async function holdAt(
  host: TestHost,
  program: string,
  argument: string,
): Promise<() => Promise<void>> {
  // The first folder on the path of scripts.
  const shim = `/usr/local/sbin/${program}`;
  const hold = `touch ${HELD}; while [[ -e ${shim} ]]; do sleep 0.1; done`;
  const text = `#!/bin/bash\nif [[ $1 == ${argument} ]]; then ${hold}; fi\nexec /usr/bin/${program} "$@"\n`;
  await host.exec(`cat >${shim}; chmod 755 ${shim}`, { input: text });
  return async () => {
    await host.exec(`rm ${shim}`);
  };
}

/** A site that makes its cluster from test hosts, in a checkout of its own on the embedded chain. */
export class NodesSite {
  readonly checkout: Checkout;
  readonly lab: Lab;
  readonly env: NodeJS.ProcessEnv;
  readonly #k3s: K3sSource;

  private constructor(checkout: Checkout, lab: Lab, k3s: K3sSource) {
    this.checkout = checkout;
    this.lab = lab;
    this.#k3s = k3s;
    this.env = withCommandPlugin({ ...process.env, PULUMI_AKASH_STATE: join(checkout.folder, "own-state") });
  }

  static async start(options: StartOptions): Promise<NodesSite> {
    const [checkout, k3s] = await Promise.all([Checkout.create(), openK3s()]);
    const lab = await startLab({ ...options, shares: k3s.shares });
    return new NodesSite(checkout, lab, k3s);
  }

  host(index: number): TestHost {
    const found = this.lab.hosts[index];
    assert.ok(found);
    return found;
  }

  async add(options: StartOptions): Promise<void> {
    await this.lab.add({ ...options, shares: this.#k3s.shares });
  }

  /** How a person lists a host; each has commands of the operator's that leave a line behind. */
  entry(index: number, more: Entry = {}): Entry {
    const host = this.host(index);
    const mark = (when: string) => [`echo ${when} >>/root/commands.log`];
    const own = { before: mark("before"), after: mark("after") };
    return { name: host.name, ...rootOf(host), ...own, ...more };
  }

  /** Writes the site's file. */
  declare(nodes: readonly Entry[], { mirror = {}, ...more }: Entry = {}): void {
    const site = {
      name: SITE,
      domain: "garage.akash.test",
      network: "devnet",
      wallet: { mnemonicFile: ".embedded/wallet.mnemonic" },
      nodes,
      mirror: { k3s: this.#k3s.mirror, ...Object(mirror) },
      address: "127.0.0.1",
      dns: { provider: "manual" },
      contact: { email: "ops@akash.test" },
      tls: { issuer: "self-signed" },
      ingress: { mode: "classic", controller: "none" },
      gpu: { operator: "none", driver: { by: "none" } },
      attributes: { host: "akash", tier: "community", "location-region": "us-west" },
      storage: {
        classes: [{ name: "beta3", provisioner: "rancher.io/local-path" }],
        providerVolume: { storageClass: "local-path" },
      },
      ...more,
    };
    writeFileSync(
      join(this.checkout.folder, `Pulumi.${SITE}.yaml`),
      stringify({ config: { "akash:site": site } }),
    );
  }

  run(...args: string[]): Promise<CommandResult> {
    return this.checkout.runWith(this.env, ...args, "--stack", SITE);
  }

  /** The same, to be killed or watched. */
  marked(...args: string[]): MarkedRun {
    return new MarkedRun(this.checkout, [...args, "--stack", SITE], this.env);
  }

  /** Brings the site up and returns what changed, by kind. */
  async up(): Promise<Readonly<Record<string, number>>> {
    const { code, stdout, stderr } = await this.run("up", "--yes", "--json");
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout).changes;
  }

  /** What differs from what was last deployed: `<resource> <field>`. */
  async drift(): Promise<string[]> {
    const { code, stdout, stderr } = await this.run("drift", "--json");
    const found = JSON.parse(stdout || "{}") as {
      drift?: { resource: string; field?: string; kind: string }[];
    };
    const named = (found.drift ?? []).map(({ resource, field, kind }) => `${resource} ${field ?? kind}`);
    assert.equal(code, named.length > 0 ? 2 : 0, stdout + stderr);
    return named.sort();
  }

  cluster(): Promise<Cluster> {
    return openCluster({ kubeconfigPath: siteKubeconfigPath(SITE, this.env) });
  }

  /** Nodes of the cluster: what each is, runs and whether it is ready. */
  async nodes(): Promise<Readonly<Record<string, string>>> {
    const list = await (await this.cluster()).get<{ items: NodeView[] }>("/api/v1/nodes");
    const described = (list?.items ?? []).map(({ metadata, status }) => {
      const role = "node-role.kubernetes.io/control-plane" in metadata.labels ? "server" : "agent";
      const ready = status.conditions.some(({ type, status: value }) => type === "Ready" && value === "True");
      return [
        metadata.name,
        `${role} ${status.nodeInfo.kubeletVersion} ${ready ? "ready" : "not ready"}`,
      ] as const;
    });
    return Object.fromEntries(described);
  }

  async effects(index: number): Promise<Effects> {
    const { stdout } = await this.host(index).exec(
      [
        "cat /root/commands.log 2>/dev/null | tr '\\n' ' '; echo",
        "journalctl -o cat -u 'k3s*' --no-pager | grep -c 'msg=\"Starting k3s' || true",
        "grep -c ^Start-Date: /var/log/apt/history.log || true",
      ].join("\n"),
    );
    const [commands = "", starts, installations] = stdout.split("\n");
    return {
      commands: commands.split(" ").filter(Boolean),
      starts: Number(starts),
      installations: Number(installations),
    };
  }

  async stop(): Promise<void> {
    // The cluster goes with its machines; what is left of the site is in the checkout.
    await this.lab.stop();
    this.#k3s.remove();
    await this.checkout.remove();
  }
}

interface NodeView {
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly status: {
    readonly nodeInfo: { readonly kubeletVersion: string };
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
  };
}
