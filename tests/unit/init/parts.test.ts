import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, it } from "mocha";
import { complaintOf, parseAnswers } from "../../../commands/init/answers.ts";
import { parsePath, zoneOf } from "../../../commands/init/localNetwork.ts";
import { describeMachine, readMachine } from "../../../commands/init/machine.ts";
import { locate, parsePlace } from "../../../commands/init/place.ts";
import { askAll } from "../../../commands/init/questions.ts";
import { REGIONS, regionOfTimeZone } from "../../../commands/init/regions.ts";
import { writeWhole } from "../../../commands/init/stackFile.ts";
import { factsFrom } from "../../../components/hosts/facts/facts.ts";
import { sectionsText } from "../hosts/machine.ts";

describe("init: the machine", () => {
  const facts = (sections: Record<string, string>) => async () => factsFrom(sectionsText(sections), 0);

  it("finds GPUs by their PCI id, and only GPUs", async () => {
    const machine = await readMachine(
      facts({
        pci: [
          "0000:01:00.0 030000 10de 2b85 - - - -",
          "0000:01:00.1 040300 10de 22e8 - - - -", // its audio function
          "0000:02:00.0 030200 10de 2b85 - - - -",
          "0000:03:00.0 030200 10de ffff - - - -",
          "0000:00:02.0 030000 8086 3e92 - - - -", // the board's own graphics
        ].join("\n"),
      }),
    );
    assert.deepEqual(machine.gpus, [
      { pciId: "10de:2b85", model: "rtx5090" },
      { pciId: "10de:2b85", model: "rtx5090" },
      { pciId: "10de:ffff" },
    ]);
    assert.match(describeMachine(machine), /2 × rtx5090, 1 × GPU 10de:ffff$/);
  });

  it("finds disks with their kind, and no small or removable ones", async () => {
    const disk = { type: "disk", size: 1e12, rota: false, rm: false };
    const machine = await readMachine(
      facts({
        disks: JSON.stringify({
          blockdevices: [
            { ...disk, name: "nvme0n1" },
            { ...disk, name: "sda" },
            { ...disk, name: "sdb", rota: true },
            { ...disk, name: "sdc", size: 1e9 },
            { ...disk, name: "sdd", rm: true },
          ],
        }),
        cpu: "vendor_id\t: AuthenticAMD\nmodel name\t: AMD EPYC",
        cpus: "64",
        memory: "MemTotal:       131886080 kB",
      }),
    );
    assert.deepEqual(machine.disks, [
      { name: "nvme0n1", gigabytes: 1000, kind: "nvme" },
      { name: "sda", gigabytes: 1000, kind: "ssd" },
      { name: "sdb", gigabytes: 1000, kind: "hdd" },
    ]);
    assert.deepEqual([machine.cpu.vendor, machine.cpu.threads, machine.memoryGib], ["amd", 64, 126]);
  });

  it("finds processor and memory where nothing else is told", async () => {
    const machine = await readMachine(async () => undefined);
    assert.deepEqual([machine.disks, machine.gpus], [[], []]);
    assert.ok(machine.cpu.threads > 0 && machine.memoryGib > 0);
    assert.match(describeMachine(machine), /no disk found, no GPU$/);
  });
});

describe("init: the place", () => {
  it("is a kubeconfig or a list of machines", () => {
    assert.deepEqual(parsePlace(" ~/.kube/config "), { kubeconfig: "~/.kube/config" });
    assert.deepEqual(parsePlace("root@192.0.2.1, ubuntu@gpu.lan:2222, 192.0.2.3, 2001:db8::1"), {
      nodes: [
        { user: "root", host: "192.0.2.1" },
        { user: "ubuntu", host: "gpu.lan", port: 2222 },
        { host: "192.0.2.3" },
        { host: "2001:db8::1" },
      ],
    });
  });

  it("is here or elsewhere, by the address of its first machine", async () => {
    const own = ["192.168.1.20", "203.0.113.10"];
    const resolve = async (host: string) => (host === "far.example" ? "198.51.100.7" : undefined);
    const where = (text: string, server?: string) => locate(parsePlace(text), server, own, resolve);
    assert.deepEqual(await where("192.168.1.20"), { kind: "here" });
    assert.deepEqual(await where("203.0.113.10"), { kind: "here" });
    assert.deepEqual(await where("192.168.1.30"), { kind: "here", lanAddress: "192.168.1.30" });
    assert.deepEqual(await where("100.70.0.1"), { kind: "here" });
    assert.deepEqual(await where("far.example"), { kind: "elsewhere", publicAddress: "198.51.100.7" });
    assert.deepEqual(await where("unknown.example"), { kind: "here" });
    assert.deepEqual(await where("~/c", "https://127.0.0.1:6443"), { kind: "here" });
    assert.deepEqual(await where("~/c", "https://[::1]:6443"), { kind: "here" });
    assert.deepEqual(await where("~/c", "https://192.168.1.30:6443"), {
      kind: "here",
      lanAddress: "192.168.1.30",
    });
    assert.deepEqual(await where("~/c"), { kind: "here" });
  });
});

