import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import {
  changedFields,
  declaredRecord,
  lostSignatures,
  observedInputs,
  type RegistrationInputs,
  registrationInputs,
  registrationProblems,
  sameRecord,
} from "../../../components/chain/registration.ts";

const declared: RegistrationInputs = {
  network: "mainnet",
  wallet: { mnemonicEnv: "WORDS" },
  owner: "akash1owner",
  hostUri: "https://provider.example.com:8443",
  attributes: { tier: "community", "location-region": "us-west" },
  contact: { email: "ops@example.com", website: "" },
};

const key = fc.stringMatching(/^[a-z][a-z0-9/]{1,8}$/);
const attributes = fc.dictionary(key, fc.string());
const inputs: fc.Arbitrary<RegistrationInputs> = fc.record({
  network: fc.constantFrom("mainnet" as const, "devnet" as const, {
    chainId: "x",
    rpc: ["http://a"],
    gasPrice: "1uakt",
  }),
  wallet: fc.constantFrom({ mnemonicEnv: "A" }, { mnemonicFile: "b" }),
  owner: fc.constantFrom("akash1a", "akash1b"),
  hostUri: fc.constantFrom("https://a", "https://b"),
  attributes,
  contact: fc.record({ email: fc.constantFrom("", "a@b.c"), website: fc.constantFrom("", "https://b.c") }),
});

describe("a registration's declaration", () => {
  it("drops what the engine adds", () => {
    const handed = { ...declared, __provider: "code" };
    assert.deepEqual(registrationInputs(handed), declared);
  });

  it("becomes a record with attributes in the order of their keys", () => {
    assert.deepEqual(declaredRecord(declared), {
      owner: "akash1owner",
      hostUri: "https://provider.example.com:8443",
      attributes: [
        { key: "location-region", value: "us-west" },
        { key: "tier", value: "community" },
      ],
      email: "ops@example.com",
      website: "",
    });
  });

  it("has its attributes sorted, however many there are", () => {
    fc.assert(
      fc.property(attributes, (any) => {
        const keys = declaredRecord({ ...declared, attributes: any }).attributes.map(({ key }) => key);
        assert.deepEqual(keys, Object.keys(any).sort());
      }),
    );
  });

  it("comes back from its own record unchanged", () => {
    fc.assert(
      fc.property(inputs, (any) => {
        const observed = observedInputs(any, declaredRecord(any));
        assert.deepEqual(changedFields(any, observed), []);
        assert.ok(sameRecord(declaredRecord(any), declaredRecord(observed)));
      }),
    );
  });

  it("keeps the source of the wallet and the network when it is read from the chain", () => {
    const record = { ...declaredRecord(declared), hostUri: "https://other" };
    const observed = observedInputs(declared, record);
    assert.deepEqual(observed, { ...declared, hostUri: "https://other" });
  });
});

