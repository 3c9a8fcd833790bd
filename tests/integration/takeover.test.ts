import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { CRDS } from "../../components/akash/crds/definitions.ts";
import { openChain } from "../../components/chain/index.ts";
import { type Cluster, openCluster } from "../../components/cluster/index.ts";
import type { TakeoverItem } from "../../components/site/takeover/index.ts";
import { type EmbeddedServices, ensureEmbedded } from "../../embedded/index.ts";
import { ensureToolchain, silentProgress } from "../../toolchain/index.ts";
import { Checkout } from "../support/checkout.ts";
import { EXPECTED_PLAN } from "../support/takeover/expectedPlan.ts";
import { LEASE, officialSetUp, secondProvider } from "../support/takeover/officialSetUp.ts";
import { transactionsOf } from "../support/transactions.ts";
import type { KubernetesObject } from "../unit/akash/declared.ts";
import { objectPath } from "./akashCluster.ts";
import { eventually } from "./akashFixtures.ts";
import { MarkedRun } from "./faultsSupport.ts";
import { registerOfficially } from "./takeoverSupport.ts";

const SERVICES = "/api/v1/namespaces/akash-services";
const PROVIDER = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";
const BINDINGS = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings";

const NO_TSIG = "{provider: rfc2136, server: 127.0.0.1, keyName: site, secretEnv: NO_SUCH_SECRET}";

interface Pod {
  readonly metadata: { readonly ownerReferences?: readonly unknown[] };
  readonly spec: { readonly nodeName?: string };
}

