import type { HostFindings } from "../observe/hosts.ts";
import type { Observed } from "../observe/observed.ts";
import { type Check, failed, ok, skipped } from "../types.ts";

/** Findings of the machines that answer, by name; what does not answer is for `hosts` to say. */
export async function machinesOf(site: Observed): Promise<[name: string, HostFindings][]> {
  const found = await Promise.all(
    site.hosts.map(async (host) => {
      const findings = await host.read().catch(() => undefined);
      return findings === undefined ? [] : [[host.name, findings] satisfies [string, HostFindings]];
    }),
  );
  return found.flat();
}

export const hosts: Check = {
  id: "hosts",
  title: "every declared machine lets the doctor in",
  area: "cluster",
  observes: ["machine that does not answer"],
  simulated: true,
  async run(site) {
    const answers = await Promise.allSettled(site.hosts.map((host) => host.read()));
    const silent = answers.flatMap((answer, index) =>
      answer.status === "rejected" ? [`${site.hosts[index]?.name}: ${(answer.reason as Error).message}`] : [],
    );
    if (silent.length === 0) return ok(site.hosts.map(({ name }) => name).join(", ") || "none is looked at");
    return failed(silent.join("; "), "Is it on, and does `ssh` reach it with the declared user and key?");
  },
};

const NONE = "no machine is declared under `nodes`";
const TOLERATED_SECONDS = 5;

export const hostClock: Check = {
  id: "host-clock",
  title: "the machines' clocks are kept and agree with this one",
  area: "cluster",
  observes: ["wrong clock"],
  after: ["clock"],
  simulated: true,
  async run(site) {
    const clocks = (await machinesOf(site)).flatMap(([name, { clock }]) =>
      clock ? [{ name, ...clock }] : [],
    );
    if (clocks.length === 0) return skipped(NONE);
    const wrong = clocks.flatMap(({ name, aheadSeconds, synchronized }) => {
      const off = Math.round(Math.abs(aheadSeconds));
      if (off > TOLERATED_SECONDS) return [`${name} is ${off} s ${aheadSeconds > 0 ? "ahead" : "behind"}`];
      return synchronized ? [] : [`${name} keeps its time by nothing`];
    });
    if (wrong.length === 0) return ok(clocks.map(({ name }) => name).join(", "));
    return failed(
      wrong.join("; "),
      "`npm run up` switches time synchronisation on; or `timedatectl set-ntp true` there.",
    );
  },
};

/** The kubelet begins to evict pods at about this share of free space. */
const LEAST_FREE = 0.1;

export const hostDisk: Check = {
  id: "host-disk",
  title: "the machines have a tenth of their disks free",
  area: "cluster",
  observes: ["full disk"],
  severity: "warning",
  simulated: true,
  async run(site) {
    const spaces = (await machinesOf(site)).flatMap(([name, { space = [] }]) =>
      space.map((one) => ({ name, ...one })),
    );
    if (spaces.length === 0) return skipped(NONE);
    const full = spaces.filter(({ bytes, free }) => bytes > 0 && free / bytes < LEAST_FREE);
    const shown = ({ name, mount, bytes, free }: (typeof spaces)[number]) =>
      `${name}:${mount} ${Math.floor((100 * free) / bytes)} % free`;
    if (full.length === 0) return ok(spaces.map(shown).join(", "));
    return failed(
      full.map(shown).join(", "),
      "`crictl rmi --prune` takes unused images away, `journalctl --vacuum-size=500M` old logs.",
    );
  },
};
