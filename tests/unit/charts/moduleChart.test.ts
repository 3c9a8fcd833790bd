import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { parse } from "yaml";
import {
  type ChartOptions,
  digestOfChart,
  ensureChart,
  readChart,
} from "../../../components/charts/moduleChart.ts";
import { chartSource, pinOf } from "../../../components/charts/sources.ts";

const template = `apiVersion: v2

name: cert-manager
annotations:
  artifacthub.io/prerelease: "{{IS_PRERELEASE}}"
kubeVersion: ">= 1.22.0-0"

# The version and appVersion fields are set automatically by the release tool
version: v0.0.0
appVersion: v0.0.0
`;

let folder: string;
let asked: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "charts-"));
  asked = [];
});
afterEach(() => rm(folder, { recursive: true }));

const write = async (path: string, text: string) => {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
};

/** A module in the form of cert-manager's. */
const module = async () => {
  const chart = `module/${pinOf("charts", "cert-manager").path}`;
  await write(`${chart}/Chart.template.yaml`, template);
  await write(`${chart}/values.yaml`, "crds: {}\n");
  await write(`${chart}/templates/deployment.yaml`, "kind: Deployment\n");
  await write(`${chart}/signkey_annotation.txt`, "for the authors");
  return join(folder, chart);
};

const options = (changes: ChartOptions = {}): ChartOptions => ({
  cacheRoot: join(folder, "cache"),
  isOffered: async () => false,
  fetchModule: async (name) => {
    asked.push(name);
    return join(folder, "module");
  },
  ...changes,
});

describe("a chart out of its Go module", () => {
  it("has the version that its authors fill in, and none of their own files", async () => {
    const files = await readChart(await module(), "v1.19.1");
    assert.deepEqual([...files.keys()], ["Chart.yaml", "templates/deployment.yaml", "values.yaml"]);
    assert.deepEqual(parse(files.get("Chart.yaml") ?? ""), {
      apiVersion: "v2",
      name: "cert-manager",
      annotations: { "artifacthub.io/prerelease": "false" },
      kubeVersion: ">= 1.22.0-0",
      version: "v1.19.1",
      appVersion: "v1.19.1",
    });
  });

  it("has a digest that sees every file, its name and its version", async () => {
    const chart = await module();
    const digest = digestOfChart(await readChart(chart, "v1.19.1"));
    assert.equal(digestOfChart(await readChart(chart, "v1.19.1")), digest);
    assert.notEqual(digestOfChart(await readChart(chart, "v1.19.2")), digest);
    await write(`module/${pinOf("charts", "cert-manager").path}/templates/more.yaml`, "");
    assert.notEqual(digestOfChart(await readChart(chart, "v1.19.1")), digest);
  });

  it("is not used when it is not the pinned one: the chart stays its repository's", async () => {
    await module();
    await ensureChart("cert-manager", options());
    const { module: name, version } = pinOf("charts", "cert-manager");
    assert.deepEqual(asked, [`${name}@${version}`]);
    assert.equal(chartSource("cert-manager", undefined, join(folder, "cache")).kind, "release");
    assert.deepEqual(await readdir(folder), ["module"]);
  });

  it("is not asked for where the repository has it, a mirror is named, or there is no such module", async () => {
    const urls: string[] = [];
    const isOffered = async (url: string) => urls.push(url) > 0;
    await ensureChart("cert-manager", options({ isOffered }));
    assert.deepEqual(urls, [pinOf("charts", "cert-manager").url]);
    await ensureChart("cert-manager", options({ mirror: folder }));
    await ensureChart("ingress-nginx", options());
    assert.deepEqual(asked, []);
  });

  it("is left to the engine to complain about where neither has it", async () => {
    const fetchModule = () => Promise.reject(new Error("no route"));
    await ensureChart("cert-manager", options({ fetchModule }));
    assert.equal(chartSource("cert-manager", undefined, join(folder, "cache")).kind, "release");
  });
});
