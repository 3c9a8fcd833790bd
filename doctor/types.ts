import type { SiteConfig } from "../components/site/config.ts";
import type { Observed } from "./observe/observed.ts";

/** A site to look at: what `readStack` returns. */
export interface SiteUnderCheck {
  /** Name of the stack. */
  readonly name: string;
  readonly site: SiteConfig;
  /** Runs on the embedded services: pods and the ports before them are simulated. */
  readonly embedded: boolean;
}

/** Part of the site that a check is about. */
export type Area = "wallet" | "chain" | "registration" | "certificate" | "cluster" | "provider" | "network";

/** Whether a failure makes the site sick, or is to be seen to before it does. */
export type Severity = "error" | "warning";

/** What a check found. */
export type Finding =
  | { readonly result: "ok"; readonly evidence: string }
  | {
      readonly result: "failed";
      readonly evidence: string;
      readonly remedy: string;
      readonly severity?: Severity;
      /** Whether the check's `fix` helps here. Default: where it has one. */
      readonly fixable?: boolean;
    }
  | {
      readonly result: "skipped";
      /** Id of the failed check that is the cause, or a sentence why it does not apply. */
      readonly because: string;
    };

/** What `--fix` does about a failure. */
export interface Fix {
  /** What it is going to do, as a sentence. */
  readonly does: string;
  /** Ask before: something is deleted that somebody may still want. */
  readonly confirm: boolean;
  /** @returns what was done, a line each */
  run(site: Observed): Promise<readonly string[]>;
}

export interface Check {
  /** kebab-case; also the anchor in docs/doctor.md. */
  readonly id: string;
  /** What holds on a healthy site. */
  readonly title: string;
  readonly area: Area;
  /** The failures it makes visible, as people who had them called them. */
  readonly observes: readonly string[];
  /** Default: error. */
  readonly severity?: Severity;
  /** Checks without whose success this one cannot be made. */
  readonly needs?: readonly string[];
  /** Checks whose failure alone would make this one fail too: it runs beside them, and is then not judged. */
  readonly after?: readonly string[];
  /** Asks pods or ports, which the embedded site only simulates. */
  readonly simulated?: boolean;
  readonly fix?: Fix;
  run(site: Observed): Promise<Finding>;
}

export interface CheckReport {
  readonly id: string;
  readonly title: string;
  readonly area: Area;
  readonly severity: Severity;
  readonly result: Finding["result"];
  /** Of a skipped check: id of its cause, or a sentence. */
  readonly because?: string;
  /** What was seen; empty when skipped. */
  readonly evidence: string;
  /** What to do; empty unless failed. */
  readonly remedy: string;
  /** Where the longer story is. */
  readonly docs: string;
  /** Whether `--fix` can do something about it. */
  readonly fixable: boolean;
  readonly seconds: number;
}

export interface DoctorReport {
  /** Name of the stack. */
  readonly site: string;
  /** No check of severity `error` failed. */
  readonly healthy: boolean;
  readonly checks: readonly CheckReport[];
  readonly seconds: number;
}

export const ok = (evidence: string): Finding => ({ result: "ok", evidence });

export const failed = (
  evidence: string,
  remedy: string,
  more: { readonly severity?: Severity; readonly fixable?: boolean } = {},
): Finding => ({ result: "failed", evidence, remedy, ...more });

export const skipped = (because: string): Finding => ({ result: "skipped", because });

/** Something a check is about cannot be known, because of another check. It turns into `skipped`. */
export class NotKnown extends Error {
  override readonly name = "NotKnown";
  /** Id of the check that says why. */
  readonly because: string;

  constructor(because: string) {
    super(`not known because of ${because}`);
    this.because = because;
  }
}

/** Page with an anchor for every check. */
const PAGE = "docs/doctor.md";

export function docsOf(id: string): string {
  return `${PAGE}#${id}`;
}
