import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DirectSecp256k1HdWallet } from "@cosmjs/proto-signing";
import { SigningStargateClient } from "@cosmjs/stargate";
import { readAccount } from "../../components/chain/account.ts";
import { openChain } from "../../components/chain/client.ts";
import type { NetworkConfig, ProviderRecord } from "../../components/chain/types.ts";
import { KeyWallet } from "../../components/wallet/keyWallet.ts";
import { deriveKey, generateWords } from "../../components/wallet/mnemonic.ts";
import type { Wallet, WalletSource } from "../../components/wallet/types.ts";
import { startChain, stopChain } from "../../embedded/index.ts";
import { ensureToolchain } from "../../toolchain/index.ts";
import { startScriptedChain } from "../support/scriptedChain/index.ts";
import { type Audit, signAudit } from "./auditors.ts";

/** A wallet of a test, with the file its words are in. */
export interface TestWallet {
  readonly wallet: Wallet;
  readonly address: string;
  readonly source: WalletSource;
}

/** A chain of a suite, with wallets that hold 5 AKT each. */
export interface TestChain {
  readonly network: NetworkConfig;
  /** A funded wallet no test has used. */
  nextWallet(): TestWallet;
  /** Has an auditor sign attributes of a provider that is on this chain. */
  audit(auditor: TestWallet, audit: Audit): Promise<void>;
  stop(): Promise<void>;
}

const walletCount = 20;
const funds = 5_000_000;

/**
 * The chains that tests of what is written and read run on: a real one, and the stand-in for the current generation.
 * What a real chain cannot be told to do, such as to lag or to lose an answer, is tested on the stand-in alone.
 */
export const chains: readonly {
  readonly name: string;
  readonly generation: "v0.38" | "v2";
  start(folder: string): Promise<TestChain>;
}[] = [
  {
    name: "a real chain (v0.38)",
    generation: "v0.38",
    async start(folder) {
      const wallets = await makeWallets(folder);
      const toolchain = await ensureToolchain({ tools: ["akash"] });
      const home = join(folder, "chain");
      const accounts = wallets.map(({ address }) => ({ address, coins: `${funds}uakt` }));
      const { chainId, rpc, gasPrice } = await startChain({ folder: home, toolchain, accounts });
      const network = { chainId, rpc, gasPrice };
      const audit = async (auditor: TestWallet, what: Audit) =>
        signAudit(toolchain.path("akash"), folder, network, auditor.source, what);
      return testChain(network, wallets, audit, () => stopChain(home));
    },
  },
  {
    name: "the scripted chain (v2)",
    generation: "v2",
    async start(folder) {
      const wallets = await makeWallets(folder);
      const accounts = Object.fromEntries(wallets.map(({ address }) => [address, { uakt: funds }]));
      const { network, edit, stop } = await startScriptedChain({ accounts });
      const audit = async ({ address: auditor }: TestWallet, { owner, attributes }: Audit) =>
        edit(({ audits }) => audits.push({ owner, auditor, attributes: [...attributes] }));
      return testChain(network, wallets, audit, stop);
    },
  },
];

function testChain(
  network: NetworkConfig,
  wallets: TestWallet[],
  audit: TestChain["audit"],
  stop: () => Promise<void>,
): TestChain {
  return {
    network,
    audit,
    stop,
    nextWallet: () => {
      const wallet = wallets.pop();
      if (!wallet) throw new Error(`the suite uses more than ${walletCount} wallets: make more`);
      return wallet;
    },
  };
}

async function makeWallets(folder: string): Promise<TestWallet[]> {
  return Promise.all(
    Array.from({ length: walletCount }, (_, index) => makeWallet(join(folder, `words-${index}`))),
  );
}

/** A wallet of its own, without funds, with its words in a file. */
export async function makeWallet(file: string): Promise<TestWallet> {
  const words = generateWords();
  writeFileSync(file, words, { mode: 0o600 });
  const wallet = new KeyWallet(await deriveKey(words));
  return { wallet, address: wallet.address, source: { mnemonicFile: file } };
}

