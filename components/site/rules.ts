import { isCarrierAddress, isPrivateAddress } from "../dns/address.ts";
import { formatPath, type Problem, problemAt, valueAt } from "./problems.ts";
import { findSecrets } from "./secrets.ts";

type Rule = (root: unknown) => Problem[];
type Path = readonly PropertyKey[];

/** Arguments of which exactly one must be given, by the place they stand at. */
const EXCLUSIVE: readonly { at: Path; of: readonly string[]; when?: (group: object) => boolean }[] = [
  { at: [], of: ["cluster", "nodes"] },
  { at: ["wallet"], of: ["mnemonicEnv", "mnemonicFile", "prompt", "armorFile", "keyringDir"] },
  {
    at: ["dns"],
    of: ["secretEnv", "secretFile"],
    when: (group) => Reflect.get(group, "provider") === "rfc2136",
  },
];

/** Exclusive arguments: both at once, or none. */
export const exclusive: Rule = (root) =>
  EXCLUSIVE.flatMap(({ at, of, when }) => {
    const group = valueAt(root, at);
    if (!isGroup(group) || when?.(group) === false) return [];
    const given = of.filter((name) => Reflect.get(group, name) !== undefined);
    if (given.length === 1) return [];
    const names = (given.length > 0 ? given : of).map((name) => `\`${name}\``);
    const path = formatPath(at);
    return given.length > 0
      ? [
          {
            path,
            value: "",
            problem: `names ${names.join(" and ")}, which exclude each other`,
            remedy: "Keep one of them.",
          },
        ]
      : [
          {
            path,
            value: "",
            problem: `names none of ${names.join(", ")}`,
            remedy: "Give exactly one of them.",
          },
        ];
  });

/** `provider.` is put before the domain by the site. */
const domainWithoutPrefix: Rule = (root) => {
  const domain = valueAt(root, ["domain"]);
  if (typeof domain !== "string" || !/^provider\./i.test(domain)) return [];
  const remedy = `Write ${domain.slice("provider.".length)}: the site answers at provider.<domain> by itself.`;
  return [problemAt(root, ["domain"], "starts with `provider.`", remedy)];
};

const ATTRIBUTE_KEY = /^[a-zA-Z][\w/.-]{1,126}$/;

/** Attributes that are made from what the site has: its GPUs and its storage classes. */
const DERIVED_ATTRIBUTE = /^(capabilities\/(gpu|storage)(\/.*)?|feat-(persistent-storage|shm)|cuda)$/;

/** Attributes as pairs with the path of each, from either way of writing them. */
function attributePairs(root: unknown): { path: Path; key: unknown; value: unknown }[] {
  const given = valueAt(root, ["attributes"]);
  if (Array.isArray(given)) {
    return given.map((item, index) => ({
      path: ["attributes", index],
      key: valueAt(item, ["key"]),
      value: valueAt(item, ["value"]),
    }));
  }
  if (!isGroup(given)) return [];
  return Object.entries(given).map(([key, value]) => ({ path: ["attributes", key], key, value }));
}

/** Attribute keys and values that the chain refuses, or that auditors send back. */
const attributes: Rule = (root) => {
  const pairs = attributePairs(root);
  const seen = new Set<string>();
  const broken = pairs.flatMap(({ path, key, value }) => {
    if (typeof key !== "string") return [];
    const found: Problem[] = [];
    const report = (problem: string, remedy: string) => found.push(problemAt(root, path, problem, remedy));
    if (seen.has(key))
      report(`repeats the attribute key \`${formatPath([key])}\``, "Keep one of them: keys are unique.");
    seen.add(key);
    if (!ATTRIBUTE_KEY.test(key)) {
      report(
        "stands under a malformed attribute key",
        "Use 2 to 127 letters, digits, underscores, slashes, dots and dashes, beginning with a letter.",
      );
    }
    if (key === "region") {
      report("stands under `region`, which is no longer read", "Rename the key to `location-region`.");
    }
    if (DERIVED_ATTRIBUTE.test(key)) {
      report("declares hardware by hand", "Remove it: these attributes are derived from what the site has.");
    }
    if (typeof value === "string" && /^\s*(undefined|null)?\s*$/.test(value)) {
      report("is not a value", "Write the attribute's value, or remove the attribute.");
    }
    return found;
  });
  if (!isGroup(root) || pairs.some(({ key }) => key === "location-region" || key === "region")) return broken;
  const remedy = "Add the region tenants choose you by, for example location-region: us-west.";
  return [...broken, { path: "attributes", value: "", problem: "names no `location-region`", remedy }];
};

