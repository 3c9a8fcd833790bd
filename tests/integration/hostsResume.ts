/**
 * A run on a machine of its own that needs a restart half-way, as `up` does with `host: local`. It is started once,
 * by the test, and writes into a file what it got to see.
 */
import { appendFileSync, readFileSync } from "node:fs";
import { rebootHost } from "../../components/hosts/reboot.ts";
import { RestartPending, takeRestartRequest } from "../../components/hosts/restart/request.ts";
import { removeResumeService, restartThisMachine } from "../../components/hosts/restart/resume.ts";

const SEEN = "/var/lib/resumed-run";
const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
const first = process.argv.includes("--first");
appendFileSync(
  SEEN,
  `${first ? "began" : "went on"} ${bootId} ${process.env["PULUMI_CONFIG_PASSPHRASE"] ?? "-"}\n`,
);

if (first) {
  await rebootHost({ host: "local" }, { reason: "a new driver" }).catch((error: unknown) => {
    if (!(error instanceof RestartPending)) throw error;
  });
  appendFileSync(SEEN, `asked for a restart: ${await takeRestartRequest()}\n`);
  const argv = [process.execPath, import.meta.filename] as const;
  await restartThisMachine({ argv: [...argv], cwd: "/", env: process.env });
} else {
  await removeResumeService();
  appendFileSync(SEEN, "ended\n");
}