export function makeFolder(): string {
  return mkdtempSync(join(tmpdir(), "chain-"));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Another signer of the same wallet, as a provider's process is one: it knows nothing of queue and lock. */
export async function sendByItself({ rpc }: NetworkConfig, { address, source }: TestWallet): Promise<void> {
  if (!("mnemonicFile" in source)) throw new Error("the wallet's words are in no file");
  const words = await readFile(source.mnemonicFile, "utf8");
  const signer = await DirectSecp256k1HdWallet.fromMnemonic(words, { prefix: "akash" });
  const client = await SigningStargateClient.connectWithSigner(rpc[0] ?? "", signer);
  const value = { fromAddress: address, toAddress: address, amount: [{ denom: "uakt", amount: "1" }] };
  const message = { typeUrl: "/cosmos.bank.v1beta1.MsgSend", value };
  const fee = { amount: [{ denom: "uakt", amount: "5000" }], gas: "150000" };
  await client.signAndBroadcastSync(address, [message], fee);
  client.disconnect();
}

/** Transactions that an account has got into blocks, also failed ones. */
export async function transactionsOf(network: NetworkConfig, address: string): Promise<number> {
  return (await readAccount(await openChain(network), address))?.sequence ?? 0;
}

/** A provider's record as a test declares it. */
export function recordOf(owner: string, change: Partial<ProviderRecord> = {}): ProviderRecord {
  return {
    owner,
    hostUri: "https://provider.example.com:8443",
    attributes: [{ key: "location-region", value: "us-west" }],
    email: "ops@example.com",
    website: "",
    ...change,
  };
}

/** An endpoint before a real one, which counts requests and fails as told. */
export interface FaultyEndpoint {
  readonly url: string;
  readonly requests: string[];
  /** Methods whose next answer is lost: the request arrives, the connection is cut. */
  readonly loseAnswers: string[];
  /** Methods whose requests do not arrive: the connection is cut before. */
  readonly loseRequests: Set<string>;
  /** What happens before the next request is passed on, by its method or, of a query, by its path. */
  readonly before: Map<string, () => Promise<void>>;
  /** Cuts every connection before anything is passed on. */
  dead: boolean;
  close(): void;
}

export async function startFaultyEndpoint(target: string): Promise<FaultyEndpoint> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    if (endpoint.dead) return request.socket.destroy();
    if (request.method !== "POST") return response.writeHead(404).end();
    const body = Buffer.concat(chunks).toString();
    const { method, params } = JSON.parse(body) as { method: string; params: { path?: string } };
    endpoint.requests.push(method);
    const asked = params.path ?? method;
    const act = endpoint.before.get(asked);
    endpoint.before.delete(asked);
    await act?.();
    if (endpoint.loseRequests.has(method)) return request.socket.destroy();
    const answer = await (await fetch(target, { method: "POST", body })).text();
    const lost = endpoint.loseAnswers.indexOf(method);
    if (lost >= 0) {
      endpoint.loseAnswers.splice(lost, 1);
      return request.socket.destroy();
    }
    return response.end(answer);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const endpoint = {
    url: `http://127.0.0.1:${port}`,
    requests: [] as string[],
    loseAnswers: [] as string[],
    loseRequests: new Set<string>(),
    before: new Map<string, () => Promise<void>>(),
    dead: false,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return endpoint;
}

/** Runs code in a process of its own, as a run of the program is one. */
export async function runProcess(
  code: string,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly signal: string | null; readonly output: string }> {
  const args = ["--input-type=module-typescript", "--no-warnings", "--eval", code];
  const child = spawn(process.execPath, args, {
    cwd: join(import.meta.dirname, "..", ".."),
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const [, signal] = (await once(child, "close")) as [number | null, string | null];
  return { signal, output };
}

/** The program text that declares a registration and ensures it, printing what the engine would keep. */
export function registrationProgram(inputs: unknown): string {
  return `
    const { handler } = await import("./components/chain/registrationProvider.ts");
    const { id, outs } = await handler().create(${JSON.stringify(inputs)});
    console.log(JSON.stringify({ id, txHash: outs.txHash }));
  `;
}
