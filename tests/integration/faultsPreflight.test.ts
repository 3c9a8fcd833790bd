import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import { openChain } from "../../components/chain/index.ts";
import type { Cluster } from "../../components/cluster/index.ts";
import { Canary } from "../support/canary.ts";
import { CommandLines, filesBelow } from "../support/canaryProcesses.ts";
import type { Checkout } from "../support/checkout.ts";
import type { ScriptedChain } from "../support/scriptedChain/index.ts";
import { addCoins } from "../support/scriptedChain/state.ts";
import { hasTerminals, runOnTerminal } from "../support/terminal/index.ts";
import { type FaultyEndpoint, startFaultyEndpoint, type TestWallet } from "./chainSupport.ts";
import { assertRefused, MarkedRun } from "./faultsSupport.ts";
import { DEAD_ENDPOINT, type GarageSite, openGarage } from "./garageSite.ts";

const AKT = 1_000_000n;
const UP = ["up", "--yes", "--json", "-s", "garage"] as const;
/** Folders of the engine's state: two of them are two machines. */
const STATES = ["state", "another-machine"] as const;

/** A real site's stack file on a scripted chain of the current generation, with one thing wrong at a time. */
describe("a site that something is wrong with", function () {
  this.timeout(600_000);
  let site: GarageSite;
  let folder: string;
  let checkout: Checkout;
  let chain: ScriptedChain;
  let withoutWebsocket: FaultyEndpoint;
  let cluster: Cluster;
  let owner: TestWallet;
  let stranger: TestWallet;

  before(async () => {
    site = await openGarage({ owner: AKT, stranger: 10n * AKT });
    ({ folder, checkout, chain, cluster, owner, stranger } = site);
    withoutWebsocket = await startFaultyEndpoint(chain.network.rpc[0] ?? "");
  });
  afterEach(() => chain.heal());
  after(async () => {
    withoutWebsocket?.close();
    await site?.close();
  });

  const environment = (state: string) => site.environment(state);
  const declare = (changes: object) => site.declare(changes);
  /** Runs `up` for a site that differs from a sound one in these fields. */
  const up = async (changes: object) => {
    await declare(changes);
    return checkout.runWith(environment("state"), ...UP);
  };
  const assertNothingSent = () => site.assertNothingSent();
  const network = (changes: object) => ({ network: { ...chain.network, ...changes } });

  describe("is refused before anything is sent", () => {
    afterEach(assertNothingSent);

    it("for words with a mistyped one", async () => {
      const file = join(folder, "mistyped");
      const words = "abandon ".repeat(12).trim();
      await writeFile(file, words, { mode: 0o600 });
      const run = await up({ wallet: { mnemonicFile: file } });
      assertRefused(run, /The words in \S+mistyped are not a valid recovery phrase: .*\./);
      assert.doesNotMatch(run.stdout + run.stderr, /abandon/);
    });

    it("for an empty wallet, with what it needs for what, and the address as text and as QR code", async () => {
      const run = await up({});
      assertRefused(run, /The wallet holds too little to register a provider and to bid; nothing was signed/);
      assert.match(run.stderr, /registering \(transaction fee\) +0\.\d+ AKT/);
      assert.match(run.stderr, /deposits of 8 open bids at 0\.5 AKT +4 AKT/);
      assert.match(run.stderr, /reserve for fees +0\.\d+ AKT/);
      assert.match(run.stderr, /Send at least 4 AKT to\n +akash1/);
      assert.ok(run.stderr.includes(owner.address));
      // The corner that every QR code has, whatever it says.
      assert.match(run.stderr, /█▀▀▀▀▀█/);
      assert.match(run.stderr, /--wait-for-funds/);
    });

    it("for another chain than the declared one", async () => {
      const run = await up(network({ chainId: "akashnet-2" }));
      assertRefused(
        run,
        /No RPC endpoint of akashnet-2 is usable:\s+\S+: it serves chain scripted-1, not akashnet-2\. Correct/,
      );
    });

    it("for a dead endpoint", async () => {
      assertRefused(
        await up(network({ rpc: [DEAD_ENDPOINT] })),
        /127\.0\.0\.1:2: nothing listens there\. Check the address/,
      );
    });

    it("for an endpoint that lags", async () => {
      chain.faults.lagSeconds = 90;
      assertRefused(
        await up({}),
        /its newest block, \d+, is \d\d s old \(at most 30 s\)\. Use another endpoint/,
      );
    });

    it("for an endpoint without websocket", async () => {
      const run = await up(network({ rpc: [withoutWebsocket.url] }));
      assertRefused(
        run,
        /its websocket does not work: the connection was (refused|closed)\. The provider would log/,
      );
    });

    it("for a kubeconfig that is not there", async () => {
      const run = await up({ cluster: { kubeconfig: join(folder, "nowhere") } });
      assertRefused(run, /There is no readable kubeconfig at \S+nowhere\. Name an existing file/);
    });

    it("for an API server that does not answer", async () => {
      const file = await site.deadKubeconfig();
      assertRefused(
        await up({ cluster: { kubeconfig: file } }),
        /The API server https:\S+ can't be reached: .*\. Check/,
      );
    });
  });

  describe("when it is sound again", () => {
    const podTemplate = async () => {
      const path = "/apis/apps/v1/namespaces/akash-services/statefulsets/akash-provider";
      return (await cluster.get<StatefulSet>(path))?.spec.template;
    };

    it("waits for funds and is registered once by two runs at once, with an endpoint that has a websocket", async () => {
      await declare(network({ rpc: [withoutWebsocket.url, DEAD_ENDPOINT, ...chain.network.rpc] }));
      const runs = STATES.map(
        (state) => new MarkedRun(checkout, [...UP, "--wait-for-funds"], environment(state)),
      );
      const looks = () => chain.requests.get("abci_query:/cosmos.bank.v1beta1.Query/SpendableBalances") ?? 0;
      const before = looks();
      await Promise.all(
        runs.map((run) => run.until("looks at the balance", () => looks() > before + 4 || undefined)),
      );
      assertNothingSent();
      chain.edit((state) => addCoins(state, owner.address, "uakt", 10n * AKT));
      for (const { code, stderr } of await Promise.all(runs.map(({ ended }) => ended))) {
        assert.equal(code, 0, stderr);
        assert.match(stderr, /Send at least 4 AKT to[\s\S]*the funds have arrived/);
      }
      const sent = chain.transactions.map(({ code, messages }) => [
        code,
        ...messages.map(({ typeUrl }) => typeUrl.split(".").at(-1)).sort(),
      ]);
      assert.deepEqual(sent, [[0, "MsgCreateCertificate", "MsgCreateProvider"]]);
      const variables = (await podTemplate())?.spec.containers[0]?.env ?? [];
      assert.equal(variables.find(({ name }) => name === "AP_NODE")?.value, chain.network.rpc[0]);
    });

    it("refuses another wallet than the registered owner's", async () => {
      const sent = chain.transactions.length;
      const run = await up({ wallet: stranger.source });
      assertRefused(
        run,
        /holds the key of akash1\w+, and the declared wallet is akash1\w+\. Declare that wallet/,
      );
      assert.ok(run.stderr.includes(owner.address) && run.stderr.includes(stranger.address));
      assert.equal(chain.transactions.length, sent);
    });

    it("takes it once the Secret is gone, asks once for words that are typed in, and rolls the provider", async function () {
      if (!hasTerminals()) {
        console.log("      skipped: `script` of util-linux is not installed, which gives the terminal");
        this.skip();
      }
      const before = (await podTemplate())?.metadata.annotations["checksum/keyring"];
      await cluster.deleteSecret("akash-services", "akash-provider-keyring");
      await declare({ wallet: { prompt: true } });
      const words = await readFile(join(folder, "stranger"), "utf8");
      const commandLines = new CommandLines();
      let asked = false;
      // A second question would be left without an answer, and the run would not end.
      const { code, output } = await runOnTerminal({
        command: `'${process.execPath}' commands/main.ts ${UP.join(" ")}`,
        cwd: checkout.folder,
        env: { ...process.env, ...environment("state"), PULUMI_HOME: join(folder, "home"), NO_COLOR: "1" },
        timeoutSeconds: 240,
        type: (written) => {
          if (asked || !written.includes("Recovery words of the wallet")) return undefined;
          asked = true;
          return `${words}\r`;
        },
      });
      commandLines.stop();
      assert.equal(code, 0, output);
      assert.ok(asked, output);
      const record = await (await openChain(chain.network)).provider(stranger.address);
      assert.equal(record?.hostUri, "https://provider.example.com:8443");
      const after = (await podTemplate())?.metadata.annotations["checksum/keyring"];
      assert.ok(after !== undefined && after !== before, after);

      const canary = new Canary({ needles: [{ name: "the words", value: words }], passphrases: [] });
      const traces: [string, string | Buffer][] = [
        ["the terminal", output],
        ["command lines", [...commandLines.seen].join("\n")],
        ...["state", "home"].flatMap((name) => [...filesBelow(join(folder, name))]),
      ];
      const findings = await Promise.all(traces.map(([where, content]) => canary.search(where, content)));
      assert.deepEqual(findings.flat(), []);
    });
  });
});

interface StatefulSet {
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly annotations: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly { readonly env?: readonly { name: string; value?: string }[] }[];
      };
    };
  };
}
