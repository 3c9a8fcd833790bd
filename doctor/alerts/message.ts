import type { Changes } from "./changes.ts";

/** What a webhook is sent, as JSON. `text` is what chat services show. */
export interface AlertMessage {
  readonly site: string;
  /** ISO 8601. */
  readonly at: string;
  readonly text: string;
  readonly failed: readonly {
    readonly id: string;
    readonly severity: string;
    readonly evidence: string;
    readonly remedy: string;
  }[];
  readonly resolved: readonly { readonly id: string; readonly since: string }[];
}

/** @returns undefined when there is nothing to tell */
export function messageOf(site: string, { failed, resolved }: Changes, now: Date): AlertMessage | undefined {
  if (failed.length + resolved.length === 0) return undefined;
  const lines = [
    subjectOf(site, failed.length, resolved.length),
    ...failed.flatMap(({ id, severity, evidence, remedy }) => [
      "",
      `${severity === "warning" ? "Warning" : "Failed"}: ${id}: ${evidence}`,
      `  ${remedy}`,
    ]),
    ...resolved.flatMap(({ id, title, since }) => ["", `Resolved: ${id}: ${title} (failed since ${since})`]),
  ];
  return {
    site,
    at: now.toISOString(),
    text: lines.join("\n"),
    failed: failed.map(({ id, severity, evidence, remedy }) => ({ id, severity, evidence, remedy })),
    resolved: resolved.map(({ id, since }) => ({ id, since })),
  };
}

function subjectOf(site: string, failed: number, resolved: number): string {
  const parts = [
    ...(failed > 0 ? [`${failed} ${failed === 1 ? "check fails" : "checks fail"}`] : []),
    ...(resolved > 0 ? [`${resolved} resolved`] : []),
  ];
  return `Akash site ${site}: ${parts.join(", ")}`;
}

/** First line of the text: also the subject of the e-mail. */
export function subject({ text }: AlertMessage): string {
  return text.split("\n", 1)[0] ?? "";
}
