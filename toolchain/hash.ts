/**
 * `npm run pins`: writes into `pins.json` the SHA-256 of what has none yet, for whoever raises a version, on a machine
 * with internet. Ends with 1 where a publisher gives another hash than the pinned one, or none could be had.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addHashes } from "./hashes.ts";
import { loadPins, type Pins, toolchainFolder } from "./pins.ts";
import { createProgress } from "./progress.ts";

const file = join(toolchainFolder, "pins.json");
loadPins(file);
// As it is in the file, so that nothing else in it changes.
const pins = JSON.parse(readFileSync(file, "utf8")) as Pins;
const findings = await addHashes(pins, createProgress());
const of = (outcome: string) => findings.filter((finding) => finding.outcome === outcome);
const [added, same, differ, unknown] = [of("added"), of("same"), of("differs"), of("unknown")];

if (added.length > 0) {
  writeFileSync(file, `${JSON.stringify(pins, null, 2)}\n`);
  spawnSync(join(toolchainFolder, "../node_modules/.bin/biome"), ["format", "--write", file]);
}
for (const { where, detail } of differ) {
  process.stdout.write(
    `✗ ${where}: the publisher gives ${detail} now. Somebody changed the file or the list: find out which before you use either.\n`,
  );
}
for (const { where, detail } of unknown) process.stdout.write(`? ${where}: ${detail}\n`);
process.stdout.write(
  `${added.length} added, ${same.length} as pinned, ${differ.length} different, ${unknown.length} not to be had\n`,
);
process.exitCode = differ.length + unknown.length > 0 ? 1 : 0;
