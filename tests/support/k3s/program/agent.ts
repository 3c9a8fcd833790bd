import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { endAll, say, until } from "./children.ts";
import { type NodeGrant, nodePassword, present } from "./join.ts";
import { Kube } from "./kube.ts";
import { render } from "./kubeconfig.ts";
import { runNode } from "./node.ts";
import type { Settings } from "./settings.ts";

/** Port on which an agent reaches whichever server is up. */
const balancerPort = 6444;

/** `k3s agent`: runs until it is told to stop. */
export async function runAgent(settings: Settings): Promise<void> {
  process.once("SIGTERM", async () => {
    await endAll();
    process.exit(0);
  });
  say("info", `Starting k3s agent ${settings.version}`);
  const { server, token } = settings;
  if (server === undefined || token === undefined) throw new Error("--server and --token are required");
  const folder = join(settings.dataDir, "agent");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const servers = new Servers(join(folder, "servers.json"), new URL(server).hostname);
  await servers.balance();

  const body = { node: settings.nodeName, password: nodePassword() };
  const grant = await until("Failed to validate connection to cluster", () =>
    servers.first((host) => present<NodeGrant>(`https://${host}:6443`, token, "/v1-k3s/node", body)),
  );
  const put = (name: string, content: string) => {
    writeFileSync(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  };
  const identity = {
    certificate: put("client-kubelet.crt", grant.certificate),
    key: put("client-kubelet.key", grant.key),
  };
  const url = `https://127.0.0.1:${balancerPort}`;
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  const config = render(url, base64(grant.ca), base64(grant.certificate), base64(grant.key));
  const kube = new Kube(url, put("server-ca.crt", grant.ca), identity);
  await runNode(settings, {
    kube,
    kubeconfig: put("kubelet.kubeconfig", config),
    seen: (nodes) => servers.remember(nodes),
  });
  say("info", `k3s agent is up and running on ${settings.nodeName}`);
}

/** The servers that an agent knows; those of its last run too, so that it survives the one it joined through. */
class Servers {
  readonly #file: string;
  #hosts: readonly string[];

  constructor(file: string, declared: string) {
    this.#file = file;
    const known: string[] = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : [];
    this.#hosts = [...new Set([declared, ...known])];
  }

  remember(hosts: readonly string[]): void {
    if (hosts.length === 0) return;
    this.#hosts = [...hosts];
    writeFileSync(this.#file, JSON.stringify(hosts));
  }

  async first<T>(attempt: (host: string) => Promise<T>): Promise<T> {
    const errors: Error[] = [];
    for (const host of this.#hosts) {
      try {
        return await attempt(host);
      } catch (error) {
        errors.push(error as Error);
      }
    }
    throw errors[0] ?? new Error("no server is known");
  }

  /** Passes connections on to the first server that takes them. */
  balance(): Promise<void> {
    const door = createServer((client) => {
      const attempt = (hosts: readonly string[]) => {
        const [host, ...rest] = hosts;
        if (host === undefined) return client.destroy();
        const onward = connect({ host, port: 6443 });
        const giveUp = setTimeout(() => onward.destroy(new Error("no answer")), 2_000);
        onward.once("error", () => {
          clearTimeout(giveUp);
          if (onward.bytesWritten === 0 && !client.destroyed) attempt(rest);
          else client.destroy();
        });
        onward.once("connect", () => {
          clearTimeout(giveUp);
          client.pipe(onward).pipe(client);
          onward.once("close", () => client.destroy());
        });
        client.once("close", () => onward.destroy());
        client.on("error", () => onward.destroy());
      };
      attempt(this.#hosts);
    });
    return new Promise((resolve, reject) => {
      door.once("error", reject);
      door.listen(balancerPort, "127.0.0.1", resolve);
    });
  }
}
