import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { identify } from "../../../embedded/processes.ts";
import { type DiskSeed, seedDisk } from "./disk.ts";
import { removeControlGroups } from "./groups.ts";
import type { Network } from "./network.ts";
import { run } from "./run.ts";
import type { CommandOutcome, HostOptions, TestHost } from "./types.ts";

const bootTimeoutMs = 120_000;

/** What systemd-nspawn ends with when the machine in it wants to boot again. */
const rebootCode = 133;

/** One host: a systemd-nspawn machine on a network's bridge. */
export class Machine implements TestHost {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly user = "root";
  readonly operator: TestHost["operator"];
  readonly sshKeyFile: string;
  readonly #network: Network;
  readonly #image: string;
  readonly #seed: DiskSeed;
  readonly #binds: readonly string[];
  readonly #ended: () => Promise<void>;
  #hostKey: string;
  #process: ChildProcess | undefined;

  constructor(parts: {
    network: Network;
    image: string;
    seed: DiskSeed;
    password: string;
    sshKeyFile: string;
    options: HostOptions;
    /** Called once the host is gone for good. */
    ended: () => Promise<void>;
  }) {
    const { seed } = parts;
    this.name = seed.name;
    this.addresses = seed.addresses;
    this.operator = { user: "operator", password: parts.password };
    this.sshKeyFile = parts.sshKeyFile;
    this.#network = parts.network;
    this.#image = parts.image;
    this.#seed = seed;
    const { shares = {}, writable = {} } = parts.options;
    this.#binds = [
      ...Object.entries(shares).map(([there, here]) => `--bind-ro=${here}:${there}`),
      ...Object.entries(writable).map(([there, here]) => `--bind=${here}:${there}`),
    ];
    this.#ended = parts.ended;
    this.#hostKey = this.#freshDisk();
  }

  get address(): string {
    return this.addresses[0] ?? "";
  }

  get hostKey(): string {
    return this.#hostKey;
  }

  get #folder(): string {
    return join(this.#network.folder, this.name);
  }

  get #machineName(): string {
    return `${this.#network.name}-${this.name}`;
  }

  get #log(): string {
    return join(this.#folder, "console.log");
  }

  async boot(): Promise<void> {
    if (this.#process !== undefined) throw new Error(`${this.name} is already on.`);
    this.#start();
    await this.#untilReady();
  }

  #start(): void {
    const { name } = this;
    const boot = join(import.meta.dirname, "boot.sh");
    const args = [this.#machineName, this.#folder, this.#image, this.#network.name, `--hostname=${name}`];
    // Whatever happens to this process, its hosts end with it, and their mounts and interfaces with them.
    const guard = ["--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private"];
    const child = spawn("setpriv", [...guard, boot, ...args, ...this.#binds], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    const log = createWriteStream(this.#log, { flags: "a" });
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    writeFileSync(join(this.#folder, "process.json"), JSON.stringify(identify(child.pid ?? 0) ?? null));
    child.once("exit", (code) => {
      if (code === rebootCode && this.#process === child) this.#start();
    });
  }

  async #untilReady(): Promise<void> {
    const deadline = Date.now() + bootTimeoutMs;
    while (!(await greets(this.address))) {
      const problem = !this.#runs
        ? "ended while it booted"
        : Date.now() > deadline
          ? `did not answer within ${bootTimeoutMs / 1000} s`
          : undefined;
      if (problem !== undefined) {
        const said = existsSync(this.#log) ? readFileSync(this.#log, "utf8").slice(-3000) : "";
        await this.powerOff();
        throw new Error(`Test host ${this.name} ${problem}:\n${said}`);
      }
      await sleep(100);
    }
  }

  get #runs(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  async exec(
    command: string,
    options: { readonly check?: boolean; readonly input?: string } = {},
  ): Promise<CommandOutcome> {
    const enter = [
      "--target",
      String(this.#init()),
      "--mount",
      "--uts",
      "--ipc",
      "--net",
      "--pid",
      "--cgroup",
    ];
    const inside = [
      "env",
      "--chdir=/",
      "-i",
      "HOME=/root",
      "LANG=C.UTF-8",
      "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    ];
    const args = [...enter, "--root", ...inside, "bash", "-c", command];
    const outcome = await run("nsenter", args, { input: options.input ?? "" });
    if (outcome.code !== 0 && options.check !== false) {
      const said = `${outcome.stdout}${outcome.stderr}`.slice(-3000);
      throw new Error(`${this.name}: ${command} ended with ${outcome.code}:\n${said}`);
    }
    return outcome;
  }

  /** The host's first process as this machine sees it. */
  #init(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error(`${this.name} is off.`);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ");
    return Number(children[0]);
  }

  async powerOff(): Promise<void> {
    const child = this.#process;
    const runs = this.#runs;
    this.#process = undefined;
    if (child !== undefined && runs) {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
    }
    await removeControlGroups(this.#machineName);
  }

  async replace(): Promise<void> {
    await this.powerOff();
    this.#hostKey = this.#freshDisk();
  }

  async stop(): Promise<void> {
    await this.powerOff();
    rmSync(this.#folder, { recursive: true, force: true });
    await this.#ended();
  }

  #freshDisk(): string {
    rmSync(this.#folder, { recursive: true, force: true });
    mkdirSync(this.#folder, { recursive: true });
    return seedDisk(join(this.#folder, "changes"), this.#image, this.#seed);
  }
}

/** Whether an SSH server answers there. */
function greets(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 2_000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", (greeting) => end(greeting.toString().startsWith("SSH-2.0")));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
    socket.once("close", () => end(false));
  });
}
