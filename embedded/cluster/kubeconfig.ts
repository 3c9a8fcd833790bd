import { readFileSync } from "node:fs";
import { stringify } from "yaml";
import { replaceFile } from "../files.ts";
import type { Credentials } from "./credentials.ts";

/** Writes an administrator's kubeconfig that names no other file; mode 0600. */
export function writeKubeconfig(path: string, server: string, credentials: Credentials): void {
  const name = "embedded";
  const content = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server, "certificate-authority-data": encoded(credentials.authority) } }],
    users: [
      {
        name,
        user: {
          "client-certificate-data": encoded(credentials.adminCertificate),
          "client-key-data": encoded(credentials.adminKey),
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
  replaceFile(path, stringify(content, { lineWidth: 0 }), 0o600);
}

function encoded(file: string): string {
  return readFileSync(file).toString("base64");
}