describe("drift of a registration", () => {
  it("is named by field, attributes by key", () => {
    const changed = {
      ...declared,
      hostUri: "https://x",
      attributes: { "location-region": "eu", organization: "garage" },
      contact: { email: "", website: "https://w" },
    };
    assert.deepEqual(changedFields(declared, changed), [
      "hostUri",
      'attributes["location-region"]',
      'attributes["organization"]',
      'attributes["tier"]',
      "contact.email",
      "contact.website",
    ]);
  });

  it("includes where and with what to sign", () => {
    const network = { chainId: "a", rpc: ["x"], gasPrice: "1uakt" };
    const changed = { ...declared, network, wallet: { mnemonicFile: "f" } as const, owner: "akash1new" };
    assert.deepEqual(changedFields(declared, changed), ["network", "wallet", "owner"]);
    const reordered = { gasPrice: "1uakt", rpc: ["x"], chainId: "a" };
    assert.deepEqual(changedFields({ ...declared, network }, { ...declared, network: reordered }), []);
    const more = { ...network, rpc: ["x", "y"] };
    assert.deepEqual(changedFields({ ...declared, network }, { ...declared, network: more }), ["network"]);
  });

  it("is empty exactly when nothing differs, and the same from both sides", () => {
    fc.assert(
      fc.property(inputs, inputs, (a, b) => {
        const fields = changedFields(a, b);
        assert.deepEqual(fields, changedFields(b, a));
        const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
        assert.equal(fields.length === 0, same);
      }),
    );
  });

  it("does not depend on the order of attributes on chain", () => {
    fc.assert(
      fc.property(attributes, (any) => {
        const record = declaredRecord({ ...declared, attributes: any });
        const turned = { ...record, attributes: [...record.attributes].reverse() };
        assert.ok(sameRecord(record, turned));
      }),
    );
    const record = declaredRecord(declared);
    assert.ok(!sameRecord(record, { ...record, attributes: record.attributes.slice(1) }));
    assert.ok(!sameRecord(record, { ...record, website: "https://w" }));
    const other = record.attributes.map(({ key }) => ({ key, value: "another" }));
    assert.ok(!sameRecord(record, { ...record, attributes: other }));
  });
});

/** What stands in a preview for what is not known yet. */
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const unknownAttributes = unknown as unknown as Record<string, string>;

describe("auditors' signatures", () => {
  const signatures = [
    {
      auditor: "akash1auditor",
      attributes: [
        { key: "tier", value: "community" },
        { key: "location-region", value: "us-west" },
        { key: "host", value: "akash" },
      ],
    },
    { auditor: "akash1other", attributes: [{ key: "tier", value: "community" }] },
  ];

  it("are lost for the keys that change or go", () => {
    const after = { tier: "community", "location-region": "eu", extra: "1" };
    assert.deepEqual(lostSignatures(signatures, after), [
      { auditor: "akash1auditor", keys: ["location-region", "host"] },
    ]);
  });

  it("are not lost for values that are not known yet", () => {
    assert.deepEqual(lostSignatures(signatures, unknownAttributes), []);
    const after = { tier: unknown, "location-region": unknown };
    assert.deepEqual(lostSignatures(signatures, after), [{ auditor: "akash1auditor", keys: ["host"] }]);
  });
});

describe("what the chain would refuse", () => {
  it("is nothing in a good declaration, nor in one that is not known yet", () => {
    assert.deepEqual(registrationProblems(declared), []);
    const later = { ...declared, hostUri: unknown, attributes: unknownAttributes };
    assert.deepEqual(registrationProblems(later), []);
  });

  for (const hostUri of [
    "http://a",
    "https://",
    "https://a/",
    "https://a/b",
    "https://a?x",
    "a.example.com",
    "xhttps://a",
    "",
  ]) {
    it(`is the host URI \`${hostUri}\``, () => {
      const [problem, ...more] = registrationProblems({ ...declared, hostUri });
      assert.equal(problem?.property, "hostUri");
      assert.match(problem?.reason ?? "", /https:\/\/provider\.example\.com:8443/);
      assert.deepEqual(more, []);
    });
  }

  for (const name of ["", "a", "1a", "a b", "a*", `a${"b".repeat(127)}`]) {
    it(`is the attribute key \`${name.slice(0, 9)}\``, () => {
      const [problem] = registrationProblems({ ...declared, attributes: { [name]: "x" } });
      assert.equal(problem?.property, "attributes");
      assert.match(problem?.reason ?? "", /is no attribute key\. Start with a letter/);
    });
  }

  it("is no key of letters, digits and the four signs", () => {
    const names = ["ab", "capabilities/gpu/vendor/nvidia/model/rtx5090", "a.b-c_d", `a${"b".repeat(126)}`];
    const all = Object.fromEntries(names.map((name) => [name, "x"]));
    assert.deepEqual(registrationProblems({ ...declared, attributes: all }), []);
  });
});

/** The same data with every object's keys in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]) => [name, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
