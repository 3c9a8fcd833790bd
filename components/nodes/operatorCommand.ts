import type { HostAddress } from "../hosts/types.ts";

/** What the command below finds on standard input. */
export interface OperatorCommands {
  readonly address: HostAddress;
  readonly commands: readonly string[];
}

/**
 * The command with which a resource of the command plugin runs the operator's commands. It names the file by package
 * specifier and holds no path, so that another checkout changes nothing; keys are read there, when it runs.
 */
export const operatorCommand =
  "node --input-type=module --eval 'await (await import(\"pulumi-akash/providers/nodes/operatorCommands\")).main()'";
