import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { MnemonicInvalid } from "../../../components/wallet/errors.ts";
import { deriveKey, generateWords, parseWords } from "../../../components/wallet/mnemonic.ts";
import { keyHex, words } from "./wallets.ts";

function problemOf(text: string): string {
  try {
    parseWords(text, "the variable M");
  } catch (error) {
    assert.ok(error instanceof MnemonicInvalid);
    return error.message;
  }
  return "";
}

describe("mnemonic", () => {
  it("accepts what people paste: capitals, line breaks, spaces around", () => {
    const pasted = `\n  ${words.toUpperCase().replace(" ", "\n").replaceAll(" ", "  ")}\t`;
    assert.equal(parseWords(pasted, "x"), words);
  });

  it("derives the first account of a Cosmos chain", async () => {
    assert.equal(Buffer.from(await deriveKey(words)).toString("hex"), keyHex);
  });

  it("makes 24 valid words, different each time", () => {
    const made = generateWords();
    assert.equal(made.split(" ").length, 24);
    assert.equal(parseWords(made, "x"), made);
    assert.notEqual(generateWords(), made);
  });

  it("says which word is unknown and the nearest one, and no other word", () => {
    const message = problemOf(words.replace(/about$/, "abuot"));
    assert.match(message, /the variable M/);
    assert.match(message, /word 12 .* nearest is "about"/);
    assert.doesNotMatch(message, /abandon|abuot/);
  });

  it("does not repeat what is there instead of words", () => {
    const message = problemOf("0x0123456789abcdef");
    assert.match(message, /words are needed, not 1/);
    assert.doesNotMatch(message, /0123/);
    assert.match(problemOf(""), /not 0/);
  });

  it("notices words in the wrong order", () => {
    const message = problemOf(`about ${"abandon ".repeat(11)}`);
    assert.match(message, /checksum/);
    assert.doesNotMatch(message, /abandon|about/);
  });

  it("never quotes a phrase that it refuses", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{12,20}$/), { minLength: 1, maxLength: 25 }),
        (phrase) => {
          const message = problemOf(phrase.join(" "));
          assert.notEqual(message, "");
          for (const word of phrase) assert.ok(!message.includes(word));
        },
      ),
      { numRuns: 20 },
    );
  });
});
