import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import { meetMachines } from "../../../commands/fleetHostKeys.ts";
import { disconnectAll, unknownHostKeys } from "../../../components/hosts/connect.ts";
import { pinHostKeys } from "../../../components/hosts/hostKeys.ts";
import { generateWords } from "../../../components/wallet/mnemonic.ts";
import { type FleetSite, resolveFleet } from "../../../fleet/declaration/resolve.ts";
import { bringUp } from "../../../fleet/engine/siteChange.ts";
import { SiteStack } from "../../../fleet/engine/siteStack.ts";
import { keyPair } from "../../support/hosts/keys.ts";
import { closedPort, type SshServer, startSshServer } from "../../support/hosts/sshServer.ts";
import { type ScriptedChain, startScriptedChain } from "../../support/scriptedChain/index.ts";

describe("machines of a fleet that were never seen before", () => {
  const VARIABLES = ["PULUMI_AKASH_STATE", "SSH_AUTH_SOCK", "FLEET_WORDS"];
  const kept = VARIABLES.map((name) => [name, process.env[name]] as const);
  const { isTTY } = process.stdin;
  let folder: string;
  let keyFile: string;
  let server: SshServer;
  let chain: ScriptedChain;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-keys-"));
    const pair = keyPair();
    keyFile = join(folder, "key");
    writeFileSync(keyFile, pair.private, { mode: 0o600 });
    process.env["PULUMI_AKASH_STATE"] = folder;
    process.env["FLEET_WORDS"] = generateWords();
    delete process.env["SSH_AUTH_SOCK"];
    [server, chain] = await Promise.all([startSshServer({ keys: [pair.public] }), startScriptedChain()]);
  });

  afterEach(() => {
    disconnectAll();
    rmSync(join(folder, "known_hosts"), { force: true });
    process.stdin.isTTY = isTTY;
  });

  after(async () => {
    await Promise.all([server.stop(), chain.stop()]);
    for (const [name, value] of kept) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    rmSync(folder, { recursive: true });
  });

  /** A fleet with a site on a cluster, and one on a machine at this port. */
  function sitesAt(port: number): readonly FleetSite[] {
    const { sites } = resolveFleet(
      {
        defaults: {
          network: chain.network,
          contact: { email: "ops@example.com" },
          attributes: { host: "example.com", tier: "community", "location-region": "na-us-west" },
        },
        sites: {
          rented: {
            domain: "rented.example.com",
            wallet: { mnemonicEnv: "RENTED_WORDS" },
            cluster: { kubeconfig: "rented" },
          },
          garage: {
            domain: "garage.example.com",
            wallet: { mnemonicEnv: "FLEET_WORDS" },
            nodes: [{ host: "127.0.0.1", port, keyFile }],
          },
        },
      },
      "fleet.yaml",
    );
    return sites;
  }

  /** As before a rollout of all sites that nobody attends to, although there is a terminal. */
  const meet = (sites: readonly FleetSite[], change: { command?: "destroy"; planned?: string[] } = {}) => {
    process.stdin.isTTY = true;
    const { command = "up", planned = sites.map(({ name }) => name) } = change;
    const waves = [{ title: "wave 1 of 1", sites: planned }];
    return meetMachines({ command, waves }, sites, { yes: true, json: false });
  };

  it("are refused by site, with the command that asks, where nobody is there to be asked", async () => {
    await assert.rejects(meet(sitesAt(server.port)), (error: Error) => {
      assert.match(
        error.message,
        /^Site garage has machines .*Run `npm run preview -- -s garage`.*\nNothing was changed\.$/,
      );
      assert.ok(error.message.includes(server.fingerprint));
      return true;
    });
  });

  it("are no matter to a rollout that does not bring them up", async () => {
    await meet(sitesAt(server.port), { planned: ["rented"] });
    await meet(sitesAt(server.port), { command: "destroy" });
  });

  it("are no matter once their keys are pinned, and neither is a machine that does not answer", async () => {
    await pinHostKeys(await unknownHostKeys([{ host: "127.0.0.1", port: server.port, keyFile }]));
    await meet(sitesAt(server.port));
    await meet(sitesAt(await closedPort()));
  });

  it("are not asked about in the midst of a rollout, although there is a terminal", async () => {
    process.stdin.isTTY = true;
    const [, garage] = sitesAt(server.port);
    assert.ok(garage);
    const { result, because } = await bringUp(
      new SiteStack(garage, {}),
      () => {},
      () => {},
    );
    assert.equal(result, "failed");
    assert.match(because ?? "", /is not known yet; it shows the \S+ key SHA256:/);
  });
});
