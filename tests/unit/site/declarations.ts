import { wordlist } from "@scure/bip39/wordlists/english.js";
import fc from "fast-check";
import type { SiteDeclaration } from "../../../components/site/config.ts";

/** A declaration with nothing left out that has no default, and nothing more. */
export function declaration(changes: Record<string, unknown> = {}): Record<string, unknown> {
  const least: SiteDeclaration = {
    name: "garage",
    domain: "example.com",
    network: "mainnet",
    wallet: { mnemonicEnv: "GARAGE_MNEMONIC" },
    cluster: { kubeconfig: "~/.kube/config" },
    contact: { email: "ops@example.com" },
    attributes: { "location-region": "us-west" },
  };
  return { ...least, ...changes };
}

const label = fc.stringMatching(/^[a-z][a-z0-9]{1,8}$/);
const variable = fc.stringMatching(/^[A-Z]{3,8}_[A-Z]{3,8}$/);
const usd = fc.double({ min: 0, max: 10_000, noNaN: true });

const wallet = fc.oneof(
  fc.record({ mnemonicEnv: variable }),
  fc.record({ mnemonicFile: label }),
  fc.constant({ prompt: true }),
  fc.record({ armorFile: label, passphraseEnv: variable }),
  fc.record(
    { keyringDir: label, backend: fc.constant("test"), keyName: label, passphraseEnv: variable },
    { requiredKeys: ["keyringDir", "backend", "keyName"] },
  ),
  fc.record({ keyringDir: label, backend: fc.constant("file"), keyName: label, passphraseEnv: variable }),
);

const dns = fc.oneof(
  fc.constant({ provider: "manual" }),
  fc.record(
    {
      provider: fc.constant("cloudflare"),
      zone: fc.constant("example.com"),
      tokenEnv: variable,
      clusterTokenEnv: variable,
    },
    { requiredKeys: ["provider"] },
  ),
  fc.record(
    {
      provider: fc.constant("rfc2136"),
      server: fc.oneof(fc.ipV4(), fc.ipV6(), label),
      keyName: label,
      secretEnv: variable,
      port: fc.integer({ min: 1, max: 65535 }),
    },
    { requiredKeys: ["provider", "server", "keyName", "secretEnv"] },
  ),
);

const network = fc.oneof(
  fc.constantFrom("mainnet", "sandbox", "devnet"),
  fc.record({
    chainId: label,
    rpc: fc.array(
      label.map((name) => `https://${name}.example.net:443`),
      { minLength: 1, maxLength: 3 },
    ),
    gasPrice: fc.constantFrom("0.025uakt", "1uakt"),
  }),
);

const place = fc.oneof(
  fc.record({ cluster: fc.record({ kubeconfig: label }) }),
  fc.record({
    nodes: fc
      .uniqueArray(fc.ipV4(), { minLength: 1, maxLength: 4 })
      .map((hosts) => hosts.map((host) => ({ host }))),
    k3s: fc.record({ cni: fc.constantFrom("flannel", "calico"), packGpus: fc.boolean() }),
  }),
);

/** Declarations that must be accepted. */
export const declarations: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    place,
    fc.record({
      name: label,
      domain: label.map((name) => `${name}.example.com`),
      network,
      wallet,
      contact: fc.record({ email: label.map((name) => `${name}@example.com`) }),
      attributes: fc
        .dictionary(fc.stringMatching(/^[a-z][a-z/-]{3,20}[a-z]$/), label)
        .map((more) => ({ ...more, "location-region": "eu-central" })),
    }),
    fc.record(
      {
        dns,
        address: fc.constantFrom("auto", "203.0.113.10", "2001:db8::1", "cname:home.example.net"),
        pricing: fc.record(
          { cpu: usd, memory: usd, gpu: fc.dictionary(fc.constantFrom("rtx5090", "h100", "a100.80Gi"), usd) },
          { requiredKeys: [] },
        ),
        ingress: fc.record({ mode: fc.constantFrom("gateway", "classic") }),
        provider: fc.record({ version: fc.constant("0.16.2") }),
        funding: fc.record({ minBalance: usd }),
      },
      { requiredKeys: [] },
    ),
  )
  .map((parts) => structuredClone(Object.assign({}, ...parts)))
  .filter(({ attributes }) => !Object.keys(attributes).some((key) => /^(region$|capabilities\/)/.test(key)));

const words = fc.constantFrom(...wordlist);

/** Texts that look like each kind of secret. */
export const secretTexts: fc.Arbitrary<string> = fc.oneof(
  fc
    .constantFrom(12, 15, 18, 21, 24)
    .chain((count) => fc.array(words, { minLength: count, maxLength: count }).map((list) => list.join(" "))),
  fc.stringMatching(/^[0-9a-f]{64}$/),
  fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("base64")),
  fc.stringMatching(/^[A-Za-z0-9_-]{37}$/).map((random) => `aB3${random}`),
  fc.stringMatching(/^[A-Za-z0-9]{30}$/).map((random) => `cfut_${random}`),
);