/** Model, memory, interface: `rtx5090`, `a100.80Gi`, `a100.sxm`, `a100.80Gi.sxm`. */
const GPU_PRICE_KEY = /^[a-z0-9][a-z0-9_-]*(\.\d+Gi)?(\.[a-z][a-z0-9]*)?$/;

/** GPU prices are looked up by model; other keys never match an order. */
const gpuPrices: Rule = (root) => {
  const prices = valueAt(root, ["pricing", "gpu"]);
  if (!isGroup(prices)) return [];
  return Object.keys(prices).flatMap((key) => {
    const path = ["pricing", "gpu", key];
    if (key.includes("*")) {
      return [
        problemAt(
          root,
          path,
          "is a price for `*`, which matches no order",
          "Name each model, for example rtx5090: 120.",
        ),
      ];
    }
    if (GPU_PRICE_KEY.test(key)) return [];
    const remedy =
      "Write the model in lower case without spaces, and its memory if need be: rtx5090 or a100.80Gi.";
    return [problemAt(root, path, "stands under a key that is no GPU model", remedy)];
  });
};

/** Text that some other program was meant to fill in, such as `$KEY_SECRET`. */
const unfilled: Rule = (root) =>
  textsOf(root).flatMap(({ path, value }) =>
    /^\$(\w+|\{\w+\})$/.test(value)
      ? [problemAt(root, path, "is the name of a variable that nobody fills in", "Write the value itself.")]
      : [],
  );

/** The domain lies in the zone, and the issuer can prove it. */
const dnsFits: Rule = (root) => {
  const domain = valueAt(root, ["domain"]);
  const zone = valueAt(root, ["dns", "zone"]);
  const found: Problem[] = [];
  if (typeof domain === "string" && typeof zone === "string" && `.${domain}`.endsWith(`.${zone}`) === false) {
    const remedy = "Name the zone that holds it: the domain itself or a parent of it.";
    found.push(problemAt(root, ["dns", "zone"], "does not contain `domain`", remedy));
  }
  const address = valueAt(root, ["address"]);
  if (valueAt(root, ["dns", "dynamic"]) === true && typeof address === "string" && address !== "auto") {
    const remedy = "Leave `address` out, or `dynamic`: one of them says where the site is.";
    found.push(problemAt(root, ["dns", "dynamic"], "does not go with a fixed `address`", remedy));
  }
  const provider = valueAt(root, ["dns", "provider"]) ?? "manual";
  if (valueAt(root, ["tls", "issuer"]) === "letsencrypt-dns01" && provider === "manual") {
    const remedy = "Set dns.provider to cloudflare or rfc2136, or choose letsencrypt-http01 or self-signed.";
    found.push(problemAt(root, ["tls", "issuer"], "needs a DNS provider with an API", remedy));
  }
  return found;
};

/** One machine is one node, and one of them runs the control plane. */
const nodeSet: Rule = (root) => {
  const nodes = valueAt(root, ["nodes"]);
  if (!Array.isArray(nodes) || nodes.length === 0) return [];
  const hosts = nodes.map((node) => valueAt(node, ["host"]));
  const repeated = hosts.flatMap((host, index) =>
    host !== undefined && hosts.indexOf(host) < index
      ? [problemAt(root, ["nodes", index, "host"], "is listed twice", "Keep one entry per machine.")]
      : [],
  );
  const headless = nodes.every((node) => valueAt(node, ["role"]) === "agent");
  const remedy = "Give one of them role: server, or auto.";
  return headless ? [...repeated, problemAt(root, ["nodes"], "has agents only", remedy)] : repeated;
};

/** What only a cluster of one's own machines has. */
const onlyWithNodes: Rule = (root) => {
  if (valueAt(root, ["k3s"]) === undefined || valueAt(root, ["nodes"]) !== undefined) return [];
  const remedy = "Remove it, or list the machines in `nodes` instead of `cluster`.";
  return [problemAt(root, ["k3s"], "is about machines, and there are no `nodes`", remedy)];
};

