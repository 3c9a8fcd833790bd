import { parse } from "yaml";

/**
 * The content of a YAML file on a machine. A file by hand may be anything: what cannot be read is a difference, not
 * an error, whose text would quote the file with its passwords and tokens.
 */
export function readMachineYaml(text: string): Record<string, unknown> {
  try {
    const content: unknown = parse(text, { logLevel: "error" });
    return typeof content === "object" && content !== null && !Array.isArray(content)
      ? (content as Record<string, unknown>)
      : {};
  } catch {
    return { unreadable: true };
  }
}
