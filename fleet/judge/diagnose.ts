import { runDoctor } from "../../doctor/index.ts";
import type { Diagnose } from "./gate.ts";

/** Doctor's word on a site; it looks at the site's cluster, chain and ports, and changes nothing. */
export const diagnose: Diagnose = ({ name, config }) =>
  // The machine this runs on is a control room, not one of the site's hosts.
  runDoctor({ name, site: config, embedded: config.network === "devnet" }, { hosts: [] });