const KIND_CLASSES = new Map([
  ["hdd", "beta1"],
  ["ssd", "beta2"],
  ["nvme", "beta3"],
]);

/** Classes that the disks of the machines give, where the declaration says their kind. */
function classesOfDisks(root: unknown): Set<string> {
  const nodes = valueAt(root, ["nodes"]);
  const disks = Array.isArray(nodes) ? nodes.flatMap((node) => valueAt(node, ["disks"]) ?? []) : [];
  return new Set(disks.flatMap((disk) => KIND_CLASSES.get(String(valueAt(disk, ["kind"]))) ?? []));
}

/** A class that no provisioner can serve so, or that Ceph gives already. */
const storageFits: Rule = (root) => {
  const classes = valueAt(root, ["storage", "classes"]);
  if (!Array.isArray(classes)) return [];
  const given = classesOfDisks(root);
  return classes.flatMap((item, index) => {
    const path: Path = ["storage", "classes", index];
    const found: Problem[] = [];
    const immediate = valueAt(item, ["volumeBindingMode"]) === "Immediate";
    if (immediate && valueAt(item, ["provisioner"]) === "rancher.io/local-path") {
      const remedy =
        'Leave it out: local-path makes a volume on the node that the pod was given, and fails with "no node was specified" before there is one.';
      found.push(
        problemAt(root, [...path, "volumeBindingMode"], "does not go with rancher.io/local-path", remedy),
      );
    }
    if (given.has(String(valueAt(item, ["name"])))) {
      const remedy = "Remove it, or give the disks to another kind.";
      found.push(problemAt(root, [...path, "name"], "is what the disks of `nodes` already give", remedy));
    }
    return found;
  });
};

/** A storage class is offered once. */
const storageClasses: Rule = (root) => {
  const classes = valueAt(root, ["storage", "classes"]);
  if (!Array.isArray(classes)) return [];
  const names = classes.map((item) => valueAt(item, ["name"]));
  return names.flatMap((name, index) =>
    name !== undefined && names.indexOf(name) < index
      ? [
          problemAt(
            root,
            ["storage", "classes", index, "name"],
            "is listed twice",
            "Keep one entry per class.",
          ),
        ]
      : [],
  );
};

/** An address nobody outside can reach. The embedded chain's site is reached from its own machine. */
const reachable: Rule = (root) => {
  const address = valueAt(root, ["address"]);
  if (typeof address !== "string" || valueAt(root, ["network"]) === "devnet") return [];
  if (!isPrivateAddress(address) && !isCarrierAddress(address)) return [];
  const remedy = "Write the address tenants reach, or auto; forward the ports on your router.";
  return [problemAt(root, ["address"], "is an address nobody outside can reach", remedy)];
};

/** A keyring of backend `file` opens with its passphrase only. */
const keyringPassphrase: Rule = (root) => {
  const wallet = valueAt(root, ["wallet"]);
  const keyring = valueAt(wallet, ["keyringDir"]) !== undefined && valueAt(wallet, ["backend"]) === "file";
  if (!keyring || valueAt(wallet, ["passphraseEnv"]) !== undefined) return [];
  const remedy = "Write the name of the environment variable with the keyring's passphrase.";
  return [problemAt(root, ["wallet", "passphraseEnv"], "is missing: backend file has a passphrase", remedy)];
};

/** Secrets in plain sight. */
export const secrets: Rule = (root) =>
  findSecrets(root).map(({ path, kind }) => problemAt(root, path, `looks like ${kind.name}`, kind.remedy));

/** All rules that look at more than one field, or at names of fields. */
export const rules: readonly Rule[] = [
  domainWithoutPrefix,
  attributes,
  gpuPrices,
  unfilled,
  keyringPassphrase,
  dnsFits,
  nodeSet,
  onlyWithNodes,
  storageClasses,
  storageFits,
  reachable,
];

function isGroup(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textsOf(value: unknown, path: Path = []): { path: Path; value: string }[] {
  if (typeof value === "string") return [{ path, value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    textsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
