import { gpuAttributes } from "../../components/gpu/attributes.ts";
import type { ExpectedGpus } from "../../components/gpu/gate.ts";
import { attributesOf, isGpuGate, isRegistration } from "../chain.ts";
import type { DeclaredResource, Rule, RuleContext } from "../types.ts";
import { list, text, texts } from "../values.ts";

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
 * On machines that the program itself makes a cluster of, the GPUs on their buses stand in it, in the gate before the
 * registration; a card that the gate holds back may be missing. Elsewhere `up` hands over what the nodes offer, as the
 * setting `detected`. Without either only the form of the keys is judged.
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

function differences(advertised: readonly string[], { settings, declared }: RuleContext): string[] {
  const gates = declared.filter(isGpuGate);
  if (gates.length > 0) {
    const onBus = keysOnBuses(gates);
    return advertised
      .filter((key) => !onBus.includes(key))
      .map((key) => `it advertises \`${key}\`, and no such GPU is on a machine's bus`);
  }
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

function keysOnBuses(gates: readonly DeclaredResource[]): string[] {
  const expected = gates.flatMap(({ props }) => list(props["expected"]) as ExpectedGpus[]);
  const all = expected.map((gpus) => ({ ...gpus, present: gpus.count, allocatable: gpus.count }));
  return gpuAttributes(all).map(({ key }) => key);
}
