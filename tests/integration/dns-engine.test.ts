import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import { observeRecord, updateZone } from "../../components/dns/nameServerClient.ts";
import type { TsigKey } from "../../components/dns/tsig.ts";
import { nameServerMissing, startNameServer, type TestNameServer } from "../support/nameServer.ts";
import { openProgram, type TestProgram } from "../support/program.ts";

const variable = "TEST_TSIG_SECRET";

describe("DNS records under the engine", function () {
  this.timeout(180_000);
  let bind: TestNameServer;
  let program: TestProgram;
  let key: TsigKey;
  const provider = "provider.garage.example.test";

  before(async function () {
    // The first run builds the toolchain.
    this.timeout(1_800_000);
    const reason = nameServerMissing();
    if (reason !== undefined) {
      console.log(`      skipped: ${reason}`);
      this.skip();
    }
    [bind, program] = await Promise.all([startNameServer(), openProgram()]);
    key = { name: bind.keyName, algorithm: "hmac-sha256", secret: Buffer.from(bind.secret, "base64") };
    process.env[variable] = bind.secret;
    program.declare(`
import { dnsRecords, SiteDns } from "pulumi-akash/providers/dns/index";
const domain = "garage.example.test";
const records = dnsRecords({ domain, address: "203.0.113.9" });
const server = { server: "127.0.0.1", port: ${bind.port}, zone: "example.test" };
const config = { provider: "rfc2136", ...server, keyName: "${bind.keyName}", secretEnv: "${variable}" };
const kept = new SiteDns("kept", { config, domain, records });
const resolver = "127.0.0.1:${bind.port}";
const manual = { provider: "manual", resolver };
export const unverified = new SiteDns("manual", { config: manual, domain, records }, { dependsOn: kept }).unverified;
`);
  });
  after(async () => {
    delete process.env[variable];
    program?.remove();
    await bind?.stop();
  });

  const addresses = async () =>
    (await observeRecord(bind, { name: provider, type: "A", value: "", ttl: 0 }))?.values;

  it("are made and verified, and have nothing to do the second time", async () => {
    await program.succeeds("up", "--yes", "--skip-preview");
    assert.deepEqual(await addresses(), ["203.0.113.9"]);
    assert.deepEqual(JSON.parse(await program.succeeds("stack", "output", "unverified", "--json")), {});
    await program.succeeds("preview", "--refresh", "--run-program", "--expect-no-changes");
  });

  it("are named in a preview when somebody changed one, and repaired", async () => {
    const changed = { name: provider, type: "A", value: "198.51.100.1", ttl: 300 } as const;
    await updateZone(bind, { zone: bind.zone, key, set: [changed] });
    const preview = ["preview", "--refresh", "--run-program", "--diff", "--expect-no-changes"];
    const { code, output } = await program.pulumi(...preview);
    assert.notEqual(code, 0);
    assert.match(output, /provider\.garage\.example\.test/);
    assert.match(output, /"198\.51\.100\.1" => "203\.0\.113\.9"/);
    assert.deepEqual(await addresses(), ["198.51.100.1"]);
    await program.succeeds("up", "--yes", "--skip-preview", "--refresh", "--run-program");
    assert.deepEqual(await addresses(), ["203.0.113.9"]);
  });

  it("keep the TSIG secret out of the state, encrypted or not", async () => {
    const state = await program.succeeds("stack", "export", "--show-secrets");
    assert.ok(!state.includes(bind.secret));
    assert.ok(!state.includes(Buffer.from(bind.secret).toString("base64")));
  });

  it("are removed with the stack", async () => {
    await program.succeeds("destroy", "--yes", "--skip-preview");
    assert.equal(await addresses(), undefined);
  });
});
