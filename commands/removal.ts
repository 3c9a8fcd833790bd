import { LEASES_MAY_END } from "../components/akash/leases.ts";
import { CONSENT_VARIABLE } from "../components/k3s/removal/consent.ts";

/**
 * The engine's variables for taking a whole site down. All its machines go, so nothing on them is left to move
 * elsewhere; leases end only where that was asked for. What the person has agreed to besides stays.
 *
 * @param env the engine's environment so far
 */
export function removalEnvironment(
  withLeases: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const agreed = [env[CONSENT_VARIABLE] ?? "", "data:*", ...(withLeases ? ["leases:*"] : [])];
  return {
    [CONSENT_VARIABLE]: agreed.filter((item) => item !== "").join(","),
    ...(withLeases ? { [LEASES_MAY_END]: "true" } : {}),
  };
}
