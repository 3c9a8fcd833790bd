import assert from "node:assert/strict";
import { afterEach, describe, it } from "mocha";
import {
  ClusterForbidden,
  ClusterRejected,
  ClusterUnreachable,
  NamespaceMissing,
  openCluster,
} from "../../../components/cluster/index.ts";
import { type ApiServer, kubeconfigFor, type Reply, startApiServer } from "./server.ts";

const secret = {
  namespace: "akash-services",
  name: "key",
  labels: { app: "akash" },
  annotations: { why: "test" },
  type: "Opaque",
  data: { "a.info": Uint8Array.of(0, 255, 7) },
};
const object = {
  metadata: {
    namespace: "akash-services",
    name: "key",
    labels: { app: "akash" },
    annotations: { why: "test" },
  },
  type: "Opaque",
  data: { "a.info": "AP8H" },
};
const secretUrl = "/api/v1/namespaces/akash-services/secrets/key";

describe("openCluster", () => {
  let server: ApiServer | undefined;
  const open = async (replies: Reply[], options = {}) => {
    server = await startApiServer(replies);
    return { server, cluster: await openCluster(server, options) };
  };
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  it("reads an object by its path, with the kubeconfig's token", async () => {
    const { server, cluster } = await open([{ status: 200, body: { kind: "Namespace" } }]);
    assert.deepEqual(await cluster.get("/api/v1/namespaces/lease"), { kind: "Namespace" });
    assert.equal(server.seen[0]?.url, "/api/v1/namespaces/lease");
    assert.equal(server.seen[0]?.headers.authorization, "Bearer s3cret");
  });

  it("answers undefined for what is not there", async () => {
    const { cluster } = await open([{ status: 404 }, { status: 404 }, { status: 404 }]);
    assert.equal(await cluster.get("/api/v1/namespaces/lease"), undefined);
    assert.equal(await cluster.getSecret("a", "b"), undefined);
    assert.equal(await cluster.deleteSecret("a", "b"), false);
  });

  it("reads and deletes a Secret", async () => {
    const { cluster } = await open([
      { status: 200, body: object },
      { status: 200, body: { metadata: { namespace: "a", name: "b" }, type: "Opaque" } },
      { status: 200, body: { status: "Success" } },
    ]);
    assert.deepEqual(await cluster.getSecret("akash-services", "key"), secret);
    assert.deepEqual(await cluster.getSecret("a", "b"), {
      namespace: "a",
      name: "b",
      labels: {},
      annotations: {},
      type: "Opaque",
      data: {},
    });
    assert.equal(await cluster.deleteSecret("akash-services", "key"), true);
  });

  it("applies a Secret by force and removes data it does not know", async () => {
    const edited = { ...object, data: { ...object.data, extra: "eA==" } };
    const { server, cluster } = await open([
      { status: 200, body: edited },
      { status: 200, body: object },
    ]);
    assert.deepEqual(await cluster.applySecret(secret), secret);
    const [apply, removal] = server.seen;
    assert.equal(apply?.method, "PATCH");
    assert.equal(apply?.url, `${secretUrl}?fieldManager=pulumi-akash&force=true`);
    assert.equal(apply?.headers["content-type"], "application/apply-patch+yaml");
    assert.deepEqual(apply?.body, { apiVersion: "v1", kind: "Secret", ...object });
    assert.equal(removal?.url, `${secretUrl}?fieldManager=pulumi-akash`);
    assert.equal(removal?.headers["content-type"], "application/merge-patch+json");
    assert.deepEqual(removal?.body, { data: { extra: null } });
  });

  it("says which namespace is missing", async () => {
    const { cluster } = await open([
      { status: 404, body: { message: 'namespaces "akash-services" not found' } },
    ]);
    await assert.rejects(cluster.applySecret(secret), (error: Error) => {
      assert.ok(error instanceof NamespaceMissing);
      assert.match(error.message, /akash-services/);
      return true;
    });
  });

  it("tells refused credentials from refused verbs", async () => {
    const { cluster } = await open([{ status: 401 }, { status: 403 }]);
    await assert.rejects(cluster.getSecret("a", "b"), (error: Error) => {
      assert.ok(error instanceof ClusterForbidden);
      assert.match(error.message, /expired/);
      return true;
    });
    await assert.rejects(cluster.getSecret("a", "b"), /may not GET \/api\/v1\/namespaces\/a\/secrets\/b/);
  });

  it("passes on the server's reason for anything else", async () => {
    const { cluster } = await open([
      { status: 422, body: { message: "field is immutable" } },
      { status: 500 },
    ]);
    await assert.rejects(cluster.applySecret(secret), (error: Error) => {
      assert.ok(error instanceof ClusterRejected);
      assert.equal(error.status, 422);
      assert.match(error.message, /field is immutable/);
      assert.doesNotMatch(error.message, /AP8H/);
      return true;
    });
    await assert.rejects(cluster.get("/x"), /500 to GET \/x: no reason given/);
  });

  it("tries again after a broken connection or an overloaded server, but never a POST", async () => {
    const { server, cluster } = await open([
      "drop",
      { status: 503 },
      { status: 200, body: 1 },
      { status: 503 },
      "drop",
    ]);
    assert.equal(await cluster.get("/x"), 1);
    assert.equal(server.seen.length, 3);
    await assert.rejects(cluster.request("POST", "/x", {}), ClusterRejected);
    await assert.rejects(cluster.request("POST", "/x", {}), ClusterUnreachable);
    assert.equal(server.seen.length, 5);
  });

  it("gives up on a server that does not answer in time", async () => {
    const { server, cluster } = await open(["hang"], { timeoutMs: 50 });
    await assert.rejects(cluster.get("/x"), (error: Error) => {
      assert.ok(error instanceof ClusterUnreachable);
      assert.match(error.message, /no answer within 0\.05 s/);
      return true;
    });
    assert.equal(server.seen.length, 1);
  });

  it("says where nothing listens", async () => {
    const cluster = await openCluster({ kubeconfig: kubeconfigFor("http://127.0.0.1:1", {}) });
    await assert.rejects(cluster.get("/x"), (error: Error) => {
      assert.ok(error instanceof ClusterUnreachable);
      assert.match(error.message, /http:\/\/127\.0\.0\.1:1 .*ECONNREFUSED/);
      return true;
    });
  });
});
