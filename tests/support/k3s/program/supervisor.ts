import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Agent, createServer, request as httpsRequest } from "node:https";
import type { TLSSocket } from "node:tls";
import { readBundle } from "./bootstrap.ts";
import { say } from "./children.ts";
import type { NodeGrant, ServerGrant } from "./join.ts";
import type { Kube } from "./kube.ts";
import { authorityFile, type Identity, issue } from "./pki.ts";
import { Refused } from "./request.ts";
import { type Settings, serverFolder } from "./settings.ts";
import { same, secretIn } from "./token.ts";

/** What the supervisor needs of the server it belongs to. */
export interface SupervisedServer {
  readonly settings: Settings;
  readonly serving: Identity;
  /** Connections to the API server by one that it lets speak for others. */
  readonly inner: Agent;
  /** Undefined while the API server is not up. */
  readonly kube: () => Kube | undefined;
}

/** Port of the API server itself, on 127.0.0.1. */
export const innerPort = 6444;

/**
 * Port 6443 as the real one has it: joining nodes are answered here, everything else goes to the API server. The
 * client's certificate ends at this door, so it is checked here and the API server is told who it was.
 */
export function listen(server: SupervisedServer): Promise<void> {
  const folder = serverFolder(server.settings);
  const ca = readFileSync(authorityFile(folder, "client-ca"));
  const door = createServer(
    {
      cert: readFileSync(server.serving.certificate),
      key: readFileSync(server.serving.key),
      ca,
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => {
      answer(server, request, response).catch((error: Error) => {
        const status = error instanceof Refused ? error.status : 500;
        if (status !== 503) say("error", `${request.method} ${request.url}: ${error.message}`);
        response.writeHead(status).end(`${error.message}\n`);
      });
    },
  );
  door.keepAliveTimeout = 90_000;
  return new Promise((resolve, reject) => {
    door.once("error", reject);
    door.listen(6443, "0.0.0.0", resolve);
  });
}

async function answer(
  server: SupervisedServer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { settings } = server;
  const folder = serverFolder(settings);
  const path = request.url?.split("?")[0];
  if (path === "/cacerts") return end(response, readFileSync(authorityFile(folder, "server-ca"), "utf8"));
  if (path === "/ping") return end(response, "pong");
  if (path?.startsWith("/v1-k3s/")) {
    const body = JSON.parse(await textOf(request)) as { node: string; password: string };
    const roles = rolesOf(request, folder);
    const kube = server.kube();
    if (kube === undefined) throw new Refused("apiserver not ready", 503);
    if (path === "/v1-k3s/server-bootstrap") {
      if (!roles.includes("server")) throw new Refused("not authorized", 401);
      await checkPassword(kube, body);
      return end(response, JSON.stringify(serverGrant(folder)));
    }
    if (path === "/v1-k3s/node") {
      if (roles.length === 0) throw new Refused("not authorized", 401);
      await checkPassword(kube, body);
      return end(response, JSON.stringify(nodeGrant(folder, body.node)));
    }
    throw new Refused("not found", 404);
  }
  if (path === "/version" && server.kube() !== undefined) {
    const version = await server.kube()?.get<object>("/version");
    return end(response, JSON.stringify({ ...version, gitVersion: settings.version }), "application/json");
  }
  pass(server, request, response);
}

function end(response: ServerResponse, text: string, type = "text/plain"): void {
  response.writeHead(200, { "content-type": type }).end(text);
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of request) text += part;
  return text;
}

/** Who the token's secret makes the caller: agents have one of their own. */
function rolesOf(request: IncomingMessage, folder: string): string[] {
  const credentials = /^Basic (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
  const secret = Buffer.from(credentials, "base64")
    .toString()
    .replace(/^[^:]*:/, "");
  if (same(secret, secretIn(folder, "token"))) return ["server", "node"];
  return same(secret, secretIn(folder, "agent-token")) ? ["node"] : [];
}

/** A node is known by its password: a second one of the same name is refused until the first is deleted. */
async function checkPassword(
  kube: Kube,
  { node, password }: { node: string; password: string },
): Promise<void> {
  const hash = passwordHash(node, password);
  const known = await kube.nodePassword(node, hash);
  if (known === hash) return;
  throw new Refused(
    `Node password rejected, duplicate hostname or contents of '/etc/rancher/node/password' may not match server node-passwd entry, try enabling a unique node name with the --with-node-id flag`,
    403,
  );
}

export function passwordHash(node: string, password: string): string {
  return createHash("sha256").update(`${node}:${password}`).digest("hex");
}

function serverGrant(folder: string): ServerGrant {
  return {
    bundle: readBundle(folder),
    secret: secretIn(folder, "token") ?? "",
    agentSecret: secretIn(folder, "agent-token"),
  };
}

/** A kubelet's rights would do; the stand-in's node also writes what the real one's server writes for it. */
function nodeGrant(folder: string, node: string): NodeGrant {
  const file = `issued/${node}`;
  const identity = issue(folder, "client-ca", file, `/O=system:masters/CN=system:node:${node}`);
  return {
    ca: readFileSync(authorityFile(folder, "server-ca"), "utf8"),
    certificate: readFileSync(identity.certificate, "utf8"),
    key: readFileSync(identity.key, "utf8"),
  };
}

/** Hands a request on, with the name that the client's certificate proves. */
function pass(server: SupervisedServer, request: IncomingMessage, response: ServerResponse): void {
  const headers = { ...request.headers };
  for (const name of Object.keys(headers)) if (name.startsWith("x-remote-")) delete headers[name];
  const socket = request.socket as TLSSocket;
  if (socket.authorized) {
    const { subject } = socket.getPeerCertificate();
    headers["x-remote-user"] = String(subject.CN);
    headers["x-remote-group"] = [subject.O ?? [], "system:authenticated"].flat();
  }
  const { method, url: path } = request;
  const onward = httpsRequest({
    host: "127.0.0.1",
    port: innerPort,
    method,
    path,
    headers,
    agent: server.inner,
  });
  onward.once("response", (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(response);
    answered.once("error", () => response.destroy());
  });
  onward.once("error", (error: Error) => {
    if (response.headersSent) response.destroy();
    else response.writeHead(503).end(`apiserver not ready: ${error.message}\n`);
  });
  response.once("close", () => onward.destroy());
  request.pipe(onward);
}
