import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, describe, it } from "mocha";
import { type Lab, needsHosts, startLab, type TestHost } from "../support/hosts/index.ts";

const ROOT = join(import.meta.dirname, "..", "..");

describe("a restart of the machine that everything runs on", function () {
  this.timeout(600_000);
  let lab: Lab;
  let host: TestHost;

  before(async function () {
    await needsHosts(this);
    lab = await startLab({ shares: { "/opt/node": dirname(process.execPath), "/opt/site": ROOT } });
    host = lab.hosts[0] as TestHost;
  });

  after(() => lab?.stop());

  /** What the run wrote, once it has written that; the machine is away for a while. */
  async function seen(text: RegExp): Promise<string> {
    for (;;) {
      const { stdout } = await host
        .exec("cat /var/lib/resumed-run", { check: false })
        .catch(() => ({ stdout: "" }));
      if (text.test(stdout)) return stdout;
      await sleep(1_000);
    }
  }

  it("lets the run go on by itself, once, and leaves nothing behind", async () => {
    const program = "/opt/node/node /opt/site/tests/integration/hostsResume.ts --first";
    await host.exec(`PULUMI_CONFIG_PASSPHRASE=hush ${program}`);
    assert.match(await seen(/asked/), /^began \S+ hush\nasked for a restart: a new driver\n$/);
    const unit = await host.exec(
      "cat /etc/systemd/system/pulumi-akash-resume.service; shutdown --show 2>&1 || true",
    );
    assert.doesNotMatch(unit.stdout, /hush/);
    // The minute that a person has to call it off is not waited for.
    await host.exec(
      "shutdown -c; systemd-run --quiet --on-active 1s --timer-property AccuracySec=100ms systemctl reboot",
    );
    const lines = (await seen(/ended/)).trim().split("\n");
    assert.equal(lines.length, 4);
    const [began, , wentOn] = lines.map((line) => line.split(" "));
    assert.deepEqual([wentOn?.[0], wentOn?.[3]], ["went", "-"]);
    assert.notEqual(wentOn?.[2], began?.[1]);
    const { stdout } = await host.exec("ls /etc/systemd/system /etc/systemd/system/multi-user.target.wants");
    assert.doesNotMatch(stdout, /pulumi-akash/);
  });
});
