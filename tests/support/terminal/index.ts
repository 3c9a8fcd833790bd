export { hasTerminals, runOnTerminal, type TerminalRun } from "./run.ts";
export { Screen } from "./screen.ts";
