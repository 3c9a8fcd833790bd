import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { after, before, beforeEach, describe, it } from "mocha";
import type { CertificateState } from "../../components/chain/certificateDeclaration.ts";
import { handler as revocationHandler } from "../../components/chain/certificateRevocationProvider.ts";
import { type NetworkConfig, openChain, submit } from "../../components/chain/index.ts";
import { handler as registrationHandler } from "../../components/chain/registrationProvider.ts";
import { createProviderKey, describeCertificate } from "../../components/wallet/index.ts";
import { CertificateBench, host } from "./certificateSupport.ts";
import { chains, makeWallet, type TestChain, type TestWallet, transactionsOf } from "./chainSupport.ts";

describe("certificate", function () {
  this.timeout(120_000);
  let bench: CertificateBench;

  before(async () => {
    bench = await CertificateBench.start();
  });
  beforeEach(() => bench.clear());
  after(() => bench?.stop());

  for (const { name, start } of chains) {
    describe(`on ${name}`, () => {
      let chain: TestChain;
      let network: NetworkConfig;

      before(async () => {
        chain = await start(bench.folder);
        network = chain.network;
      });
      after(() => chain?.stop());

      /** The registration's first transaction. */
      const register = ({ address, source }: TestWallet, withCertificate = false, options = {}) =>
        registrationHandler(options).create({
          network,
          wallet: source,
          owner: address,
          hostUri: `https://${host}:8443`,
          attributes: {},
          contact: { email: "", website: "" },
          withCertificate,
        });

      it("is published with the registration in one transaction, and then left alone", async () => {
        const owner = chain.nextWallet();
        const inputs = await bench.declare(network, owner);
        const [state] = await Promise.all([bench.create(inputs), register(owner)]);
        await bench.assertSound(network, owner, state);
        assert.equal((await bench.diff(state, inputs))?.changes, false);
        assert.deepEqual(await bench.update(state, inputs), state);
        assert.equal(await transactionsOf(network, owner.address), 1);
      });

      it("waits for a registration that is declared with it, and a registration for it", async () => {
        for (const first of ["certificate", "registration"]) {
          const owner = chain.nextWallet();
          const inputs = await bench.declare(network, owner, { withRegistration: true });
          const both = [() => bench.create(inputs), () => register(owner, true)];
          const [begin, follow] = first === "certificate" ? both : both.reverse();
          const begun = begin?.();
          await sleep(1500);
          await Promise.all([begun, follow?.()]);
          assert.equal(await transactionsOf(network, owner.address), 1, first);
          await bench.clear();
        }
      });

      it("does without the registration's transaction where that cannot wait, as with `--parallel 1`", async () => {
        const owner = chain.nextWallet();
        await register(owner, true, { partnerMs: 500 });
        const state = await bench.create(await bench.declare(network, owner, { withRegistration: true }));
        await bench.assertSound(network, owner, state);
        assert.equal(await transactionsOf(network, owner.address), 2);
        assert.ok(await (await openChain(network)).provider(owner.address));
      });

      it("keeps the private key sealed, in the cluster only", async () => {
        const owner = chain.nextWallet();
        const state = await bench.create(await bench.declare(network, owner));
        assert.doesNotMatch(JSON.stringify(state), /BEGIN|PRIVATE KEY/);
        const pem = (await bench.stored())?.[`${owner.address}.pem`] ?? "";
        assert.match(pem, /^-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n-----BEGIN ENCRYPTED/);
        const [record] = await (await openChain(network)).certificates(owner.address);
        const published = describeCertificate(record?.certificatePem ?? "");
        assert.equal(published.fingerprint, describeCertificate(pem).fingerprint);
        assert.equal(published.fingerprint, state.fingerprint);
        assert.deepEqual([published.subject, published.issuer], [owner.address, owner.address]);
        assert.deepEqual(published.hosts, [host]);
      });

      type Mishap = (owner: TestWallet, state: CertificateState) => Promise<unknown>;
      const mishaps: [string, object, Mishap][] = [
        [
          "the certificate revoked by hand",
          { state: "revoked" },
          ({ address, source }, { serial }) =>
            submit(network, source, async () => [{ type: "revokeCertificate", owner: address, serial }]),
        ],
        ["the Secret deleted by hand", { key: "missing" }, () => bench.clear()],
        [
          "a key that another wallet sealed",
          { key: "not decryptable", state: "missing" },
          async ({ address }) => {
            const stranger = await makeWallet(join(bench.folder, `stranger-${address}`));
            const { sealedPem } = await createProviderKey(stranger.wallet, { host });
            await bench.store({ [`${address}.pem`]: sealedPem });
          },
        ],
        [
          "a key that is not on chain",
          { state: "missing" },
          async ({ address, wallet }) => {
            const { sealedPem } = await createProviderKey(wallet, { host });
            await bench.store({ [`${address}.pem`]: sealedPem });
          },
        ],
        [
          "a key for another host",
          { state: "missing", host: "gpu.example.com" },
          async ({ address, wallet }) => {
            const { sealedPem } = await createProviderKey(wallet, { host: "gpu.example.com" });
            await bench.store({ [`${address}.pem`]: sealedPem });
          },
        ],
      ];
      for (const [what, fields, happen] of mishaps) {
        it(`tells and repairs: ${what}`, async () => {
          const owner = chain.nextWallet();
          const inputs = await bench.declare(network, owner);
          const before = await bench.create(inputs);
          await happen(owner, before);
          const observed = await bench.read(before);
          const { state, key, renewal, host: hosts } = observed;
          const sound = { state: "valid", key: "in place", renewal: "not due", hosts: host };
          const { host: otherHost = host, ...rest } = fields as { host?: string };
          assert.deepEqual({ state, key, renewal, hosts }, { ...sound, hosts: otherHost, ...rest });
          assert.equal((await bench.diff(observed, inputs))?.changes, true);
          const repaired = await bench.update(observed, inputs);
          await bench.revokeSuperseded(repaired);
          await bench.assertSound(network, owner, repaired);
        });
      }

      it("is renewed: the new one is published and served with, then the old one is revoked", async () => {
        const owner = chain.nextWallet();
        const old = await bench.create(
          await bench.declare(network, owner, { validDays: 20, renewBeforeDays: 5 }),
        );
        const observed = await bench.read({ ...old, renewBeforeDays: 25 });
        assert.equal(observed.renewal, "due");
        const renewed = await bench.update(observed, await bench.declare(network, owner));
        assert.notEqual(renewed.serial, old.serial);
        assert.deepEqual(await bench.storedSerials(owner), { active: renewed.serial, pending: undefined });
        const valid = await bench.serialsOnChain(network, owner.address, "valid");
        assert.deepEqual([...valid].sort(), [old.serial, renewed.serial].sort());

        const wish = bench.revocation(renewed);
        const seen = (await revocationHandler().read?.(owner.address, wish))?.props;
        assert.deepEqual(seen, { ...wish, superseded: [old.serial] });
        assert.equal((await revocationHandler().diff?.(owner.address, seen, wish))?.changes, true);
        await revocationHandler().update?.(owner.address, seen, wish);
        await bench.assertSound(network, owner, renewed);
        assert.deepEqual(await bench.serialsOnChain(network, owner.address, "revoked"), [old.serial]);
        await bench.revokeSuperseded(renewed);
        assert.equal(await transactionsOf(network, owner.address), 3);
      });

      it("follows the host's new name", async () => {
        const owner = chain.nextWallet();
        const state = await bench.create(await bench.declare(network, owner));
        const news = await bench.declare(network, owner, { host: "gpu.example.com" });
        const renamed = await bench.update(state, news);
        assert.notEqual(renamed.serial, state.serial);
        const { update } = revocationHandler();
        await update?.(owner.address, bench.revocation(state), bench.revocation(renamed));
        await bench.assertSound(network, owner, renamed);
      });

      it("is revoked and forgotten when it is deleted, with all others for the host", async () => {
        const owner = chain.nextWallet();
        const state = await bench.create(await bench.declare(network, owner));
        const { certificatePem, publicKeyPem } = await createProviderKey(owner.wallet, { host });
        await submit(network, owner.source, async () => [
          { type: "createCertificate", owner: owner.address, certificatePem, publicKeyPem },
        ]);
        await bench.delete(state);
        assert.deepEqual(await bench.serialsOnChain(network, owner.address, "valid"), []);
        assert.equal(await bench.stored(), undefined);
        await bench.delete(state);
        assert.equal(await transactionsOf(network, owner.address), 3);
      });

      it("is gone when neither chain nor cluster know it", async () => {
        const owner = chain.nextWallet();
        const state = await bench.create(await bench.declare(network, owner));
        await bench.clear();
        assert.equal(await bench.isGone(state), false);
        assert.equal(await bench.isGone({ ...state, serial: "1" }), true);
      });

      it("refuses a wallet that is not the owner's, before anything is written", async () => {
        const [owner, other] = [chain.nextWallet(), chain.nextWallet()];
        const inputs = await bench.declare(network, { ...owner, source: other.source });
        await assert.rejects(bench.create(inputs), { name: "WalletMismatch" });
        assert.equal(await bench.stored(), undefined);
      });
    });
  }
});
