import assert from "node:assert/strict";
import { MsgCreateCertificate, MsgRevokeCertificate } from "@akashnetwork/chain-sdk/private-types/akash.v1";
import { MsgCreateProvider, MsgDeleteProvider } from "@akashnetwork/chain-sdk/private-types/akash.v1beta4";
import { beforeEach, describe, it } from "mocha";
import { noFaults } from "../../support/scriptedChain/faults.ts";
import { type CheckResult, Node } from "../../support/scriptedChain/node.ts";
import { makeCertificate, pem, type TestCertificate } from "./certificate.ts";
import { type AnyMessage, type SignOptions, testSigner } from "./signer.ts";

const signer = testSigner("node test");

describe("scripted chain: rules", () => {
  let node: Node;
  let faults: ReturnType<typeof noFaults>;
  let certificate: TestCertificate;

  beforeEach(async () => {
    faults = noFaults();
    node = new Node(
      "scripted-1",
      { denom: "uakt", micro: 2_500n },
      { [signer.address]: { uakt: 10_000 } },
      faults,
    );
    certificate = await makeCertificate(signer.address);
  });

  const createProvider = (hostUri = "https://provider.example.com:8443", keys = ["tier"]): AnyMessage => ({
    typeUrl: "/akash.provider.v1beta4.MsgCreateProvider",
    value: MsgCreateProvider.encode(
      MsgCreateProvider.fromPartial({
        owner: signer.address,
        hostUri,
        attributes: keys.map((key) => ({ key, value: "community" })),
      }),
    ).finish(),
  });
  const createCertificate = ({ certificate: cert, publicKey: pubkey }: TestCertificate): AnyMessage => ({
    typeUrl: "/akash.cert.v1.MsgCreateCertificate",
    value: MsgCreateCertificate.encode(
      MsgCreateCertificate.fromPartial({ owner: signer.address, cert, pubkey }),
    ).finish(),
  });
  const revokeCertificate = (serial: string): AnyMessage => ({
    typeUrl: "/akash.cert.v1.MsgRevokeCertificate",
    value: MsgRevokeCertificate.encode(
      MsgRevokeCertificate.fromPartial({ id: { owner: signer.address, serial } }),
    ).finish(),
  });
  const check = (messages: AnyMessage[], options: SignOptions = {}): CheckResult =>
    node.checkTransaction(signer.sign(messages, options));
  const deliver = (messages: AnyMessage[], options: SignOptions = {}) => {
    const checked = check(messages, options);
    assert.equal(checked.code, 0, checked.log);
    const [executed] = node.produceBlock().transactions;
    assert.ok(executed);
    return executed;
  };

  it("accepts a provider and a certificate in one transaction", () => {
    const executed = deliver([createProvider(), createCertificate(certificate)]);
    assert.equal(executed.code, 0, executed.log);
    assert.equal(node.state.providers.get(signer.address)?.hostUri, "https://provider.example.com:8443");
    assert.deepEqual([...node.state.certificates.keys()], [`${signer.address}/10`]);
    assert.equal(node.state.accounts.get(signer.address)?.balances.get("uakt"), 9_000n);
  });

  it("takes back every message when one fails, and keeps fee and sequence", () => {
    const executed = deliver([createProvider(), revokeCertificate("7")]);
    assert.deepEqual([executed.code, executed.codespace], [1, "cert"]);
    assert.match(executed.log, /message index: 1: certificate not found/);
    assert.equal(node.state.providers.size, 0);
    assert.equal(node.state.accounts.get(signer.address)?.sequence, 1n);
    assert.equal(node.state.accounts.get(signer.address)?.balances.get("uakt"), 9_000n);
  });

  const refused: [string, () => AnyMessage[], SignOptions, number, string][] = [
    ["another chain's signature", () => [createProvider()], { chainId: "akashnet-2" }, 4, "sdk"],
    ["another account number", () => [createProvider()], { accountNumber: 5n }, 4, "sdk"],
    ["a signature of noise", () => [createProvider()], { signature: new Uint8Array(64).fill(7) }, 4, "sdk"],
    ["a fee above the balance", () => [createProvider()], { fee: 10_001n }, 5, "sdk"],
    ["too little gas for its size", () => [createProvider()], { gasLimit: 1_500n }, 11, "sdk"],
    ["a fee below the minimum", () => [createProvider()], { fee: 999n }, 13, "sdk"],
    ["a time-out in the past", () => [createProvider()], { timeoutHeight: 1n }, 30, "sdk"],
    ["a wrong sequence", () => [createProvider()], { sequence: 3n }, 32, "sdk"],
    ["no gas", () => [createProvider()], { gasLimit: 0n }, 41, "sdk"],
    ["a relative host URI", () => [createProvider("provider.example.com")], {}, 2, "provider"],
    ["a host URI without TLS", () => [createProvider("http://provider.example.com")], {}, 1, "provider"],
    ["a host URI with a path", () => [createProvider("https://provider.example.com/")], {}, 1, "provider"],
    ["a duplicate attribute", () => [createProvider("https://a.b", ["tier", "tier"])], {}, 1, "akash"],
    ["a malformed attribute", () => [createProvider("https://a.b", ["1tier"])], {}, 2, "akash"],
    [
      "the previous generation's type",
      () => [{ ...createProvider(), typeUrl: "/akash.provider.v1beta3.MsgCreateProvider" }],
      {},
      2,
      "sdk",
    ],
    ["no message", () => [], {}, 18, "sdk"],
  ];
  for (const [name, messages, options, code, codespace] of refused) {
    it(`refuses ${name}`, () => {
      const result = check(messages(), options);
      assert.deepEqual([result.code, result.codespace], [code, codespace], result.log);
      assert.equal(node.mempoolSize, 0);
    });
  }

  it("refuses certificates by the chain's rules", async () => {
    const text = Buffer.from(certificate.certificate).toString();
    const key = Buffer.from(certificate.publicKey).toString();
    const other = await makeCertificate(signer.address);
    const stranger = await makeCertificate(testSigner("stranger").address);
    const cases: [string, TestCertificate, number, string, RegExp][] = [
      ["text after END", { ...certificate, certificate: Buffer.from(`${text}\n`) }, 6, "cert", /value$/],
      [
        "PUBLIC KEY",
        { ...certificate, publicKey: Buffer.from(key.replaceAll("EC PUBLIC", "PUBLIC")) },
        1,
        "undefined",
        /block type/,
      ],
      ["another key", { ...certificate, publicKey: other.publicKey }, 1, "undefined", /signature/],
      ["another owner", stranger, 1, "undefined", /CommonName/],
      ["no PEM", { ...certificate, certificate: Buffer.from("x") }, 6, "cert", /value$/],
      [
        "no certificate",
        { ...certificate, certificate: Buffer.from(pem("CERTIFICATE", Buffer.from("x"))) },
        1,
        "undefined",
        /x509/,
      ],
    ];
    for (const [name, bad, code, codespace, log] of cases) {
      const result = check([createCertificate(bad)]);
      assert.deepEqual([result.code, result.codespace], [code, codespace], `${name}: ${result.log}`);
      assert.match(result.log, log, name);
    }
  });

  it("never takes a serial twice, not even a revoked one", () => {
    assert.equal(deliver([createCertificate(certificate)]).code, 0);
    const again = deliver([createCertificate(certificate)], { sequence: 1n });
    assert.deepEqual([again.code, again.codespace], [3, "cert"]);
    assert.equal(deliver([revokeCertificate("10")], { sequence: 2n }).code, 0);
    const revived = deliver([createCertificate(certificate)], { sequence: 3n });
    assert.deepEqual([revived.code, revived.codespace], [3, "cert"]);
    const twice = deliver([revokeCertificate("10")], { sequence: 4n });
    assert.deepEqual([twice.code, twice.codespace], [4, "cert"]);
  });

  it("never deletes a provider", () => {
    deliver([createProvider()]);
    const executed = deliver(
      [
        {
          typeUrl: "/akash.provider.v1beta4.MsgDeleteProvider",
          value: MsgDeleteProvider.encode({ owner: signer.address }).finish(),
        },
      ],
      { sequence: 1n },
    );
    assert.deepEqual([executed.code, executed.codespace], [10, "provider"]);
    assert.match(executed.log, /NOTIMPLEMENTED/);
    const again = deliver([createProvider()], { sequence: 2n });
    assert.deepEqual([again.code, again.codespace], [4, "provider"]);
  });

  it("runs out of gas in the block where the limit covers the checks alone", () => {
    const executed = deliver([createProvider()], { gasLimit: 20_000n });
    assert.deepEqual([executed.code, executed.codespace], [11, "sdk"]);
    assert.equal(node.state.providers.size, 0);
  });

  it("remembers bytes it has seen, and takes the next sequence from the mempool", () => {
    const first = signer.sign([createProvider()]);
    assert.equal(node.checkTransaction(first).code, 0);
    assert.throws(() => node.checkTransaction(first), /tx already exists in cache/);
    assert.equal(check([createCertificate(certificate)], { sequence: 1n }).code, 0);
    assert.equal(node.produceBlock().transactions.length, 2);
    assert.throws(() => node.checkTransaction(first), /tx already exists in cache/);
    node.forgetCache();
    assert.equal(node.checkTransaction(first).code, 32);
  });

  it("simulates without a signature and reports failures as the service does", () => {
    const unsigned = (messages: AnyMessage[]) => signer.sign(messages, { signature: new Uint8Array() });
    const gas = node.simulate(unsigned([createProvider()]));
    const executed = deliver([createProvider()], { gasLimit: (gas * 3n) / 2n });
    assert.equal(executed.code, 0, executed.log);
    assert.throws(
      () => node.simulate(signer.sign([createProvider()], { sequence: 1n })),
      /message index: 0: .*already exists.* with gas used: '\d+': unknown request/,
    );
    assert.equal(node.state.accounts.get(signer.address)?.sequence, 1n);
  });

  it("keeps transactions out of blocks as long as it is told to", () => {
    faults.neverInclude = true;
    check([createProvider()]);
    assert.equal(node.produceBlock().transactions.length, 0);
    faults.neverInclude = false;
    assert.equal(node.produceBlock().transactions.length, 1);
  });
});
