import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Question } from "../../../commands/init/questions.ts";
import type { InitOptions, InitWorld } from "../../../commands/init.ts";

/** A home behind a router, with one RTX 5090, where somebody answers what is asked. */
export interface TestWorld extends InitWorld {
  /** Messages of the questions that were asked. */
  readonly asked: string[];
  /** What was said to a person. */
  readonly said: string[];
  /** What was printed. */
  readonly printed: string[];
  close(): Promise<void>;
}

export async function testWorld(
  changes: Partial<InitWorld> = {},
  answer: (question: Question) => string | undefined = () => undefined,
): Promise<TestWorld> {
  const folder = await mkdtemp(join(tmpdir(), "init-"));
  const asked: string[] = [];
  const said: string[] = [];
  const printed: string[] = [];
  return {
    folder,
    asked,
    said,
    printed,
    interactive: true,
    machine: async () => ({
      cpu: { threads: 16, model: "Ryzen", vendor: "amd" },
      memoryGib: 64,
      disks: [{ name: "nvme0n1", gigabytes: 2000, kind: "nvme" }],
      gpus: [{ pciId: "10de:2b85", model: "rtx5090" }],
    }),
    network: async () => ({
      localAddresses: ["192.168.1.20"],
      lanAddress: "192.168.1.20",
      publicAddress: "203.0.113.10",
      lineAddress: "203.0.113.10",
    }),
    cluster: async () => ({ server: "https://127.0.0.1:6443", nodes: 1, gpuModels: [] }),
    zoneOf: async () => ({ name: "example.com", servers: ["ns.example.net"] }),
    kubeconfigs: [],
    hostName: "garage.lan",
    timeZone: "Europe/Berlin",
    ask: async (question) => {
      asked.push(question.message);
      const given = answer(question) ?? (/domain/.test(question.message) ? "example.com" : question.standard);
      assert(given !== undefined, `no answer to: ${question.message}`);
      return given;
    },
    confirm: async () => false,
    makeWallet: async () => assert.fail("a wallet was made"),
    say: (text) => said.push(text),
    print: (text) => printed.push(text),
    close: () => rm(folder, { recursive: true }),
    ...changes,
  };
}

export const options = (changes: Partial<InitOptions> = {}): InitOptions => ({
  json: false,
  force: false,
  ...changes,
});
