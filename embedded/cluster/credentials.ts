import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const fileNames = {
  authority: "ca.crt",
  /** Of every server of the control plane, and the API server's client certificate at etcd. */
  serverCertificate: "server.crt",
  serverKey: "server.key",
  /** Group `system:masters`. */
  adminCertificate: "admin.crt",
  adminKey: "admin.key",
  /** Signs the tokens of service accounts. */
  serviceAccountKey: "service-account.key",
};

/** Paths of a cluster's certificates and keys, all PEM. */
export type Credentials = Readonly<Record<keyof typeof fileNames, string>>;

/**
 * Makes a cluster's certificates and keys, once: in a folder beside it that is renamed when it is whole.
 * Nothing is signed with the authority's own key later, so it is not kept.
 */
export async function makeCredentials(folder: string): Promise<Credentials> {
  if (!existsSync(folder)) {
    const fresh = `${folder}.new`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true, mode: 0o700 });
    const pems = await generate();
    for (const [file, path] of Object.entries(pathsIn(fresh))) {
      writeFileSync(path, pems[file as keyof Credentials], { mode: 0o600 });
    }
    renameSync(fresh, folder);
  }
  return pathsIn(folder);
}

function pathsIn(folder: string): Credentials {
  const entries = Object.entries(fileNames).map(([file, name]) => [file, join(folder, name)]);
  return Object.fromEntries(entries) as Credentials;
}

async function generate(): Promise<Credentials> {
  // Needed at the first start only, and not cheap to load.
  const { Authority, newPrivateKey } = await import("./authority.ts");
  const authority = await Authority.create("CN=embedded-cluster");
  const server = await authority.issue("CN=embedded-control-plane", [
    { type: "ip", value: "127.0.0.1" },
    { type: "dns", value: "localhost" },
  ]);
  const admin = await authority.issue("CN=embedded-administrator, O=system:masters");
  return {
    authority: authority.certificate,
    serverCertificate: server.certificate,
    serverKey: server.key,
    adminCertificate: admin.certificate,
    adminKey: admin.key,
    serviceAccountKey: await newPrivateKey(),
  };
}
