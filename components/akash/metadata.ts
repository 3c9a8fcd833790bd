/** Metadata of an object as it is declared. */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

/** Metadata with what every object of ours carries. */
export function metadata(name: string, more: Partial<Omit<Metadata, "name">> = {}): Metadata {
  return { ...more, name, labels: { "app.kubernetes.io/managed-by": "pulumi-akash", ...more.labels } };
}

/** Annotation of objects whose readiness is another object's: a Service is ready when its pods are. */
export const NO_AWAIT = { "pulumi.com/skipAwait": "true" };
