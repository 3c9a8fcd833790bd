import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Context } from "../../../toolchain/context.ts";
import { openMemo } from "../../../toolchain/memo.ts";
import type { BinaryPin, Pins } from "../../../toolchain/pins.ts";
import { silentProgress } from "../../../toolchain/progress.ts";

/** The content of the program that stands for every tool of these tests. */
export const program = "#!/bin/sh\necho tool 1.2.3\n";

export const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");

/** A machine in a folder: its cache, PATH, wrapper modules and the server that stands for releases. */
export interface World {
  folder: string;
  origin: string;
  /** Answers by path; a function may do what it likes with the response. */
  routes: Map<string, string | Buffer | ((response: import("node:http").ServerResponse) => void)>;
  requests: string[];
  context(pins: Record<string, BinaryPin>, changes?: Partial<Context>): Context;
  write(path: string, content: string, mode?: number): string;
  close(): Promise<void>;
}

/** Opens a world; close it after the test. */
export async function openWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "toolchain-"));
  const routes: World["routes"] = new Map();
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = request.url ?? "/";
    if (request.method === "GET") requests.push(path);
    const answer = routes.get(path);
    if (answer === undefined) response.writeHead(404).end("not here");
    else if (typeof answer === "function") answer(response);
    else response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const write = (path: string, content: string, mode = 0o644) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode);
    return file;
  };
  mkdirSync(join(folder, "path"));
  mkdirSync(join(folder, "modules"));
  return {
    folder,
    origin,
    routes,
    requests,
    write,
    context(binaries, changes = {}) {
      const root = join(folder, "cache");
      mkdirSync(root, { recursive: true });
      return {
        pins: pinsWith(binaries),
        platform: "linux/amd64",
        root,
        modulesFolder: join(folder, "modules"),
        env: { PATH: `${join(folder, "path")}:/usr/bin:/bin`, HOME: folder },
        plugins: [join(root, "plugins"), join(folder, ".pulumi/plugins")],
        needs: [],
        memo: openMemo(root),
        progress: silentProgress,
        mirror: undefined,
        offline: false,
        ...changes,
      };
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Pins that hold nothing but these programs. */
function pinsWith(binaries: Record<string, BinaryPin>): Pins {
  const runtime = { version: "1.26.8", minimum: "1.26.0", release: {} };
  const k3s = { version: "v1.34.3+k3s1", releases: { "v1.34.3+k3s1": {} } };
  return { node: runtime, go: runtime, binaries, k3s, plugins: {}, charts: {}, crds: {}, images: {} };
}

/** A Go that pretends: `build` writes `program` where it is told to. `before` runs first. */
export function fakeGo(before = ""): string {
  return `#!/bin/sh
case "$1" in
  env) echo go1.26.8 ;;
  mod) ;;
  list) echo /nowhere ;;
  build)
    ${before}
    while [ "$1" != -o ]; do shift; done
    printf '${program.replaceAll("\n", "\\n")}' >"$2"
    chmod 755 "$2" ;;
esac
`;
}
