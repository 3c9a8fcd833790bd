import type { Diagnose } from "./gate.ts";

/** Doctor's word on a site; it looks at the site's cluster, chain and ports, and changes nothing. */
export const diagnose: Diagnose = async ({ name, config }) => {
  // Not cheap to load, and only a rollout needs it.
  const { runDoctor } = await import("../../doctor/index.ts");
  // The machine this runs on is a control room, not one of the site's hosts; those of `nodes` are asked over SSH.
  const hosts = config.nodes === undefined ? { hosts: [] } : {};
  return runDoctor({ name, site: config, embedded: config.network === "devnet" }, hosts);
};
