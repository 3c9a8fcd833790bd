import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import type { RequestOptions } from "node:https";
import { promisify } from "node:util";
import { ClusterCredentialFailed, KubeconfigInvalid } from "./errors.ts";
import type { Kubeconfig } from "./kubeconfig.ts";

/** The part of a request that comes from the kubeconfig; good until `expires` (milliseconds since 1970). */
export interface Credentials {
  readonly options: RequestOptions;
  readonly expires: number;
}

const pluginTimeoutMs = 60_000;

/** @throws KubeconfigInvalid, ClusterCredentialFailed */
export async function readCredentials(kubeconfig: Kubeconfig): Promise<Credentials> {
  const { cluster, user } = kubeconfig;
  if (cluster.proxyUrl || user.authProvider) return libraryCredentials(kubeconfig);

  const plugin = user.exec ? await runPlugin(kubeconfig) : undefined;
  const token = plugin?.token ?? user.token;
  const headers: Record<string, string> = {};
  if (token) headers["authorization"] = `Bearer ${token.trim()}`;
  if (user.impersonateUser) headers["impersonate-user"] = user.impersonateUser;
  return {
    options: {
      ca: await fileOrData(kubeconfig, cluster.caFile, cluster.caData),
      cert: plugin?.clientCertificateData ?? (await fileOrData(kubeconfig, user.certFile, user.certData)),
      key: plugin?.clientKeyData ?? (await fileOrData(kubeconfig, user.keyFile, user.keyData)),
      rejectUnauthorized: !cluster.skipTLSVerify,
      servername: cluster.tlsServerName,
      auth: user.username && !token ? `${user.username}:${user.password ?? ""}` : undefined,
      headers,
    },
    expires: plugin?.expirationTimestamp ? Date.parse(plugin.expirationTimestamp) : Number.POSITIVE_INFINITY,
  };
}

/** OpenID Connect and other `auth-provider`s, and proxies: rare, and the client library knows them. */
async function libraryCredentials(kubeconfig: Kubeconfig): Promise<Credentials> {
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  const library = new KubeConfig();
  library.loadFromClusterAndUser(kubeconfig.cluster, kubeconfig.user);
  const options: RequestOptions = {};
  await library.applyToHTTPSOptions(options).catch(() => {
    throw new ClusterCredentialFailed(
      kubeconfig.user.authProvider?.name ?? "proxy",
      "no credential came back",
    );
  });
  return { options, expires: Date.now() + pluginTimeoutMs };
}

async function fileOrData(kubeconfig: Kubeconfig, file?: string, data?: string): Promise<Buffer | undefined> {
  if (!file) return data ? Buffer.from(data, "base64") : undefined;
  return readFile(file).catch(() => {
    throw new KubeconfigInvalid(kubeconfig.source, `the file ${file} that it names can't be read`);
  });
}

/** `status` of an ExecCredential (client.authentication.k8s.io/v1). */
interface ExecCredential {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  readonly expirationTimestamp?: string;
}

async function runPlugin({ source, folder, cluster, user }: Kubeconfig): Promise<ExecCredential> {
  const { command, args, env, apiVersion, provideClusterInfo } = user.exec as {
    command?: string;
    args?: string[];
    env?: { name: string; value: string }[];
    apiVersion?: string;
    provideClusterInfo?: boolean;
  };
  if (!command)
    throw new KubeconfigInvalid(source, `the user ${user.name} has an \`exec\` without a command`);
  const info = {
    apiVersion,
    kind: "ExecCredential",
    spec: {
      interactive: false,
      ...(provideClusterInfo && {
        cluster: { server: cluster.server, "certificate-authority-data": cluster.caData },
      }),
    },
  };
  const { stdout } = await promisify(execFile)(command, args ?? [], {
    cwd: folder,
    env: {
      ...process.env,
      ...Object.fromEntries((env ?? []).map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: JSON.stringify(info),
    },
    timeout: pluginTimeoutMs,
  }).catch((error: { code?: string | number; stderr?: string }) => {
    const firstLine = error.stderr?.trim().split("\n")[0] || "it printed nothing";
    throw new ClusterCredentialFailed(command, `${error.code ?? "timed out"}, ${firstLine.slice(0, 200)}`);
  });
  try {
    const { status } = JSON.parse(stdout) as { status?: ExecCredential };
    if (status?.token || status?.clientCertificateData) return status;
  } catch {
    // What it printed may hold a token and is not shown.
  }
  throw new ClusterCredentialFailed(command, "it did not print an ExecCredential with a status");
}
