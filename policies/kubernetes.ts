import type { DeclaredResource } from "./types.ts";
import { entries, list, record, text } from "./values.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Kind of a Kubernetes object, or undefined for anything else; `StatefulSetPatch` is a StatefulSet. */
export function kindOf({ type }: DeclaredResource): string | undefined {
  return /^kubernetes:[^:]+:([A-Z]\w*?)(?:Patch)?$/.exec(type)?.[1];
}

export function isKind(resource: DeclaredResource, ...kinds: readonly string[]): boolean {
  return kinds.includes(kindOf(resource) ?? "");
}

export interface ObjectMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Readonly<Record<string, unknown>>;
}

export function metadataOf({ props, name }: DeclaredResource): ObjectMetadata {
  const metadata = record(props["metadata"]);
  return {
    name: text(metadata["name"]) ?? name,
    namespace: text(metadata["namespace"]) ?? "default",
    labels: record(metadata["labels"]),
  };
}

export const specOf = ({ props }: DeclaredResource): Fields => record(props["spec"]);

const TEMPLATED = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "ReplicationController", "Job"];

/** Whether pods are made from an object. */
export const hasPods = (resource: DeclaredResource): boolean =>
  isKind(resource, "Pod", "CronJob", ...TEMPLATED);

/** Specification of the pods that an object makes; empty for one that makes none. */
export function podSpecOf(resource: DeclaredResource): Fields {
  const spec = specOf(resource);
  if (isKind(resource, "Pod")) return spec;
  const template = isKind(resource, "CronJob") ? record(record(spec["jobTemplate"])["spec"]) : spec;
  return record(record(template["template"])["spec"]);
}

export interface Container {
  readonly name: string;
  readonly image: string | undefined;
  readonly args: readonly string[];
  readonly fields: Fields;
}

/** All containers of the pods that an object makes, the initial ones too. */
export function containersOf(resource: DeclaredResource): Container[] {
  const spec = podSpecOf(resource);
  return [...list(spec["initContainers"]), ...list(spec["containers"])].map((item) => {
    const fields = record(item);
    return {
      name: text(fields["name"]) ?? "?",
      image: text(fields["image"]),
      args: [...list(fields["command"]), ...list(fields["args"])].flatMap((part) => text(part) ?? []),
      fields,
    };
  });
}

/** Values of a container's environment that stand in the declaration itself. */
export function environmentOf({ fields }: Container): Readonly<Record<string, string>> {
  return Object.fromEntries(
    list(fields["env"]).flatMap((item) => {
      const { name, value } = record(item);
      return typeof name === "string" && typeof value === "string" ? [[name, value] as const] : [];
    }),
  );
}

/** The container that signs for the provider: `provider-services run`. */
export function providerContainer(resource: DeclaredResource): Container | undefined {
  return containersOf(resource).find(
    ({ args }) => args.some((part) => /(^|\/)provider-services$/.test(part)) && args.includes("run"),
  );
}

/** Containers of provider and operators, which are one program. */
export function akashContainers(resource: DeclaredResource): Container[] {
  return containersOf(resource).filter(({ args }) =>
    args.some((part) => /(^|\/)provider-services$/.test(part)),
  );
}

/** Labels of Akash on an object: `akash.network` and everything below it. */
export function akashLabels(resource: DeclaredResource): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    entries(metadataOf(resource).labels).filter(([key]) => /^akash\.network(\/|$)/.test(key)),
  );
}
