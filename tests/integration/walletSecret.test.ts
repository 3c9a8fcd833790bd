import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { after, afterEach, before, describe, it } from "mocha";
import { parse, stringify } from "yaml";
import {
  type Cluster,
  ClusterForbidden,
  ClusterUnreachable,
  NamespaceMissing,
  openCluster,
} from "../../components/cluster/index.ts";
import { keyringFiles } from "../../components/wallet/keyring/directory.ts";
import { handler } from "../../components/wallet/keyringSecretProvider.ts";
import { startCluster, stopCluster } from "../../embedded/index.ts";
import { ensureToolchain } from "../../toolchain/index.ts";
import { address, otherWallet, wallet, words } from "../unit/wallet/wallets.ts";
import { listKeys } from "./walletBinaries.ts";

const namespace = "akash-services";
const secretName = "akash-provider-keyring";
const keyName = "provider";
const id = `${namespace}/${secretName}`;
const secretPath = `/api/v1/namespaces/${namespace}/secrets/${secretName}`;

describe("keyring Secret in a real API server", function () {
  this.timeout(60_000);
  const { check, create, read, update, delete: remove } = handler();
  let folder = "";
  let kubeconfigPath = "";
  let reader = "";
  let cluster: Cluster;
  let inputs: Record<string, unknown>;

  before(async function () {
    // The first run builds them.
    this.timeout(1_800_000);
    const toolchain = await ensureToolchain({ tools: ["embedded", "keyring-reader"] });
    reader = toolchain.path("keyring-reader");
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-secret-"));
    ({ kubeconfig: kubeconfigPath } = await startCluster({ folder: join(folder, "cluster"), toolchain }));
    cluster = await openCluster({ kubeconfigPath });
    const mnemonicFile = join(folder, "words");
    writeFileSync(mnemonicFile, words, { mode: 0o600 });
    const declared = {
      cluster: { kubeconfigPath },
      wallet: { mnemonicFile },
      imageVersion: "0.16.2",
      namespace,
      secretName,
      keyName,
    };
    const checked = await check?.({}, declared);
    assert.equal(checked?.failures, undefined);
    inputs = checked?.inputs;
  });
  after(async () => {
    await stopCluster(join(folder, "cluster"));
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => cluster.deleteSecret(namespace, secretName));

  const makeNamespace = () =>
    cluster.request("POST", "/api/v1/namespaces", { metadata: { name: namespace } });
  /** The keys that the provider's own keyring library reads from the Secret, mounted as a directory. */
  const mountedKeys = async () => {
    const secret = await cluster.getSecret(namespace, secretName);
    assert.ok(secret);
    const home = mkdtempSync(join(folder, "home-"));
    mkdirSync(join(home, "keyring-test"));
    for (const [file, content] of Object.entries(secret.data))
      writeFileSync(join(home, "keyring-test", file), content);
    return listKeys(reader, home);
  };
  /** An edit by hand. */
  const edit = (change: object) =>
    cluster.request("PATCH", secretPath, change, "application/merge-patch+json");
  const observe = async () => {
    const observed = await read?.(id, inputs);
    return observed?.props as Record<string, unknown>;
  };

  it("says that the namespace is missing", async () => {
    await assert.rejects(create(inputs), NamespaceMissing);
    await makeNamespace();
  });

  it("is read, as found in the cluster, by the keyring of Cosmos SDK 0.53", async () => {
    const { outs } = await create(inputs);
    assert.deepEqual(outs, inputs);
    const pubkey = Buffer.from(wallet.publicKey).toString("hex");
    assert.deepEqual(await mountedKeys(), [{ name: keyName, address, pubkey }]);
    assert.deepEqual(await observe(), inputs);
  });

  it("shows edits by hand and is made whole again", async () => {
    await create(inputs);
    const foreign = (await keyringFiles(keyName, otherWallet))[`${keyName}.info`] ?? Buffer.of();
    const edits: [object, readonly string[]][] = [
      [{ data: { "other.info": Buffer.from(foreign).toString("base64") } }, ["checksum"]],
      [{ data: { [`${keyName}.info`]: Buffer.from(foreign).toString("base64") } }, ["address", "checksum"]],
      [{ data: { [`${keyName}.info`]: null } }, ["address", "checksum"]],
    ];
    for (const [change, fields] of edits) {
      await edit(change);
      const observed = await observe();
      const drifted = Object.keys(inputs).filter(
        (field) => !isDeepStrictEqual(observed[field], inputs[field]),
      );
      assert.deepEqual(drifted, fields);
      await update?.(id, observed, inputs);
      assert.deepEqual(await observe(), inputs);
      assert.equal((await mountedKeys()).length, 1);
    }
  });

  it("is gone when deleted by hand, and deleting it again is no error", async () => {
    await create(inputs);
    await cluster.deleteSecret(namespace, secretName);
    assert.equal((await read?.(id, inputs))?.id, "");
    await remove?.(id, inputs);
  });

  it("never stands in the API server in a readable form", async () => {
    await create(inputs);
    const text = JSON.stringify(await cluster.get(secretPath));
    for (const secret of [
      words,
      Buffer.from(wallet.privateKey()).toString("hex"),
      Buffer.from(wallet.privateKey()).toString("base64"),
    ]) {
      assert.ok(!text.includes(secret));
    }
  });

  it("tells who may not read it, and a server that is gone", async () => {
    const config = parse(readFileSync(kubeconfigPath, "utf8"));
    config.users[0].user.as = "system:serviceaccount:default:nobody";
    const nobody = await openCluster({ kubeconfig: stringify(config) });
    await assert.rejects(nobody.getSecret(namespace, secretName), ClusterForbidden);
    config.clusters[0].cluster.server = "https://127.0.0.1:1";
    const gone = await openCluster({ kubeconfig: stringify(config) });
    await assert.rejects(gone.getSecret(namespace, secretName), ClusterUnreachable);
  });
});