describe("init: the network", () => {
  it("reads the hops of either program", () => {
    const traceroute =
      "traceroute to 1.1.1.1, 4 hops max\n 1  192.168.1.1  0.3 ms\n 2  100.64.0.1  8 ms\n 3  *\n";
    assert.deepEqual(parsePath(traceroute), ["192.168.1.1", "100.64.0.1"]);
    const tracepath =
      " 1?: [LOCALHOST]     pmtu 1500\n 1:  192.168.1.1   0.6ms\n 1:  192.168.1.1   0.5ms\n 2:  100.64.0.1  9ms\n";
    assert.deepEqual(parsePath(tracepath), ["192.168.1.1", "100.64.0.1"]);
  });

  it("finds the zone a domain lies in, and never asks for a top-level domain", async () => {
    const asked: string[] = [];
    const resolve = async (name: string) => {
      asked.push(name);
      if (name === "example.com") return ["ada.ns.cloudflare.com"];
      throw new Error("ENODATA");
    };
    assert.deepEqual(await zoneOf("a.b.example.com", resolve), {
      name: "example.com",
      servers: ["ada.ns.cloudflare.com"],
    });
    assert.equal(await zoneOf("none.test", resolve), undefined);
    assert.deepEqual(asked, ["a.b.example.com", "b.example.com", "example.com", "none.test"]);
  });
});

describe("init: answers", () => {
  it("are checked one by one", () => {
    assert.equal(complaintOf("name", "garage"), undefined);
    assert.match(complaintOf("name", "") ?? "", /is not a site name/);
    assert.match(complaintOf("domain", "provider.example.com") ?? "", /starts with `provider\.`/);
    assert.match(complaintOf("place", "no host") ?? "", /neither an IP address nor a host name/);
    assert.match(complaintOf("wallet", "env:1") ?? "", /not the name of an environment variable/);
    for (const wallet of ["env:WORDS", "file:/words", "new:/words", "prompt"])
      assert.equal(complaintOf("wallet", wallet), undefined);
    const words =
      "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    for (const wallet of [words, `env:${words}`, `file:${words}`, `new:${words}`, "new:"]) {
      const complaint = complaintOf("wallet", wallet) ?? "";
      assert.notEqual(complaint, "");
      assert(!complaint.includes("abandon"), complaint);
    }
  });

  it("are read from YAML and JSON, unknown names refused", () => {
    assert.deepEqual(parseAnswers("name: garage", "a"), { name: "garage" });
    assert.deepEqual(parseAnswers('{"name": "garage"}', "a"), { name: "garage" });
    assert.deepEqual(parseAnswers("", "a"), {});
    assert.throws(
      () => parseAnswers("domian: x", "a.yaml"),
      /a\.yaml cannot be used\.\n- domian: .*`domain`/,
    );
    assert.throws(
      () => parseAnswers("a: [", "a.yaml"),
      /^InitError: a\.yaml:1 is not indented like the lines beside it/,
    );
  });

  it("have defaults that are right, whatever the host is called", async () => {
    const hostNames = fc.oneof(
      fc.string(),
      fc.domain(),
      fc.constantFrom("9lives", "GPU_Box.local", "-", "a"),
    );
    await fc.assert(
      fc.asyncProperty(
        hostNames,
        fc.constantFrom("UTC", "Asia/Tokyo", "America/New_York"),
        async (hostName, zone) => {
          const region = regionOfTimeZone(zone);
          const known = {
            hostName,
            kubeconfigs: ["~/.kube/config"],
            servedByCloudflare: async () => false,
            ...(region === undefined ? {} : { region }),
          };
          await askAll(async ({ standard, check, choices }) => {
            const value = standard ?? "example.com";
            assert.equal(check(value), undefined);
            if (choices !== undefined) assert(choices.some((choice) => choice.value === value));
            return value;
          }, known);
        },
      ),
    );
  });

  it("guess the region by the time zone, one region for each", () => {
    assert.equal(regionOfTimeZone("Europe/Berlin"), "eu-central");
    assert.equal(regionOfTimeZone("Australia/Perth"), "oc-aus");
    assert.equal(regionOfTimeZone("UTC"), undefined);
    for (const zone of Intl.supportedValuesOf("timeZone")) {
      const matching = Object.entries(REGIONS).filter(([, { zones }]) => zones?.test(zone));
      assert(matching.length <= 1, `${zone}: ${matching.map(([region]) => region)}`);
    }
  });
});

describe("init: writing", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "write-"));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("never replaces a file that appeared meanwhile, and leaves nothing beside it", async () => {
    const file = join(folder, "Pulumi.garage.yaml");
    await writeWhole(file, "one", false);
    await assert.rejects(writeWhole(file, "two", false), /exists already/);
    assert.equal(await readFile(file, "utf8"), "one");
    await writeWhole(file, "three", true);
    assert.equal(await readFile(file, "utf8"), "three");
    await assert.rejects(writeWhole(join(folder, "none", "x.yaml"), "x", false), { code: "ENOENT" });
    assert.deepEqual(await readdir(folder), ["Pulumi.garage.yaml"]);
  });
});
