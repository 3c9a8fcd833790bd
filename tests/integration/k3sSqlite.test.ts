import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, it } from "mocha";
import { disconnectAll, onHost } from "../../components/hosts/connect.ts";
import { unitOf } from "../../components/k3s/binary.ts";
import { snapshotFiles } from "../../components/k3s/nodeFiles.ts";
import { ensureSnapshotKey } from "../../components/k3s/snapshotKey.ts";
import { restoreSnapshot } from "../../components/k3s/snapshots.ts";
import { type Lab, needsHosts, rootOf, startLab, type TestHost } from "../support/hosts/index.ts";
import { eventually } from "./akashFixtures.ts";
import { startedAt } from "./k3sSupport.ts";

const DATA = "/var/lib/rancher/k3s";
const WRITER = "/opt/node/node --disable-warning=ExperimentalWarning /opt/k3s-support/sqliteWriter.ts";

/** What the check of a database says. */
interface Check {
  readonly integrity: string;
  readonly rows: number;
  /** The same number as the writer's transactions say it. */
  readonly written: number;
  /** Where AUTOINCREMENT goes on: Kubernetes's resource versions must never be given twice. */
  readonly next: number;
}

/**
 * Snapshots of a real SQLite database in WAL mode that is written to all the time. K3s's part, to hold and write it,
 * is played by a service of its name (`tests/support/k3s/sqliteWriter.ts`), since K3s cannot be had everywhere.
 */
describe("a snapshot of SQLite", function () {
  this.timeout(300_000);
  const state = mkdtempSync(join(tmpdir(), "k3s-sqlite-"));
  const keyFile = join(state, "snapshots.pem");
  let lab: Lab;
  let host: TestHost;

  before(async function () {
    await needsHosts(this);
    lab = await startLab({
      shares: {
        "/opt/node": dirname(process.execPath),
        "/opt/k3s-support": join(import.meta.dirname, "..", "support", "k3s"),
      },
    });
    host = lab.hosts[0] as TestHost;
    const { recipient } = await ensureSnapshotKey(keyFile, "garage");
    const snapshots = { at: "daily", keep: 14, keyFile };
    for (const { path, content, mode } of await snapshotFiles({ dataDir: DATA, snapshots }, recipient)) {
      await onHost(rootOf(host), (on) => on.write(path, content, Number.parseInt(mode, 8)));
    }
    const unit = `[Service]\nType=exec\nExecStart=${WRITER} ${DATA}/server/db/state.db\n`;
    await host.exec(
      `mkdir -p ${DATA}/server/tls ${DATA}/server/cred && echo secret >${DATA}/server/token
      cat >/etc/systemd/system/${unitOf("server")} && systemctl daemon-reload && systemctl start k3s`,
      { input: unit },
    );
    await eventually(async () => assert.ok((await check(`${DATA}/server/db/state.db`)).written > 0));
  });

  after(async () => {
    disconnectAll();
    await lab?.stop();
    rmSync(state, { recursive: true, force: true });
  });

  const check = async (file: string): Promise<Check> =>
    JSON.parse((await host.exec(`${WRITER} ${file} check`)).stdout) as Check;
  /** Takes one as the timer does; what is in it, and whether K3s went on meanwhile. */
  const snapshot = async () => {
    const before = await startedAt(host);
    const { stdout } = await host.exec("/usr/local/lib/pulumi-akash/k3s-snapshot scheduled");
    const path = stdout.trim();
    const key = (await ensureSnapshotKey(keyFile, "garage")).privateKey;
    await host.exec(
      `rm -rf /root/opened; mkdir -p /root/opened && cat >/root/key && openssl cms -decrypt -binary -inform PEM -in ${path} -inkey /root/key | tar -xzC /root/opened; rm /root/key`,
      { input: key },
    );
    const { stdout: files } = await host.exec("cd /root/opened; ls; cat datastore token");
    assert.equal(files, "cred\ndatastore\ndb\ntls\ntoken\nsqlite\nsecret\n");
    const content = await check("/root/opened/db/state.db");
    return { path, content, restarted: (await startedAt(host)) !== before };
  };
  const assertWhole = ({ integrity, rows, written, next }: Check) => {
    assert.deepEqual([integrity, rows, next], ["ok", written, written]);
    assert.ok(written >= 8_000);
  };

  it("stops K3s for it where the machine has nothing that can copy a database in use", async () => {
    const { content, restarted } = await snapshot();
    assertWhole(content);
    assert.equal(restarted, true);
  });

  for (const program of ["python3", "sqlite3"]) {
    it(`is taken with ${program} while K3s goes on writing`, async () => {
      await host.exec(`apt-get install -y -q ${program}`);
      const { content, restarted } = await snapshot();
      assertWhole(content);
      assert.equal(restarted, false);
      // What is written in the meantime is not waited for, and not lost.
      assert.ok((await check(`${DATA}/server/db/state.db`)).written > content.written);
    });
  }

  it("is what a restored server goes on from", async () => {
    const { path, content } = await snapshot();
    const tables = async () =>
      (await host.exec(`sqlite3 -cmd '.timeout 30000' ${DATA}/server/db/state.db .tables`)).stdout;
    await host.exec(`sqlite3 -cmd '.timeout 30000' ${DATA}/server/db/state.db 'CREATE TABLE later (x)'`);
    assert.match(await tables(), /later/);
    const file = join(state, "snapshot.cms");
    writeFileSync(file, (await onHost(rootOf(host), (on) => on.read(path))) ?? "");
    await restoreSnapshot({ servers: [rootOf(host)], file, keyFile, dataDir: DATA });
    await host.exec("systemctl stop k3s");
    const restored = await check(`${DATA}/server/db/state.db`);
    assertWhole(restored);
    assert.ok(restored.written >= content.written);
    assert.doesNotMatch(await tables(), /later/);
    const { stdout } = await host.exec(`ls ${DATA}/server`);
    assert.equal(stdout, "cred\ndb\ntls\ntoken\n");
  });
});
