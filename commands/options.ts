import { Option } from "commander";

/** The options that several commands share, so that they read and behave alike. */
export const stackOption = () =>
  new Option("-s, --stack <name>", "which site: Pulumi.<name>.yaml").default("dev");

export const jsonOption = () =>
  new Option("--json", "print the result as JSON on standard output").default(false);

export interface StackOptions {
  readonly stack: string;
  readonly json: boolean;
}
