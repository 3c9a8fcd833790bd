import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { readCredentials } from "../../../components/cluster/credentials.ts";
import {
  ClusterCredentialFailed,
  KubeconfigInvalid,
  KubeconfigMissing,
} from "../../../components/cluster/errors.ts";
import { parseKubeconfig, readKubeconfig } from "../../../components/cluster/kubeconfig.ts";
import { kubeconfigFor } from "./server.ts";

const server = "https://192.0.2.1:6443";
const base64 = (text: string) => Buffer.from(text).toString("base64");

describe("kubeconfig", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "pulumi-akash-kubeconfig-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const parse = (user: object, cluster: object = {}) =>
    parseKubeconfig(kubeconfigFor(server, user, cluster), "given as text", folder);
  const credentials = async (user: object, cluster: object = {}) =>
    (await readCredentials(parse(user, cluster))).options;

  it("is read from a file or from text", async () => {
    const kubeconfigPath = join(folder, "config");
    await writeFile(kubeconfigPath, kubeconfigFor(server, {}));
    assert.equal((await readKubeconfig({ kubeconfigPath })).cluster.server, server);
    assert.equal((await readKubeconfig({ kubeconfig: kubeconfigFor(server, {}) })).cluster.server, server);
  });

  it("that is missing is named by its path", async () => {
    await assert.rejects(readKubeconfig({ kubeconfigPath: join(folder, "none") }), (error: Error) => {
      assert.ok(error instanceof KubeconfigMissing);
      assert.match(error.message, new RegExp(join(folder, "none")));
      return true;
    });
    await assert.rejects(readKubeconfig({ kubeconfigPath: "~/no such kubeconfig" }), /\/no such kubeconfig/);
  });

  it("that can't be used is refused without quoting it", () => {
    const valid = JSON.parse(kubeconfigFor(server, { token: "s3cret" }));
    const cases: [string, RegExp][] = [
      ["token: [s3cret", /not valid YAML/],
      ["", /empty/],
      ["just text", /empty/],
      [JSON.stringify({ ...valid, "current-context": "other" }), /current-context/],
      [JSON.stringify({ ...valid, clusters: [] }), /server/],
      [JSON.stringify({ ...valid, clusters: [{ name: "box", cluster: { server: "nowhere" } }] }), /server/],
      [JSON.stringify({ ...valid, users: [{ name: "other" }] }), /user of context here is missing/],
    ];
    for (const [text, expected] of cases) {
      assert.throws(
        () => parseKubeconfig(text, "given as text", folder),
        (error: Error) => {
          assert.ok(error instanceof KubeconfigInvalid);
          assert.match(error.message, expected);
          assert.doesNotMatch(error.message, /s3cret/);
          return true;
        },
      );
    }
  });

  it("gives token, password or client certificate", async () => {
    assert.deepEqual((await credentials({ token: "s3cret\n" })).headers, { authorization: "Bearer s3cret" });
    assert.equal((await credentials({ username: "me", password: "pw" })).auth, "me:pw");
    assert.equal((await credentials({ username: "me" })).auth, "me:");
    const options = await credentials(
      { "client-certificate-data": base64("cert"), "client-key-data": base64("key"), as: "someone" },
      { "certificate-authority-data": base64("ca"), "tls-server-name": "kubernetes" },
    );
    assert.deepEqual([options.cert, options.key, options.ca].map(String), ["cert", "key", "ca"]);
    assert.deepEqual(options.headers, { "impersonate-user": "someone" });
    assert.equal(options.servername, "kubernetes");
    assert.equal(options.rejectUnauthorized, true);
    assert.equal((await credentials({}, { "insecure-skip-tls-verify": true })).rejectUnauthorized, false);
  });

  it("names files relative to itself", async () => {
    await writeFile(join(folder, "ca.crt"), "ca");
    assert.equal(String((await credentials({}, { "certificate-authority": "ca.crt" })).ca), "ca");
    await assert.rejects(credentials({ "client-key": "none.key" }), (error: Error) => {
      assert.ok(error instanceof KubeconfigInvalid);
      assert.match(error.message, /none\.key that it names can't be read/);
      return true;
    });
  });

  it("asks a credential plugin, and tells it about the cluster", async () => {
    const plugin = join(folder, "plugin.sh");
    await writeFile(
      plugin,
      `#!/bin/sh
case "$MODE:$KUBERNETES_EXEC_INFO" in
  token:*'"interactive":false'*"${server}"*) echo '{"status":{"token":"fresh","expirationTimestamp":"2030-01-01T00:00:00Z"}}' ;;
  cert:*) echo '{"status":{"clientCertificateData":"cert","clientKeyData":"key"}}' ;;
  empty:*) echo '{"status":{}}' ;;
  noise:*) echo 's3cret' ;;
  *) echo "log in first" >&2; exit 3 ;;
esac
`,
    );
    await chmod(plugin, 0o755);
    const user = (mode: string, more: object = {}) => ({
      exec: {
        command: "./plugin.sh",
        apiVersion: "client.authentication.k8s.io/v1",
        env: [{ name: "MODE", value: mode }],
        ...more,
      },
    });
    const withToken = await readCredentials(parse(user("token", { provideClusterInfo: true })));
    assert.deepEqual(withToken.options.headers, { authorization: "Bearer fresh" });
    assert.equal(withToken.expires, Date.parse("2030-01-01T00:00:00Z"));
    const withCertificate = await credentials(user("cert"));
    assert.deepEqual([withCertificate.cert, withCertificate.key], ["cert", "key"]);

    for (const mode of ["empty", "noise"]) {
      await assert.rejects(credentials(user(mode)), (error: Error) => {
        assert.ok(error instanceof ClusterCredentialFailed);
        assert.match(error.message, /did not print an ExecCredential/);
        assert.doesNotMatch(error.message, /s3cret/);
        return true;
      });
    }
    await assert.rejects(credentials(user("other")), /plugin\.sh` of the kubeconfig failed: 3, log in first/);
    await assert.rejects(credentials({ exec: { command: "no-such-plugin" } }), /ENOENT, it printed nothing/);
    await assert.rejects(credentials({ exec: {} }), /`exec` without a command/);
  });

  it("leaves proxies and other ways to log in to the client library", async () => {
    const proxied = await readCredentials(
      parse({ token: "s3cret" }, { "proxy-url": "http://192.0.2.9:3128" }),
    );
    assert.equal(proxied.options.agent?.constructor.name, "HttpsProxyAgent");
    assert.ok(proxied.expires < Number.POSITIVE_INFINITY);
    const expired = { "auth-provider": { name: "gcp", config: { expiry: "2020-01-01T00:00:00Z" } } };
    await assert.rejects(credentials(expired), (error: Error) => {
      assert.ok(error instanceof ClusterCredentialFailed);
      assert.match(error.message, /`gcp`/);
      return true;
    });
  });
});
