import type { Attribute } from "../../components/chain/types.ts";
import { siteAttributes } from "../../components/site/attributes.ts";
import type { LeaseStorageClass, LeaseStorageName } from "../../components/storage/classes.ts";
import type { StorageClass } from "../observe/objects.ts";
import type { Observed } from "../observe/observed.ts";
import { type Check, failed, NotKnown, ok } from "../types.ts";

async function recordOf(site: Observed) {
  const record = await site.chain.provider(await site.owner());
  if (record === undefined) throw new NotKnown("registration");
  return record;
}

export const registration: Check = {
  id: "registration",
  title: "the provider is registered on chain",
  area: "registration",
  observes: ["provider without a record"],
  needs: ["generation"],
  after: ["keyring"],
  async run(site) {
    const owner = await site.owner();
    const record = await site.chain.provider(owner);
    return record === undefined
      ? failed(`the chain has no provider ${owner}`, "`npm run up` registers it.")
      : ok(record.owner);
  },
};

export const hostUri: Check = {
  id: "host-uri",
  title: "the record names the declared address",
  area: "registration",
  observes: ["provider.provider.…"],
  needs: ["registration"],
  async run(site) {
    const { hostUri: found } = await recordOf(site);
    if (found === site.site.hostUri) return ok(found);
    const doubled = found.includes("//provider.provider.") ? ", with `provider.` twice" : "";
    return failed(
      `the chain has ${found}${doubled}; declared is ${site.site.hostUri}`,
      "`npm run up` updates the record.",
    );
  },
};

const GPU_MODEL = /^capabilities\/gpu\/vendor\/[^/]+\/model\/([^/]+)/;

export const gpuAdvertised: Check = {
  id: "gpu-advertised",
  title: "every advertised GPU model is there",
  area: "registration",
  observes: ["gpu:0 while a model is advertised"],
  needs: ["registration", "cluster"],
  after: ["gpu"],
  async run(site) {
    const [{ attributes }, { devices }] = await Promise.all([recordOf(site), site.cluster.gpu()]);
    const offered = new Set(devices.filter(({ allocatable }) => allocatable > 0).map(({ model }) => model));
    const advertised = new Set(attributes.flatMap(({ key }) => GPU_MODEL.exec(key)?.[1] ?? []));
    const absent = [...advertised].filter((model) => !offered.has(model));
    if (absent.length > 0) {
      return failed(
        `${absent.join(", ")} advertised, and no node offers one`,
        "`npm run up` takes it out of the record. If the card should be there, see `gpu`.",
      );
    }
    return ok([...advertised].join(", ") || "no GPU");
  },
};

export const attributes: Check = {
  id: "attributes",
  title: "the attributes on chain are those of the declaration and the hardware",
  area: "registration",
  observes: ["ram 31Gi advertised", "ram/interface order reversed", "attributes flip back"],
  needs: ["registration", "cluster"],
  after: ["gpu", "gpu-advertised"],
  async run(site) {
    const [record, wanted] = await Promise.all([recordOf(site), wantedAttributes(site)]);
    const problems = compareAttributes(record.attributes, wanted);
    if (problems.length === 0) return ok(`${record.attributes.length} attributes`);
    return failed(
      problems.join("; "),
      "`npm run up` writes them anew. If they come back, another program writes the record: look for a second provider.",
    );
  },
};

/** Names that the network has for classes of persistent storage. */
const CLASSES: readonly string[] = ["default", "beta1", "beta2", "beta3"] satisfies LeaseStorageName[];

/**
 * What `up` would write now. A site with machines of its own has storage classes made from their disks, and knows
 * the version of CUDA from their drivers: here both are taken from what is there.
 */
async function wantedAttributes(site: Observed): Promise<Record<string, string>> {
  const gpu = await site.cluster.gpu();
  if (site.site.nodes === undefined) return siteAttributes(site.site, { gpu });
  const [found, record] = await Promise.all([
    site.cluster.list<StorageClass>("/apis/storage.k8s.io/v1/storageclasses"),
    recordOf(site),
  ]);
  const declared = site.site.storage.classes;
  const made = found.flatMap(({ metadata, provisioner = "" }): LeaseStorageClass[] => {
    const { name, labels } = metadata;
    const counts = CLASSES.includes(name) && labels?.["akash.network"] === "true";
    const known = declared.some((one) => one.name === name);
    return counts && !known ? [{ name: name as LeaseStorageName, provisioner }] : [];
  });
  const config = { ...site.site, storage: { ...site.site.storage, classes: [...declared, ...made] } };
  const cuda = gpu.cuda ?? record.attributes.find(({ key }) => key === "cuda")?.value;
  return siteAttributes(config, { gpu: { ...gpu, ...(cuda === undefined ? {} : { cuda }) } });
}

/** What differs, each with why tenants would not find the provider by it where that can be told. */
export function compareAttributes(
  found: readonly Attribute[],
  wanted: Readonly<Record<string, string>>,
): string[] {
  const onChain = new Map(found.map(({ key, value }) => [key, value]));
  const missing = Object.keys(wanted).filter((key) => !onChain.has(key));
  const changed = Object.entries(wanted).filter(
    ([key, value]) => onChain.has(key) && onChain.get(key) !== value,
  );
  const extra = [...onChain.keys()].filter((key) => !(key in wanted));
  return [
    ...changed.map(([key, value]) => `${key} is \`${onChain.get(key)}\`, should be \`${value}\``),
    ...extra.map((key) => `${key} should not be there${reasonFor(key)}`),
    ...missing.map((key) => `${key} is missing`),
  ];
}

function reasonFor(key: string): string {
  if (/\/interface\/[^/]+\/ram\//.test(key)) return " (memory goes before interface)";
  if (/\/ram\/(?!\d*[02468]Gi)/.test(key)) return " (no card of the network's database has that memory)";
  return "";
}

export const auditors: Check = {
  id: "auditors",
  title: "auditors' signatures still hold",
  area: "registration",
  observes: ["audit lost on attribute change"],
  severity: "warning",
  needs: ["registration"],
  after: ["attributes", "gpu-advertised"],
  async run(site) {
    const [signatures, { attributes: own }] = await Promise.all([
      site.chain.auditors(await site.owner()),
      recordOf(site),
    ]);
    if (signatures.length === 0) return ok("no auditor has signed");
    const values = new Map(own.map(({ key, value }) => [key, value]));
    const lost = signatures.flatMap(({ auditor, attributes: signed }) => {
      const keys = signed.filter(({ key, value }) => values.get(key) !== value).map(({ key }) => key);
      return keys.length === 0 ? [] : [`${auditor} signed other values of ${keys.join(", ")}`];
    });
    if (lost.length === 0) return ok(`${signatures.length} signed`);
    return failed(
      lost.join("; "),
      "Ask the auditor to sign again, or give the attributes back their values.",
    );
  },
};
