import type { DeclaredResource, Rule, RuleContext } from "../../../policies/index.ts";

export type Props = Readonly<Record<string, unknown>>;

/** A resource of a program, as the engine would hand it to the pack. */
export function resource(
  type: string,
  props: Props,
  name = type.split(":").at(-1) ?? type,
): DeclaredResource {
  return { type, name, urn: `urn:pulumi:test::test::${type}::${name}`, props };
}

/** A Kubernetes object; `kind` with its group and version, for example `apps/v1:Deployment`. */
export const object = (kind: string, props: Props, name?: string): DeclaredResource =>
  resource(`kubernetes:${kind}`, props, name);

/** A container as nobody objects to it. */
export const container = (changes: Props = {}): Props => ({
  name: "main",
  image: "ghcr.io/akash-network/provider:0.16.2",
  resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
  ...changes,
});

/** A workload of one container. */
export const workload = (changes: Props = {}, kind = "apps/v1:Deployment", name?: string): DeclaredResource =>
  object(kind, { spec: { replicas: 1, template: { spec: { containers: [container(changes)] } } } }, name);

const RUN = { args: ["provider-services", "run"] };

/** The provider's StatefulSet. */
export const provider = (changes: Props = {}, name = "garage-provider"): DeclaredResource =>
  workload({ ...RUN, ...changes }, "apps/v1:StatefulSet", name);

export const registration = (changes: Props = {}): DeclaredResource =>
  resource(
    "pulumi-nodejs:dynamic/chain:ProviderRegistration",
    {
      hostUri: "https://provider.example.com:8443",
      attributes: { host: "akash", tier: "community", organization: "garage", "location-region": "us-west" },
      contact: { email: "ops@example.com", website: "https://example.com" },
      ...changes,
    },
    "garage-registration",
  );

export const certificate = (host: string): DeclaredResource =>
  resource("pulumi-nodejs:dynamic/chain:Certificate", { host }, "garage-certificate");

/** What a rule finds in the last of these resources, the others having been declared before it. */
export function findings(
  rule: Rule,
  resources: DeclaredResource | readonly DeclaredResource[],
  settings: RuleContext["settings"] = {},
): readonly string[] {
  const declared = Array.isArray(resources) ? resources : [resources];
  const judged = declared.at(-1);
  if (judged === undefined || !rule.appliesTo(judged)) throw new Error(`${rule.name} does not apply`);
  return rule.findings(judged, { declared, settings });
}
