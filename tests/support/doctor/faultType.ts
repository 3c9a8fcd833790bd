import type { SiteUnderCheck } from "../../../doctor/types.ts";
import type { World } from "./world.ts";

export interface Fault {
  /** Id of the check that must fail, and no other. */
  readonly check: string;
  /** What is wrong, as a test's name. */
  readonly what: string;
  /** Makes the site sick. */
  readonly make: (world: World) => Promise<void> | void;
  /** Declares the site otherwise, where the fault is in the declaration. */
  readonly declare?: (under: SiteUnderCheck, world: World) => SiteUnderCheck;
  /** Checks that fail too, by the circumstance in which alone the fault can be seen. */
  readonly circumstance?: readonly string[];
  /** What the evidence must name. */
  readonly evidence: RegExp;
  /**
   * Whether the fault is in objects of the cluster alone, so that a real API server can be given it too.
   * Default: false.
   */
  readonly inCluster?: boolean;
}
