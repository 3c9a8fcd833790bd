import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "mocha";
import { KeyringFormatTooNew, KeyringOccupied } from "../../../components/wallet/errors.ts";
import { keyringFiles } from "../../../components/wallet/keyring/directory.ts";
import { handler } from "../../../components/wallet/keyringSecretProvider.ts";
import { OneSecret } from "../cluster/oneSecret.ts";
import { address, keyHex, otherWallet, wallet, words } from "./wallets.ts";

const otherWords = `${"zoo ".repeat(11)}wrong`;

describe("KeyringSecret", () => {
  const { check, diff, create, read, update, delete: remove } = handler();
  const variable = "PULUMI_AKASH_TEST_WORDS";
  let api: OneSecret;
  let declared: Record<string, unknown>;

  beforeEach(async () => {
    process.env[variable] = words;
    api = new OneSecret();
    declared = {
      cluster: await api.start(),
      wallet: { mnemonicEnv: variable },
      imageVersion: "0.16.2",
      keyName: "provider",
      namespace: "akash-services",
      secretName: "akash-provider-keyring",
      __provider: "code",
    };
  });
  afterEach(() => {
    api.stop();
    delete process.env[variable];
  });

  const checked = async () => {
    assert.ok(check);
    const { inputs, failures } = await check({}, declared);
    assert.deepEqual(failures ?? [], []);
    return inputs as Record<string, unknown>;
  };
  const refused = async () => {
    assert.ok(check);
    return (await check({}, declared)).failures ?? [];
  };
  const created = async () => {
    const { id, outs } = await create(await checked());
    return { id, outs: outs as Record<string, unknown> };
  };
  const observed = async (state: Record<string, unknown>) => {
    assert.ok(read);
    return read("akash-services/akash-provider-keyring", state);
  };

  it("derives address and checksum before anything is written, and nothing else of the key", async () => {
    const inputs = await checked();
    assert.equal(inputs["address"], address);
    assert.match(String(inputs["checksum"]), /^[0-9a-f]{64}$/);
    assert.deepEqual(Object.keys(inputs).sort(), [
      "address",
      "checksum",
      "cluster",
      "keyName",
      "namespace",
      "secretName",
      "wallet",
    ]);
    assert.equal(api.secret, undefined);
  });

  it("waits for values that are not known yet", async () => {
    declared["wallet"] = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    assert.equal((await checked())["address"], undefined);
  });

  it("refuses an image that can't read the keyring, by name", async () => {
    declared["imageVersion"] = "0.9.1";
    const reason = new KeyringFormatTooNew("0.9.1").message;
    assert.deepEqual(await refused(), [{ property: "imageVersion", reason }]);
    assert.match(reason, /Bytes left over in UnmarshalBinaryLengthPrefixed/);
    declared["imageVersion"] = undefined;
    assert.deepEqual(await refused(), []);
  });

  it("refuses a wallet that can't be opened and a name that is no file name", async () => {
    delete process.env[variable];
    const [failure] = await refused();
    assert.equal(failure?.property, "wallet");
    assert.match(failure?.reason ?? "", /PULUMI_AKASH_TEST_WORDS is not set/);
    declared["keyName"] = "a/b";
    assert.equal((await refused())[0]?.property, "keyName");
  });

  it("does not take a fault of its own for a refusal", async () => {
    declared["wallet"] = { mnemonicFile: 5 };
    assert.ok(check);
    await assert.rejects(check({}, declared), TypeError);
  });

  it("writes the Secret, whose state holds no key", async () => {
    const { id, outs } = await created();
    assert.equal(id, "akash-services/akash-provider-keyring");
    assert.deepEqual(outs, await checked());
    assert.deepEqual(Object.keys(api.secret?.data ?? {}).sort(), [
      "28ff5c6d57d8cfd492b6fb42614536ed648e01fd.address",
      "provider.info",
    ]);
    const state = JSON.stringify(outs);
    const key = Buffer.from(keyHex, "hex");
    for (const secret of [
      keyHex,
      key.toString("base64"),
      words,
      "eyJ",
      ...Object.values(api.secret?.data ?? {}),
    ]) {
      assert.ok(!state.includes(secret));
    }
  });

  it("finds nothing to change in what it wrote, however often it is written", async () => {
    const { id, outs } = await created();
    await update?.(id, outs, outs);
    const { props, inputs } = await observed(outs);
    assert.deepEqual(props, outs);
    assert.deepEqual(inputs, outs);
    assert.deepEqual(await diff?.(id, outs, await checked()), { changes: false, replaces: [] });
  });

  it("says that a missing Secret is gone", async () => {
    const { id, outs } = await created();
    await remove?.(id, outs);
    assert.equal((await observed(outs)).id, "");
    await remove?.(id, outs);
  });

  it("names the field that was altered, and writes it again", async () => {
    const { id, outs } = await created();
    const news = await checked();
    const fieldsThatDiffer = async () => {
      const { props } = await observed(outs);
      assert.equal((await diff?.(id, props, news))?.changes, true);
      return Object.keys(news).filter(
        (field) => JSON.stringify(props[field]) !== JSON.stringify(news[field]),
      );
    };
    api.hold(await keyringFiles("provider", otherWallet));
    assert.deepEqual(await fieldsThatDiffer(), ["address", "checksum"]);
    api.hold({ ...(await keyringFiles("provider", wallet)), extra: Buffer.from("x") });
    assert.deepEqual(await fieldsThatDiffer(), ["checksum"]);
    await update?.(id, outs, news);
    assert.deepEqual((await observed(outs)).props, outs);
  });

  it("changes with the words in the variable, and never overwrites the key of those before", async () => {
    const { id, outs } = await created();
    const before = api.secret?.data;
    process.env[variable] = otherWords;
    const news = await checked();
    assert.notEqual(news["address"], outs["address"]);
    assert.deepEqual(await diff?.(id, outs, news), { changes: true, replaces: [] });
    // With a refresh before it and without.
    for (const olds of [outs, (await observed(outs)).props]) {
      await assert.rejects(async () => update?.(id, olds, news), KeyringOccupied);
    }
    assert.deepEqual(api.secret?.data, before);
    api.hold({ "provider.info": Buffer.from("damaged") });
    assert.deepEqual((await update?.(id, outs, news))?.outs, news);
    assert.equal((await observed(news)).props["address"], news["address"]);
  });

  it("is made whole again where another key was put there by hand, however often it was looked at", async () => {
    const { id, outs } = await created();
    api.hold(await keyringFiles("provider", otherWallet));
    const { props, inputs } = await observed((await observed(outs)).props);
    assert.deepEqual([props["address"], props["written"]], [otherWallet.address, address]);
    assert.ok(!("written" in inputs));
    assert.deepEqual((await update?.(id, props, await checked()))?.outs, outs);
    assert.deepEqual((await observed(props)).props, outs);
    // Nor is it anybody's to overwrite who has neither of the two.
    process.env[variable] = otherWords;
    api.hold(await keyringFiles("provider", otherWallet));
    await assert.rejects(async () => update?.(id, props, await checked()), KeyringOccupied);
  });

  it("takes the same wallet from elsewhere, and never overwrites the one that was declared before", async () => {
    const { id, outs } = await created();
    Object.assign(process.env, { COPY_OF_WORDS: words, OTHER_WORDS: otherWords });
    declared["wallet"] = { mnemonicEnv: "COPY_OF_WORDS" };
    declared["keyName"] = "renamed";
    const moved = await checked();
    assert.deepEqual((await update?.(id, outs, moved))?.outs, moved);

    declared["wallet"] = { mnemonicEnv: "OTHER_WORDS" };
    const other = await checked();
    const before = api.secret?.data;
    // Whatever the new key is to be called.
    for (const keyName of ["renamed", "third"]) {
      await assert.rejects(async () => update?.(id, moved, { ...other, keyName }), KeyringOccupied);
    }
    assert.deepEqual(api.secret?.data, before);
    await remove?.(id, moved);
    assert.deepEqual((await update?.(id, moved, other))?.outs, other);
    delete process.env["COPY_OF_WORDS"];
    delete process.env["OTHER_WORDS"];
  });

  it("is replaced when it moves", async () => {
    const { id, outs } = await created();
    declared["namespace"] = "elsewhere";
    declared["keyName"] = "renamed";
    assert.deepEqual(await diff?.(id, outs, await checked()), { changes: true, replaces: ["namespace"] });
  });

  it("adopts a Secret with the same key, and never overwrites another wallet's", async () => {
    api.hold(await keyringFiles("provider", wallet));
    await created();
    api.hold({ "provider.info": Buffer.from("no keyring") });
    await created();
    api.hold(await keyringFiles("provider", otherWallet));
    await assert.rejects(created(), (error: Error) => {
      assert.ok(error instanceof KeyringOccupied);
      assert.match(error.message, new RegExp(`key of ${otherWallet.address}.* wallet is ${address}`));
      return true;
    });
  });
});
