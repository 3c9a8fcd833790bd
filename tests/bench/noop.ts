import { cp, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { measure } from "./measure.ts";

/** The requests that one no-op refresh of the embedded site costs the chain, by method, counted by a proxy before it. */
export async function countChainRequests(
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<{ requests: number; byMethod: Record<string, number> }> {
  const services = join(folder, ".embedded", "services.json");
  const described = JSON.parse(await readFile(services, "utf8")) as { chain: { rpc: string[] } };
  const [upstream = ""] = described.chain.rpc;
  const byMethod: Record<string, number> = {};
  const proxy = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const method =
      body.length > 0 ? (JSON.parse(body.toString()) as { method: string }).method : (request.url ?? "");
    byMethod[method] = (byMethod[method] ?? 0) + 1;
    const answer = await fetch(`${upstream}${request.url}`, {
      method: request.method ?? "GET",
      headers: { "content-type": "application/json" },
      ...(body.length > 0 ? { body } : {}),
    });
    response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  // Only the chain's address is different; cluster and wallet stay where the stack file says.
  const proxied = join(folder, ".embedded", "proxied");
  try {
    await mkdir(proxied, { recursive: true });
    await cp(services, join(proxied, "services.json"));
    const { port } = proxy.address() as AddressInfo;
    const chain = { ...described.chain, rpc: [`http://127.0.0.1:${port}`] };
    await writeFile(join(proxied, "services.json"), JSON.stringify({ ...described, chain }));
    await measure(
      "pulumi",
      ["preview", "--refresh", "--run-program", "--non-interactive", "--stack", "dev"],
      {
        cwd: folder,
        env: { ...env, PULUMI_AKASH_EMBEDDED: proxied },
      },
    );
  } finally {
    proxy.close();
    await rm(proxied, { recursive: true, force: true });
  }
  return { requests: Object.values(byMethod).reduce((sum, count) => sum + count, 0), byMethod };
}

/** Resources in the state, the stack itself and provider configurations left out. */
export async function resourceCount(env: NodeJS.ProcessEnv): Promise<number> {
  const state = new URL(`${env["PULUMI_BACKEND_URL"]}/.pulumi/stacks/pulumi-akash/dev.json`);
  const { checkpoint } = JSON.parse(await readFile(state, "utf8")) as {
    checkpoint: { latest: { resources: { type: string; custom: boolean }[] } };
  };
  return checkpoint.latest.resources.filter(({ type, custom }) => custom && !type.startsWith("pulumi:"))
    .length;
}
