import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { RebootRefused, rebootHost } from "../../../components/hosts/reboot.ts";
import {
  RestartPending,
  requestRestart,
  takeRestartRequest,
} from "../../../components/hosts/restart/request.ts";
import {
  engineSecretVariables,
  resumeUnit,
  secretVariables,
} from "../../../components/hosts/restart/resume.ts";

describe("a restart of the machine that everything runs on", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-akash-restart-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is noted for the command that runs, taken once, and forgotten after another boot", async () => {
    const env = { PULUMI_AKASH_STATE: folder };
    assert.equal(await takeRestartRequest(env), undefined);
    await assert.rejects(requestRestart("a new driver", env), RestartPending);
    const file = join(folder, "restart.json");
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const text = readFileSync(file, "utf8");
    assert.equal(await takeRestartRequest(env), "a new driver");
    assert.equal(await takeRestartRequest(env), undefined);
    writeFileSync(file, text.replace(/"bootId":"./, '"bootId":"x'));
    assert.equal(await takeRestartRequest(env), undefined);
  });

  it("goes on with the same command, in the same place, without secrets", () => {
    const unit = resumeUnit(
      {
        argv: ["/opt/node 22/bin/node", "commands/main.ts", "up", '--stack=a"b', "100%", "$HOME"],
        cwd: "/home/garage/50%/site",
        env: {
          PATH: "/usr/bin:/bin",
          PULUMI_BACKEND_URL: "file://~",
          PULUMI_CONFIG_PASSPHRASE: "hush",
          PULUMI_ACCESS_TOKEN: "hush",
          GARAGE_MNEMONIC: "hush",
          PULUMI_AKASH_STATE: "/var/state",
        },
      },
      "garage",
    );
    assert.match(
      unit,
      /^ExecStart="\/opt\/node 22\/bin\/node" "commands\/main.ts" "up" "--stack=a\\"b" "100%%" "\$\$HOME"$/m,
    );
    assert.match(unit, /^WorkingDirectory=\/home\/garage\/50%%\/site$/m);
    assert.match(unit, /^Environment="PULUMI_AKASH_STATE=\/var\/state"$/m);
    assert.match(unit, /^User=garage$/m);
    assert.doesNotMatch(unit, /hush/);
    assert.match(
      unit,
      /^ExecStopPost=.* is-enabled --quiet (pulumi-akash-resume\.service) \|\| rm -f \S+\/\1"$/m,
    );
    // The boot would wait for its end, and it for what starts after the boot.
    assert.doesNotMatch(unit, /^Type=oneshot$/m);
  });

  it("needs a person where secrets come from the environment", () => {
    const declaration = {
      wallet: { mnemonicEnv: "GARAGE_MNEMONIC" },
      nodes: [
        { host: "local", passwordEnv: "SUDO_PASSWORD" },
        { host: "b", passwordEnv: "UNSET" },
      ],
      name: "GARAGE_MNEMONIC",
    };
    const env = { GARAGE_MNEMONIC: "w", SUDO_PASSWORD: "p" };
    assert.deepEqual(secretVariables(declaration, env), ["GARAGE_MNEMONIC", "SUDO_PASSWORD"]);
    assert.deepEqual(secretVariables({ wallet: { mnemonicFile: "/x" } }, env), []);
    assert.deepEqual(secretVariables("GARAGE_MNEMONIC", env), []);
  });

  it("needs a person where the engine's secrets do", () => {
    const secrets = {
      PULUMI_CONFIG_PASSPHRASE: "hush",
      AWS_SECRET_ACCESS_KEY: "hush",
      PULUMI_ACCESS_TOKEN: "hush",
    };
    assert.deepEqual(engineSecretVariables(secrets), ["PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"]);
    const at = (url: string) => engineSecretVariables({ ...secrets, PULUMI_BACKEND_URL: url });
    assert.deepEqual(at("file://~"), ["PULUMI_CONFIG_PASSPHRASE"]);
    assert.deepEqual(at("s3://states"), ["PULUMI_CONFIG_PASSPHRASE", "AWS_SECRET_ACCESS_KEY"]);
    assert.deepEqual(engineSecretVariables({ PULUMI_CONFIG_PASSPHRASE_FILE: "/x" }), []);
  });

  it("is refused while leases run, here as on any machine", async () => {
    const leasesOn = async () => ["akash1tenant/42"];
    const refused = rebootHost({ host: "local" }, { reason: "a new driver", leasesOn });
    await assert.rejects(refused, (error: Error) => {
      assert.ok(error instanceof RebootRefused);
      assert.match(
        error.message,
        /this machine has to be restarted \(a new driver\), but a lease runs on it: akash1tenant\/42/,
      );
      return true;
    });
  });

  it("is refused where nobody knows of leases, and says what to do", async () => {
    const remedy = "Start K3s on the servers.";
    const refused = rebootHost({ host: "local" }, { leasesOn: async () => undefined, remedy });
    await assert.rejects(refused, (error: Error) => {
      assert.ok(error instanceof RebootRefused);
      assert.match(error.message, /nobody knows whether leases run on it\. Start K3s on the servers\.$/);
      return true;
    });
  });

  it("names five of many leases", async () => {
    const leasesOn = async () => ["a/1", "a/2", "a/3", "a/4", "a/5", "a/6", "a/7"];
    const refused = rebootHost({ host: "local" }, { leasesOn });
    await assert.rejects(refused, /7 leases run on it: a\/1, a\/2, a\/3, a\/4, a\/5 and 2 more\. Drain it/);
  });
});
