import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { afterEach, describe, it } from "mocha";
import { shellLines } from "../../../commands/env.ts";
import { ASK_IN_SHELL, unlockWallet } from "../../../commands/wallet.ts";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { placesEnvironment } from "../../../components/site/placesEnvironment.ts";
import { PromptUnavailable } from "../../../components/wallet/errors.ts";
import { openWallet } from "../../../components/wallet/openWallet.ts";
import { keepPromptedWords, promptedWordsVariable } from "../../../components/wallet/promptedWords.ts";
import type { WalletPrompts } from "../../../components/wallet/prompts.ts";
import { declaration } from "../site/declarations.ts";
import { address, words } from "../wallet/wallets.ts";

const contextOf = (wallet: object) => ({
  stack: { site: parseSiteConfig(declaration({ wallet })) },
  env: {} as NodeJS.ProcessEnv,
});

/** A person who types the words as often as somebody asks. */
function person() {
  const prompts: WalletPrompts = {
    show: () => assert.fail(),
    hide: () => assert.fail(),
    text: () => assert.fail(),
    confirm: () => assert.fail(),
    secret: async () => {
      asked.times++;
      return words;
    },
  };
  const asked = { times: 0, prompts: async () => prompts };
  return asked;
}

describe("a wallet whose words are typed in", () => {
  afterEach(() => keepPromptedWords(""));

  it("is asked for once: the engine and what the command itself opens get the same words", async () => {
    const asked = person();
    const context = contextOf({ prompt: true });
    await unlockWallet(context, asked.prompts);
    await unlockWallet(context, asked.prompts);
    assert.equal(asked.times, 1);
    assert.equal(context.env[promptedWordsVariable], words);
    assert.equal((await openWallet({ prompt: true }, {}, () => assert.fail())).address, address);
    assert.equal(process.env[promptedWordsVariable], undefined, "services would inherit it");
  });

  it("is not asked for where the shell has asked already", async () => {
    const context = contextOf({ prompt: true });
    process.env[promptedWordsVariable] = words;
    try {
      await unlockWallet(context, () => assert.fail());
    } finally {
      delete process.env[promptedWordsVariable];
    }
    assert.equal(context.env[promptedWordsVariable], words);
  });

  it("is none where the declaration says where the words are, and needs a terminal", async () => {
    const context = contextOf({ mnemonicEnv: "WORDS" });
    await unlockWallet(context, () => assert.fail());
    assert.deepEqual(context.env, {});
    const nobody = async () => {
      throw new PromptUnavailable();
    };
    await assert.rejects(unlockWallet(contextOf({ prompt: true }), nobody), PromptUnavailable);
  });

  it("is asked for by the shell that plain `pulumi` runs in, and never printed", () => {
    const lines = shellLines({
      PATH: "/bin",
      PULUMI_HOME: "it's",
      HOME: "/",
      // The places of now would go stale in a shell.
      ...placesEnvironment(parseSiteConfig(declaration())),
      [promptedWordsVariable]: words,
    });
    assert.equal(lines, "export PATH='/bin'\nexport PULUMI_HOME='it'\\''s'\n");
    const script = `${ASK_IN_SHELL}${ASK_IN_SHELL}printenv ${promptedWordsVariable}`;
    const { stdout, stderr } = spawnSync("bash", ["-c", script], { input: `${words}\n`, encoding: "utf8" });
    assert.equal(stdout, `${words}\n`);
    assert.equal(stderr.split("Recovery words").length, 2);
  });
});
