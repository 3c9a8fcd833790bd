import { authorityFile, encoded, type Identity } from "./pki.ts";

/** An administrator's kubeconfig, named as the real one names it. */
export function kubeconfig(server: string, folder: string, identity: Identity): string {
  return render(
    server,
    encoded(authorityFile(folder, "server-ca")),
    encoded(identity.certificate),
    encoded(identity.key),
  );
}

/** @param parts authority, certificate and key, base64 */
export function render(server: string, ...parts: readonly [string, string, string]): string {
  const [authority, certificate, key] = parts;
  return `apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${authority}
    server: ${server}
  name: default
contexts:
- context:
    cluster: default
    user: default
  name: default
current-context: default
kind: Config
users:
- name: default
  user:
    client-certificate-data: ${certificate}
    client-key-data: ${key}
`;
}
