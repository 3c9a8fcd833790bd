import { type Check, failed, ok } from "../types.ts";

/** A Date header has whole seconds, and a request takes its time. */
const TOLERATED_MS = 5000;

export const clock: Check = {
  id: "clock",
  title: "the clocks of this machine, cluster and chain agree",
  area: "cluster",
  observes: ["wrong clock"],
  after: ["cluster"],
  async run(site) {
    const [{ server, here }, endpoints] = await Promise.all([
      site.cluster.clock(),
      site.chain.endpoints().catch(() => []),
    ]);
    const remedy =
      "Switch time synchronisation on (`timedatectl set-ntp true`) on the machine that is wrong.";
    const skew = server === undefined ? 0 : here.getTime() - server.getTime() - 500;
    if (Math.abs(skew) > TOLERATED_MS) {
      const seconds = Math.round(Math.abs(skew) / 1000);
      return failed(
        `this machine is ${seconds} s ${skew > 0 ? "ahead of" : "behind"} the API server`,
        remedy,
      );
    }
    if (site.embedded) return ok("within 5 s; the embedded chain's time runs ahead, a second for each block");
    // A block can be old, never of the future.
    const newest = Math.max(0, ...endpoints.map(({ status }) => status?.time.getTime() ?? 0));
    const ahead = newest - site.now().getTime();
    if (ahead > TOLERATED_MS) {
      return failed(
        `the chain's newest block is ${Math.round(ahead / 1000)} s in this machine's future`,
        remedy,
      );
    }
    return ok(server === undefined ? "the API server does not tell its time" : "within 5 s");
  },
};