/** An official site becomes ours, loses its state, and meets a second signer. */
describe("takeover", function () {
  this.timeout(900_000);
  let checkout: Checkout;
  let services: EmbeddedServices;
  let cluster: Cluster;

  const owner = () => services.wallet.address;
  const sent = async () =>
    (await transactionsOf(services.chain, owner())).map(({ messages }) =>
      messages.map((type) => type.split(".").at(-1)),
    );
  const pod = () => cluster.get<Pod>(`${SERVICES}/pods/akash-provider-0`);
  const apply = async (object: KubernetesObject): Promise<void> => {
    const query = "fieldManager=helm&force=true";
    await cluster.request("PATCH", `${objectPath(object)}?${query}`, object, "application/apply-patch+yaml");
  };
  const up = async (...options: string[]): Promise<{ takeover: TakeoverItem[] }> => {
    const run = await checkout.run("up", "--json", ...options);
    assert.equal(run.code, 0, run.stderr);
    return JSON.parse(run.stdout);
  };
  const assertNoDrift = async (): Promise<void> => {
    const drift = await checkout.run("drift", "--json");
    assert.equal(drift.code, 0, drift.stdout + drift.stderr);
  };

  before(async () => {
    checkout = await Checkout.create();
    const toolchain = await ensureToolchain({ tools: ["engine", "embedded"], progress: silentProgress });
    services = await ensureEmbedded({ folder: join(checkout.folder, ".embedded"), toolchain });
    cluster = await openCluster({ kubeconfigPath: services.cluster.kubeconfig });
    await registerOfficially(services);
    await installOfficially();
  });

  after(async () => {
    await checkout?.remove();
  });

  async function installOfficially(): Promise<void> {
    for (const { metadata, spec } of CRDS) {
      await apply({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata,
        spec,
      });
    }
    for (const object of officialSetUp(owner(), "beta3")) await apply(object);
    await eventually(async () => {
      const host = {
        ...{ apiVersion: "akash.network/v2beta2", kind: "ProviderHost" },
        metadata: { name: "web.ingress.akash.test", namespace: "lease" },
        spec: {
          ...{ hostname: "web.ingress.akash.test", owner: owner(), provider: owner(), service_name: "web" },
          ...{ external_port: 80, dseq: 1, gseq: 1, oseq: 1 },
        },
      };
      await apply(host);
      const provider = await cluster.get<{ status: { readyReplicas?: number } }>(PROVIDER);
      assert.equal(provider?.status.readyReplicas, 1);
    }, 180);
  }

  /** Puts the chart's provider in the place of ours. */
  async function reinstallProvider(from: string): Promise<void> {
    await cluster.request("DELETE", PROVIDER, { propagationPolicy: "Background" });
    await eventually(async () => assert.equal(await cluster.get(PROVIDER), undefined));
    await eventually(async () => assert.equal(await pod(), undefined));
    const objects = officialSetUp(from, "beta3").filter(
      ({ kind, metadata: { name } }) =>
        name === "akash-provider-main" || (kind === "StatefulSet" && name === "akash-provider"),
    );
    for (const object of objects) await apply(object);
    await eventually(async () => assert.ok((await pod())?.spec.nodeName));
  }

  const refusals: readonly [what: string, file: string, from: string, to: string, said: RegExp][] = [
    [
      "a policy",
      "components/storage/classes.ts",
      '"akash.network": "true"',
      '"a": "b"',
      /storage-class-label/,
    ],
    [
      "a credential",
      "Pulumi.dev.yaml",
      "dns: {provider: manual}",
      `dns: ${NO_TSIG}`,
      /NO_SUCH_SECRET is not set/,
    ],
  ];
  for (const [what, file, from, to, said] of refusals) {
    it(`deletes nothing where ${what} stands against what comes in its place`, async () => {
      const [path, content, before] = [
        join(checkout.folder, file),
        await checkout.read(file),
        await identities(),
      ];
      assert.ok(before.uid !== undefined && content.includes(from));
      await writeFile(path, content.replace(from, to));
      const run = await checkout.run("up", "--yes");
      await writeFile(path, content);
      assert.equal(run.code, 1);
      assert.match(run.stderr, said);
      assert.deepEqual(await identities(), before);
    });
  }

  it("adopts the site: what would fight is gone, what leases need is kept", async () => {
    const claim = `${SERVICES}/persistentvolumeclaims/home-akash-provider-0`;
    const volume = await volumeOf(claim);
    assert.ok(volume);

    const { takeover } = await up("--yes");

    const planned = takeover
      .filter(({ kind }) => !kind.startsWith("on-chain"))
      .map(({ action, kind, name }) => `${action} ${kind} ${name}`)
      .sort();
    assert.deepEqual(planned, EXPECTED_PLAN);
    for (const { action, path = "" } of takeover) {
      if (action === "remove") assert.equal(await cluster.get(path), undefined, path);
    }
    assert.equal(await cluster.get(`${BINDINGS}/akash-provider-admin`), undefined);
    const secrets = await cluster.get<{ items: { metadata: { name: string } }[] }>(`${SERVICES}/secrets`);
    const names = secrets?.items.map(({ metadata }) => metadata.name) ?? [];
    assert.deepEqual(
      names.filter((name) => name.startsWith("sh.helm.release") || name.endsWith("-keys")),
      [],
    );
    assert.equal(await volumeOf(claim), volume);
    assert.ok(
      await cluster.get("/apis/akash.network/v2beta2/namespaces/lease/providerhosts/web.ingress.akash.test"),
    );
    assert.ok(await cluster.get(`/api/v1/namespaces/${LEASE}`));
  });

  it("leaves one provider, which is nothing but the declared one", async () => {
    const provider = await cluster.get<{
      spec: {
        replicas: number;
        template: { spec: { initContainers?: unknown[]; volumes: { name: string }[] } };
      };
      status: { readyReplicas: number };
    }>(PROVIDER);
    assert.deepEqual([provider?.spec.replicas, provider?.status.readyReplicas], [1, 1]);
    assert.equal(provider?.spec.template.spec.initContainers, undefined);
    assert.ok(!provider?.spec.template.spec.volumes.some(({ name }) => name === "scripts"));
    await assertNoDrift();
  });

  it("has updated the record on chain and revoked the former certificate", async () => {
    const chain = await openChain(services.chain);
    assert.equal((await chain.provider(owner()))?.hostUri, "https://provider.akash.test:8443");
    const valid = (await chain.certificates(owner())).filter(({ state }) => state === "valid");
    assert.equal(valid.length, 1);
    const [former, ...ours] = await sent();
    assert.deepEqual(former, ["MsgCreateProvider", "MsgCreateCertificate"]);
    // In any order, and on a busy machine perhaps not in one transaction.
    assert.deepEqual(ours.flat().sort(), [
      "MsgCreateCertificate",
      "MsgRevokeCertificate",
      "MsgUpdateProvider",
    ]);
    assert.deepEqual(ours.at(-1), ["MsgRevokeCertificate"]);
  });

  it("finds nothing to take over any more", async () => {
    assert.deepEqual((await up()).takeover, []);
  });

  it("recovers a site whose state was lost: nothing is sent, nothing is made anew", async () => {
    const transactions = await sent();
    const before = await identities();
    await rm(join(checkout.folder, ".embedded", "state"), { recursive: true });
    await up("--yes");
    assert.deepEqual(await sent(), transactions);
    assert.deepEqual(await identities(), before);
    await assertNoDrift();
  });

  it("previews what a `helm upgrade` by hand has brought back", async () => {
    const path = "/apis/apps/v1/namespaces/akash-services/deployments/operator-hostname";
    await cluster.request("DELETE", path, { propagationPolicy: "Background" });
    const official = officialSetUp(owner(), "beta3");
    const again = official.filter(({ metadata: { name } }) => name === "operator-hostname");
    for (const object of again.filter(({ kind }) => /ConfigMap|Deployment/.test(kind))) await apply(object);
    await eventually(async () => {
      const preview = await checkout.run("preview", "--json");
      assert.equal(preview.code, 0, preview.stderr);
      const { takeover } = JSON.parse(preview.stdout) as { takeover: TakeoverItem[] };
      const planned = takeover.map(({ action, kind, name }) => `${action} ${kind} ${name}`);
      assert.ok(planned.includes("replace Deployment operator-hostname"), preview.stdout);
      assert.ok(planned.includes("remove ConfigMap operator-hostname"));
      assert.ok(await cluster.get(path));
    });
    await up("--yes");
    await assertNoDrift();
  });

  it("finishes a run that was killed after the old provider was deleted, before the new one was made", async () => {
    await reinstallProvider(owner());
    const run = new MarkedRun(checkout, ["up", "--yes"]);
    await run.until("leaving the pod without a workload", async () => {
      const { ownerReferences } = (await pod())?.metadata ?? { ownerReferences: [] };
      return ownerReferences === undefined ? true : undefined;
    });
    await run.kill();
    assert.equal(await cluster.get(PROVIDER), undefined);

    const preview = await checkout.run("preview");
    assert.equal(preview.code, 0, preview.stderr);
    await up("--yes");
    await assertNoDrift();
  });

  it("is blocked by a second signer and changes nothing", async () => {
    for (const object of secondProvider(owner())) await apply(object);
    await eventually(async () => {
      const pods = await cluster.get<{ items: unknown[] }>("/api/v1/namespaces/old-provider/pods");
      assert.equal(pods?.items.length, 1);
    });
    const [transactions, before] = [await sent(), await identities()];
    await cluster.request("DELETE", `${SERVICES}/configmaps/akash-provider-pricing`);
    const run = await checkout.run("up", "--yes");
    assert.equal(run.code, 1);
    assert.match(run.stderr, /Deployment old-provider\/old-provider .*signs with this site's wallet/);
    assert.match(run.stderr, /kubectl -n old-provider scale deployment\/old-provider --replicas=0/);
    assert.equal(await cluster.get(`${SERVICES}/configmaps/akash-provider-pricing`), undefined);
    assert.deepEqual([await sent(), await identities()], [transactions, before]);
  });

  it("does not replace the provider of another wallet", async () => {
    await cluster.request("DELETE", "/api/v1/namespaces/old-provider");
    const other = "akash1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9";
    await reinstallProvider(other);
    for (const command of [["preview"], ["up", "--yes"]]) {
      const run = await checkout.run(...command);
      assert.equal(run.code, 1);
      assert.ok(run.stderr.includes(`is the provider of ${other}, and the declared wallet is ${owner()}`));
    }
  });

  /** What must not change when a site is recovered: the provider's generation, certificate and keyring. */
  async function identities() {
    const provider = await cluster.get<{ metadata: { uid: string; generation: number } }>(PROVIDER);
    const certificate = await cluster.getSecret("akash-services", "akash-provider-certificate");
    const keyring = await cluster.getSecret("akash-services", "akash-provider-keyring");
    return {
      uid: provider?.metadata.uid,
      generation: provider?.metadata.generation,
      certificate: certificate?.data,
      keyring: Object.keys(keyring?.data ?? {}).sort(),
    };
  }

  async function volumeOf(claim: string): Promise<string | undefined> {
    return (await cluster.get<{ spec: { volumeName?: string } }>(claim))?.spec.volumeName;
  }
});
