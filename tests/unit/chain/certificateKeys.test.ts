import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  certificateSecretName,
  keyFile,
  loadKeys,
  storeKeys,
} from "../../../components/chain/certificateKeys.ts";
import type { Cluster, Secret } from "../../../components/cluster/types.ts";
import { KeyWallet } from "../../../components/wallet/keyWallet.ts";
import { createProviderKey } from "../../../components/wallet/providerKey.ts";

const wallet = new KeyWallet(new Uint8Array(32).fill(3));
const stranger = new KeyWallet(new Uint8Array(32).fill(4));
const host = "provider.example.com";

/** The Secrets of a cluster in memory, for what only reads and writes one. */
function memoryCluster() {
  const secrets = new Map<string, Secret>();
  const cluster = {
    getSecret: async (namespace: string, name: string) => secrets.get(`${namespace}/${name}`),
    applySecret: async (secret: Secret) => {
      secrets.set(`${secret.namespace}/${secret.name}`, secret);
      return secret;
    },
  };
  return { secrets, cluster: cluster as unknown as Cluster };
}

async function makeKey() {
  const key = await createProviderKey(wallet, { host });
  return keyFile(key, key.sealedPem, true);
}

describe("certificate keys in the cluster", () => {
  it("come back as they were stored, the one served with under the owner's name", async () => {
    const { cluster, secrets } = memoryCluster();
    const [active, pending] = [await makeKey(), await makeKey()];
    await storeKeys(cluster, wallet.address, { active, pending });
    const secret = secrets.get(`akash-services/${certificateSecretName}`);
    assert.deepEqual(Object.keys(secret?.data ?? {}), [`${wallet.address}.pem`, "pending.pem"]);
    assert.equal(secret?.type, "Opaque");
    assert.deepEqual(secret?.labels, { "app.kubernetes.io/managed-by": "pulumi-akash" });
    assert.deepEqual(await loadKeys(cluster, wallet, wallet.address), { active, pending });
  });

  it("are none where there is no Secret", async () => {
    const { cluster } = memoryCluster();
    assert.deepEqual(await loadKeys(cluster, wallet, wallet.address), {
      active: undefined,
      pending: undefined,
    });
  });

  it("show what is public of a key that another wallet sealed", async () => {
    const { cluster } = memoryCluster();
    const active = await makeKey();
    await storeKeys(cluster, wallet.address, { active, pending: undefined });
    const found = await loadKeys(cluster, stranger, wallet.address);
    assert.deepEqual(found.active, { ...active, opens: false });
  });

  it("tell damaged text from a key", async () => {
    const { cluster } = memoryCluster();
    const active = { ...(await makeKey()), sealedPem: "-----BEGIN CERTIFICATE-----\nx\n" };
    await storeKeys(cluster, wallet.address, { active, pending: undefined });
    const found = await loadKeys(cluster, wallet, wallet.address);
    const { sealedPem } = active;
    const past = new Date(0);
    assert.deepEqual(found.active, {
      serial: "",
      fingerprint: "",
      hosts: [],
      notBefore: past,
      notAfter: past,
      sealedPem,
      opens: false,
    });
  });
});
