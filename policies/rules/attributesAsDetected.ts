import { attributesOf, isRegistration } from "../chain.ts";
import type { Rule, RuleContext } from "../types.ts";
import { text, texts } from "../values.ts";

const GPU = /^capabilities\/gpu\/vendor\//;
/** vendor/nvidia/model/rtx5090[/ram/32Gi][/interface/pcie] and nothing else. */
const GPU_KEY =
  /^capabilities\/gpu\/vendor\/[a-z]+\/model\/[a-z0-9_-]+(\/ram\/\d+Gi)?(\/interface\/[a-z0-9]+)?$/;

/**
 * The advertised GPUs are the detected ones.
 *
 * Severity: high. An advertised GPU that is not there costs a tenant a failed lease and the provider its audit; one that
 * is there and not advertised earns nothing. Remedy: leave GPU attributes out of the declaration; they are derived.
 *
 * What was detected is handed over by `up` as the setting `detected`; without it only the form of the keys is judged.
 */
export const attributesAsDetected: Rule = {
  name: "attributes-as-detected",
  severity: "high",
  enforcement: "mandatory",
  demand:
    "The GPUs advertised on chain are those that were detected, in the form that tenants' filters match.",
  reason: "An advertised GPU that is not there costs a tenant a failed lease, and the provider its audit.",
  remedy: "Leave GPU attributes out of the declaration: they are derived from what the nodes offer.",
  appliesTo: isRegistration,
  findings(resource, context) {
    const advertised = [...attributesOf(resource).keys()].filter((key) => GPU.test(key));
    const malformed = advertised.filter((key) => !GPU_KEY.test(key));
    return [
      ...malformed.map((key) => `it advertises \`${key}\`, which no filter matches`),
      ...differences(
        advertised.filter((key) => GPU_KEY.test(key)),
        context,
      ),
    ];
  },
};

function differences(advertised: readonly string[], { settings }: RuleContext): string[] {
  // An empty list may not arrive, so that what was detected is one text.
  const given = text(settings["detected"]);
  if (given === undefined) return [];
  const detected = texts(JSON.parse(given));
  return [
    ...advertised
      .filter((key) => !detected.includes(key))
      .map((key) => `it advertises \`${key}\`, and no such GPU was detected`),
    ...detected
      .filter((key) => !advertised.includes(key))
      .map((key) => `it does not advertise \`${key}\`, which was detected`),
  ];
}
