import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { disconnectAll } from "../../components/hosts/connect.ts";
import { machine } from "../../doctor/observe/machines.ts";
import { type Lab, needsHosts, rootOf, startLab, type TestHost } from "../support/hosts/index.ts";

/** A real machine over SSH, before and after somebody set a provider up on it by hand. */
describe("the doctor on a machine", function () {
  this.timeout(300_000);
  let lab: Lab;
  let host: TestHost;
  let folder: string;

  before(async function () {
    await needsHosts(this);
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-doctor-"));
    process.env["PULUMI_AKASH_STATE"] = folder;
    lab = await startLab({ count: 1 });
    [host] = lab.hosts as [TestHost];
  });
  after(async () => {
    disconnectAll();
    delete process.env["PULUMI_AKASH_STATE"];
    await lab?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true });
  });

  const read = () => machine(rootOf(host)).read();

  it("finds nothing on a fresh one, and reads clock and disk", async () => {
    const { keyFiles, units, processes, clock, space } = await read();
    assert.deepEqual([keyFiles, units, processes], [[], [], []]);
    assert.ok(Math.abs(clock?.aheadSeconds ?? Number.NaN) < 5);
    assert.ok(space?.some(({ mount, bytes, free }) => mount === "/" && bytes > free && free > 0));
  });

  it("finds keys, keyrings, services and a running provider", async () => {
    await host.exec(
      [
        "mkdir -p /home/ada/.akash/keyring-file",
        "touch /root/key.pem /etc/systemd/system/akash-provider.service",
        // A shell by the name of the provider's program.
        "(exec -a /usr/local/bin/provider-services bash -c 'sleep 300; :' run --from akash1abc) >/dev/null 2>&1 &",
      ].join("\n"),
    );
    const { keyFiles, units, processes } = await read();
    assert.deepEqual(keyFiles.toSorted(), ["/home/ada/.akash/keyring-file", "/root/key.pem"]);
    assert.deepEqual(units, ["akash-provider.service"]);
    assert.deepEqual(
      processes.map(({ from }) => from),
      ["akash1abc"],
    );
  });
});
