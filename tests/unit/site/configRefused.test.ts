import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { complaints, type Refusals, said } from "./complaints.ts";
import { declaration } from "./declarations.ts";

describe("SiteConfig: what is refused, in these words", () => {
  const cases: Refusals = {
    "a GPU price for *": {
      given: { pricing: { gpu: { "*": 100 } } },
      says: [
        "pricing.gpu.*: 100 is a price for `*`, which matches no order. Name each model, for example rtx5090: 120.",
      ],
    },
    "a GPU model by its trade name": {
      given: { pricing: { gpu: { "RTX 5090": 100 } } },
      says: [
        "pricing.gpu.RTX 5090: 100 stands under a key that is no GPU model. Write the model in lower case without spaces, and its memory if need be: rtx5090 or a100.80Gi.",
      ],
    },
    "a negative price": {
      given: { pricing: { cpu: -1 } },
      says: ["pricing.cpu: -1 is less than zero. Write zero or a positive number."],
    },
    "a price in words": {
      given: { pricing: { cpu: "cheap" } },
      says: [
        'pricing.cpu: "cheap" is not a number. Expected: USD per month for one CPU thread; default: 1.6.',
      ],
    },
    "an unknown key": {
      given: { atributes: {} },
      says: [
        "atributes: the object stands under an unknown key; the nearest known one is `attributes`. Write `attributes` or remove it; known here: name, domain, hostUri, network, wallet, cluster, nodes, hosts, k3s, address, dns, contact, tls, ingress, attributes, pricing, storage, versions, policies, gpu, provider, funding, alerts, mirror.",
      ],
    },
    "an unknown key inside": {
      given: { pricing: { storage: { nvm: 1 } } },
      says: [
        "pricing.storage.nvm: 1 stands under an unknown key; the nearest known one is `nvme`. Write `nvme` or remove it; known here: ephemeral, hdd, ssd, nvme.",
      ],
    },
    "both of cluster and nodes": {
      given: { nodes: [{ host: "203.0.113.10" }] },
      says: ["names `cluster` and `nodes`, which exclude each other. Keep one of them."],
    },
    "neither of cluster and nodes": {
      given: { cluster: undefined },
      says: ["names none of `cluster`, `nodes`. Give exactly one of them."],
    },
    "two sources for a wallet, and a key that none has": {
      given: { wallet: { mnemonicEnv: "WORDS", mnemonicFile: "words", keyDir: "d" } },
      says: [
        "wallet: names `mnemonicEnv` and `mnemonicFile`, which exclude each other. Keep one of them.",
        'wallet.keyDir: "d" stands under an unknown key; the nearest known one is `keyringDir`. Write `keyringDir` or remove it; known here: mnemonicEnv, mnemonicFile, prompt, armorFile, passphraseEnv, keyringDir, backend, keyName.',
      ],
    },
    "no source for a wallet": {
      given: { wallet: {} },
      says: [
        "wallet: names none of `mnemonicEnv`, `mnemonicFile`, `prompt`, `armorFile`, `keyringDir`. Give exactly one of them.",
      ],
    },
    "an armor without its passphrase": {
      given: { wallet: { armorFile: "key.asc" } },
      says: [
        "wallet.passphraseEnv: is missing. Expected: name of the environment variable with the armor's passphrase.",
      ],
    },
    "a keyring with a passphrase, and no word of where that is": {
      given: { wallet: { keyringDir: "~/.akash", backend: "file", keyName: "provider" } },
      says: [
        "wallet.passphraseEnv: is missing: backend file has a passphrase. Write the name of the environment variable with the keyring's passphrase.",
      ],
    },
    "a wallet with a foreign key": {
      given: { wallet: { mnemonicFile: "words", backend: "test" } },
      says: [
        'wallet.backend: "test" stands under an unknown key; the nearest known one is `mnemonicFile`. Write `mnemonicFile` or remove it; known here: mnemonicFile.',
      ],
    },
    "a value where a variable's name belongs, without showing it": {
      given: { wallet: { mnemonicEnv: "hunter 2" } },
      says: [
        "wallet.mnemonicEnv: (hidden) is not the name of an environment variable. Write the variable's name, for example GARAGE_SECRET, and set the variable where you run the program.",
      ],
    },
    "an unknown network": {
      given: { network: "testnet" },
      says: ['network: "testnet" is not one of the choices. Choose mainnet, sandbox or devnet.'],
    },
    "half a network": {
      given: { network: { chainId: "akashnet-2", rpc: [] } },
      says: [
        "network.rpc: the list is empty. Name at least one endpoint.",
        "network.gasPrice: is missing. Expected: price of one unit of gas with its denomination, for example 0.025uakt.",
      ],
    },
    "no network": {
      given: { network: undefined },
      says: [
        "network: is missing. Expected: the chain: mainnet, sandbox, devnet (the embedded one) or {chainId, rpc, gasPrice}.",
      ],
    },
    "networks and namespaces that are none": {
      given: { provider: { lan: ["198.51.100.0", "300.0.0.0/8"], metricsNamespaces: ["Monitoring"] } },
      says: [
        'provider.metricsNamespaces[0]: "Monitoring" is not the name of a namespace. Write lower-case letters, digits and dashes, for example monitoring.',
        'provider.lan[0]: "198.51.100.0" is not an IPv4 network. Write its address and length, for example 198.51.100.0/24.',
        'provider.lan[1]: "300.0.0.0/8" is not an IPv4 network. Write its address and length, for example 198.51.100.0/24.',
      ],
    },
    "a mirror of images that is an address": {
      given: { mirror: { images: "https://registry.example.com/akash/" } },
      says: [
        'mirror.images: "https://registry.example.com/akash/" is not the path of a registry. Write it in lower case without https:// and without a final slash, for example registry.example.com/akash.',
      ],
    },
    "a contact without e-mail, a website without scheme": {
      given: { contact: { email: "ops", website: "example.com" } },
      says: [
        'contact.email: "ops" is not an e-mail address. Write it as ops@example.com.',
        'contact.website: "example.com" is not a web address. Write it with https://, for example https://example.com.',
      ],
    },
    "attributes: old, malformed, hand-made, empty, of another type": {
      given: {
        attributes: {
          region: "us-west",
          "9lives": "a",
          "capabilities/gpu/vendor/nvidia/model/h100": "true",
          tier: "undefined",
          racks: 2,
        },
      },
      says: [
        'attributes.region: "us-west" stands under `region`, which is no longer read. Rename the key to `location-region`.',
        'attributes.9lives: "a" stands under a malformed attribute key. Use 2 to 127 letters, digits, underscores, slashes, dots and dashes, beginning with a letter.',
        'attributes.capabilities/gpu/vendor/nvidia/model/h100: "true" declares hardware by hand. Remove it: these attributes are derived from what the site has.',
        'attributes.tier: "undefined" is not a value. Write the attribute\'s value, or remove the attribute.',
        'attributes.racks: 2 is not text. Put it in quotes: "2".',
      ],
    },
    "an attribute twice": {
      given: {
        attributes: [
          { key: "location-region", value: "a" },
          { key: "tier", value: "b" },
          { key: "tier", value: "c" },
        ],
      },
      says: [
        "attributes[2]: the object repeats the attribute key `tier`. Keep one of them: keys are unique.",
      ],
    },
    "no region": {
      given: { attributes: { tier: "community" } },
      says: [
        "attributes: names no `location-region`. Add the region tenants choose you by, for example location-region: us-west.",
      ],
    },
    "a variable nobody fills in": {
      given: { provider: { version: "$VERSION" }, cluster: { kubeconfig: "$KUBECONFIG" } },
      says: [
        'cluster.kubeconfig: "$KUBECONFIG" is the name of a variable that nobody fills in. Write the value itself.',
        'provider.version: "$VERSION" is the name of a variable that nobody fills in. Write the value itself.',
      ],
    },
    "half a tenant": {
      given: { pricing: { tenants: ["akash1short"] } },
      says: [
        'pricing.tenants[0]: "akash1short" is not an Akash address. Write the whole address, akash1 and 38 letters and digits.',
      ],
    },
    "a version with v": {
      given: { provider: { version: "v0.16.2" } },
      says: [
        'provider.version: "v0.16.2" is not a version. Write three numbers without v, for example 0.16.2.',
      ],
    },
    "a group where text belongs, and text where a group belongs": {
      given: { name: { a: 1 }, ingress: "gateway" },
      says: [
        "name: the object is not text. Expected: short name of the site; it names the stack's resources.",
        'ingress: "gateway" is not a group of fields. Expected: how requests reach leases.',
      ],
    },
    "a long value, shortened": {
      given: { name: "a name of a site ".repeat(9) },
      says: [
        'name: "a name of a site a name of a site a name of a site a name …" is not a site name. Use 2 to 40 lower-case letters, digits and dashes, beginning with a letter, for example garage.',
      ],
    },
  };

  for (const [what, { given, says }] of Object.entries(cases)) {
    it(what, () => assert.deepEqual(said(given), says));
  }

  it("nothing at all", () => {
    assert.deepEqual(complaints(undefined), ["is missing. Expected: one Akash provider site."]);
    assert.deepEqual(complaints("garage"), [
      '"garage" is not a group of fields. Expected: one Akash provider site.',
    ]);
  });

  it("names the place and counts", () => {
    assert.throws(() => parseSiteConfig(declaration({ domain: "x" }), "Pulumi.garage.yaml"), {
      name: "SiteConfigError",
      message:
        'Pulumi.garage.yaml: one problem.\n- domain: "x" is not a domain name. Write it in lower case without scheme, port, path or final dot, for example example.com.',
    });
    assert.throws(() => parseSiteConfig(declaration({ domain: "x", name: "" })), {
      message: /^akash:site: 2 problems\.\n- name: "" is not a site name\..*\n- domain: "x" is not/,
    });
  });
});
