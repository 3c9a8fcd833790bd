import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { publicNetworks, resolveNetwork } from "../../../components/chain/networks.ts";
import { readKubeconfig } from "../../../components/cluster/kubeconfig.ts";
import { presentPlaces } from "../../../components/dynamic/places.ts";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { placesEnvironment } from "../../../components/site/placesEnvironment.ts";
import { kubeconfigFor } from "../cluster/server.ts";
import { declaration } from "../site/declarations.ts";

const then = { chainId: "own-1", rpc: ["http://192.0.2.1:26657"], gasPrice: "0.025uakt" };
const now = { ...then, rpc: ["http://192.0.2.2:26657"], gasPrice: "0.03uakt" };
const environmentOf = (changes: Record<string, unknown>) =>
  placesEnvironment(parseSiteConfig(declaration(changes)));

describe("the places that a command hands to the engine", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-places-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("are those of the declaration, and nothing besides", () => {
    const dns = { provider: "rfc2136", server: "192.0.2.53", keyName: "k", secretEnv: "TSIG_SECRET" };
    assert.deepEqual(presentPlaces(environmentOf({ network: now, dns })), {
      chain: now,
      kubeconfigPath: join(homedir(), ".kube/config"),
      nameServer: { zone: "example.com", server: "192.0.2.53", port: 53 },
    });
    const parent = { domain: "garage.example.org", dns: { ...dns, zone: "example.org", port: 5353 } };
    const { zone, port } = presentPlaces(environmentOf(parent)).nameServer ?? {};
    assert.deepEqual([zone, port], ["example.org", 5353]);
    const { chain, nameServer } = presentPlaces(environmentOf({}));
    assert.deepEqual([chain, nameServer], [publicNetworks.mainnet, undefined]);
    assert.equal(presentPlaces(environmentOf({ network: "devnet" })).chain, undefined);
    assert.deepEqual(presentPlaces({}), {});
  });

  it("have a chain asked where it is now, however the state names it, and no other chain", () => {
    const env = environmentOf({ network: now });
    assert.deepEqual(resolveNetwork(then, env), now);
    assert.equal(resolveNetwork("sandbox", env), publicNetworks.sandbox);
    const mainnet = { ...then, chainId: publicNetworks.mainnet.chainId };
    assert.deepEqual(resolveNetwork(mainnet, environmentOf({})), publicNetworks.mainnet);
    assert.equal(resolveNetwork(then, environmentOf({})), then);
  });

  it("have a kubeconfig read there once it is where it was no more", async () => {
    const kubeconfig = join(folder, "new");
    writeFileSync(kubeconfig, kubeconfigFor("https://192.0.2.9:6443", {}));
    const env = environmentOf({ cluster: { kubeconfig } });
    const old = join(folder, "old");
    const serverOf = async (path: string, where: Record<string, string> = env) =>
      (await readKubeconfig({ kubeconfigPath: path }, where)).cluster.server;
    assert.equal(await serverOf(old), "https://192.0.2.9:6443");
    await assert.rejects(serverOf(old, {}), /no readable kubeconfig at \S+old\./);
    const nowhere = environmentOf({ cluster: { kubeconfig: join(folder, "nowhere") } });
    await assert.rejects(serverOf(old, nowhere), /no readable kubeconfig at \S+nowhere\./);
    writeFileSync(old, kubeconfigFor("https://192.0.2.8:6443", {}));
    assert.equal(await serverOf(old), "https://192.0.2.8:6443");
  });
});
