import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, it } from "mocha";
import { handler } from "../../../components/hosts/hostPreparationProvider.ts";
import { type PreparationOptions, preparationOf } from "../../../components/hosts/preparation/defaults.ts";
import {
  journalFile,
  nouveauFile,
  sshFile,
  sysctlFile,
  upgradesFile,
} from "../../../components/hosts/preparation/files.ts";
import { firewallFile, parseFirewallFile } from "../../../components/hosts/preparation/firewall.ts";
import { observedPreparation } from "../../../components/hosts/preparation/observe.ts";
import { planPreparation, UNPREPARED } from "../../../components/hosts/preparation/plan.ts";
import type { Preparation, RawPreparation } from "../../../components/hosts/preparation/types.ts";

/** What a machine that is as wanted tells. */
function rawOf(wanted: Preparation): RawPreparation {
  const live = "table inet pulumi_akash { … }";
  return {
    installed: wanted.packages,
    live: wanted.sysctl,
    files: {
      sysctl: sysctlFile(wanted.sysctl),
      ...(wanted.journalLimit === "" ? {} : { journal: journalFile(wanted.journalLimit) }),
      upgrades: upgradesFile(wanted.heldFromUpgrades),
      ...(wanted.nouveau === "off" ? { nouveau: nouveauFile, nouveauApplied: nouveauFile } : {}),
      ...(wanted.ssh === "hardened" ? { ssh: sshFile } : {}),
      ...(wanted.firewall.state === "on" ? { firewall: firewallFile(wanted.firewall) } : {}),
    },
    swap: wanted.swap === "kept" ? ["/dev/sda2"] : [],
    clock: "chrony",
    firewall:
      wanted.firewall.state === "on"
        ? { live, recorded: live, kept: true }
        : { live: "", recorded: "", kept: false },
  };
}

/** What a fresh machine tells. */
const fresh: RawPreparation = {
  installed: ["ca-certificates"],
  live: { "vm.overcommit_memory": "0", "kernel.panic": "10" },
  files: {},
  swap: ["/swap.img"],
  clock: "",
  firewall: { live: "", recorded: "", kept: false },
};

const address = fc.ipV4();
const options: fc.Arbitrary<PreparationOptions> = fc.record(
  {
    packages: fc.array(fc.constantFrom("jq", "lvm2", "nfs-common", "curl")),
    sysctl: fc.dictionary(
      fc.constantFrom("vm.swappiness", "kernel.panic", "net.core.somaxconn"),
      fc.constantFrom("1", "60"),
    ),
    keepSwap: fc.boolean(),
    journalLimit: fc.constantFrom("", "500M", "2G"),
    gpu: fc.boolean(),
    hardenSsh: fc.boolean(),
    firewall: fc.oneof(
      fc.constant(false as const),
      fc.record(
        {
          operators: fc.array(address, { maxLength: 2 }),
          nodes: fc.array(address, { maxLength: 3 }),
          alsoOpen: fc.constantFrom(["51820/udp"], []),
        },
        { requiredKeys: [] },
      ),
    ),
  },
  { requiredKeys: [] },
);

const ids = (raw: RawPreparation, wanted: Preparation) =>
  planPreparation(observedPreparation(raw, wanted), wanted).map(({ id }) => id);

describe("preparation of a machine", () => {
  it("takes every step on a fresh machine, in words", () => {
    const wanted = preparationOf({
      gpu: true,
      hardenSsh: true,
      firewall: { operators: ["198.51.100.7"], nodes: ["10.0.0.2"] },
    });
    const steps = planPreparation(observedPreparation(fresh, wanted), wanted);
    assert.deepEqual(
      steps.map(({ id }) => id),
      ["packages", "clock", "swap", "sysctl", "journal", "upgrades", "nouveau", "firewall", "ssh"],
    );
    const words = steps.map((step) => step.words).join("\n");
    assert.match(words, /^install curl, nftables, pciutils$/m);
    assert.match(words, /vm.overcommit_memory to 1/);
    assert.doesNotMatch(words, /ca-certificates/);
    assert.match(
      words,
      /turn the firewall on: 80\/tcp, 443\/tcp.*for everybody, 22\/tcp, 6443\/tcp for 198.51.100.7, the nodes' ports for 10.0.0.2/,
    );
  });

  it("has nothing to do where everything is as wanted, whatever that is", () => {
    fc.assert(
      fc.property(options, (given) => {
        const wanted = preparationOf(given);
        assert.deepEqual(observedPreparation(rawOf(wanted), wanted), wanted);
        assert.deepEqual(ids(rawOf(wanted), wanted), []);
      }),
      { numRuns: 60 },
    );
  });

  it("does only what a change of the declaration asks for", () => {
    const before = preparationOf({ gpu: true, packages: ["jq"] });
    const raw = rawOf(before);
    const stepsFor = (given: PreparationOptions) =>
      ids(raw, preparationOf({ gpu: true, packages: ["jq"], ...given }));
    assert.deepEqual(stepsFor({ packages: ["jq", "lvm2"] }), ["packages"]);
    assert.deepEqual(stepsFor({ packages: [] }), []);
    assert.deepEqual(stepsFor({ journalLimit: "3G" }), ["journal"]);
    assert.deepEqual(stepsFor({ journalLimit: "" }), ["journal"]);
    assert.deepEqual(stepsFor({ gpu: false }), ["nouveau"]);
    assert.deepEqual(stepsFor({ hardenSsh: true }), ["ssh"]);
    assert.deepEqual(stepsFor({ firewall: false }), ["firewall"]);
    assert.deepEqual(stepsFor({ firewall: { nodes: ["10.0.0.9"] } }), ["firewall"]);
    assert.deepEqual(stepsFor({ sysctl: { "vm.swappiness": "10" } }), ["sysctl"]);
  });

  it("leaves alone what somebody else sees to, and takes away what was ours", () => {
    const wanted = preparationOf({ firewall: false, keepSwap: true, journalLimit: "" });
    const words = planPreparation(UNPREPARED, wanted).map(({ id }) => id);
    assert.deepEqual(words, ["packages", "clock", "sysctl", "upgrades"]);
    const { live, recorded } = rawOf(preparationOf()).firewall;
    const left = { ...rawOf(wanted), firewall: { live, recorded, kept: false } };
    assert.deepEqual(ids(left, wanted), ["firewall"]);
  });

  it("shows what was changed by hand in its own field", () => {
    const wanted = preparationOf({ gpu: true });
    const raw = rawOf(wanted);
    const changed = (change: Partial<RawPreparation>) => {
      const found = observedPreparation({ ...raw, ...change }, wanted);
      const fields = Object.keys(wanted) as (keyof Preparation)[];
      return fields.filter((field) => !isDeepStrictEqual(found[field], wanted[field]));
    };
    const edited = (name: string, text: string) => changed({ files: { ...raw.files, [name]: text } });
    assert.deepEqual(changed({ live: { ...raw.live, "vm.overcommit_memory": "0" } }), ["sysctl"]);
    assert.deepEqual(edited("sysctl", sysctlFile({ ...wanted.sysctl, "kernel.panic": "0" })), ["sysctl"]);
    assert.deepEqual(edited("journal", "[Journal]\nSystemMaxUse=9G\n"), ["journalLimit"]);
    assert.deepEqual(edited("upgrades", ""), ["heldFromUpgrades"]);
    assert.deepEqual(edited("nouveau", "# blacklist nouveau\n"), ["nouveau"]);
    assert.deepEqual(changed({ swap: ["/swap.img"] }), ["swap"]);
    assert.deepEqual(changed({ clock: "" }), ["clock"]);
    assert.deepEqual(changed({ installed: [] }), ["packages"]);
    assert.deepEqual(changed({ firewall: { live: "", recorded: "x", kept: true } }), ["firewall"]);
  });

  it("takes the step against nouveau again where the first RAM disk may not hold it", () => {
    const [off, unmanaged] = [preparationOf({ gpu: true }), preparationOf()];
    const stepsFor = (wanted: Preparation, files: Readonly<Record<string, string>>) => {
      const { nouveau: _file, nouveauApplied: _copy, ...others } = rawOf(wanted).files;
      return ids({ ...rawOf(wanted), files: { ...others, ...files } }, wanted);
    };
    const [written, applied] = [{ nouveau: nouveauFile }, { nouveauApplied: nouveauFile }];
    assert.deepEqual(stepsFor(off, { ...written, ...applied }), []);
    assert.deepEqual(stepsFor(off, written), ["nouveau"]);
    assert.deepEqual(stepsFor(off, applied), ["nouveau"]);
    assert.deepEqual(stepsFor(off, { ...written, nouveauApplied: "# older\n" }), ["nouveau"]);
    assert.deepEqual(stepsFor(unmanaged, {}), []);
    assert.deepEqual(stepsFor(unmanaged, applied), ["nouveau"]);
    assert.deepEqual(stepsFor(unmanaged, { nouveau: "# somebody else's\n" }), []);
  });

  it("tells a firewall that is off, edited, or gone with the next boot", () => {
    const wanted = preparationOf();
    const raw = rawOf(wanted);
    const state = (firewall: Partial<RawPreparation["firewall"]>, files = raw.files) =>
      observedPreparation({ ...raw, files, firewall: { ...raw.firewall, ...firewall } }, wanted).firewall
        .state;
    assert.equal(state({}), "on");
    assert.equal(state({ live: "" }), "off");
    assert.equal(state({ live: "something else" }), "edited");
    assert.equal(state({ kept: false }), "not kept");
    assert.equal(state({}, {}), "edited");
    assert.equal(state({ live: "" }, {}), "off");
    assert.equal(state({}, { ...raw.files, firewall: `${raw.files["firewall"]}# more\n` }), "edited");
  });
});

describe("firewall of a machine", () => {
  const { firewall } = preparationOf({
    firewall: { operators: ["198.51.100.0/24", "2001:db8::7"], nodes: ["10.0.0.2"], sshPort: 2222 },
  });

  it("names every port of the site, and closes the rest", () => {
    const text = firewallFile(firewall);
    assert.match(text, /policy drop;/);
    assert.match(text, /^ {4}tcp dport \{ 80, 443, 8443, 8444, 30000-32767 \} accept$/m);
    assert.match(text, /^ {4}udp dport \{ 30000-32767 \} accept$/m);
    assert.match(text, /^ {4}ip saddr \{ 198.51.100.0\/24 \} tcp dport \{ 2222, 6443 \} accept$/m);
    assert.match(text, /^ {4}ip6 saddr \{ 2001:db8::7 \} tcp dport \{ 2222, 6443 \} accept$/m);
    assert.match(text, /^ {4}ip saddr \{ 10.0.0.2 \} udp dport \{ 4789, 7946, 8472, 51820-51821 \} accept$/m);
    // MetalLB's speakers find one another over both.
    assert.match(text, /^ {4}ip saddr \{ 10.0.0.2 \} tcp dport \{.*\b7946\b.*\} accept$/m);
    assert.match(
      text,
      /^ {4}ip saddr \{ 10.42.0.0\/16, 10.43.0.0\/16 \} tcp dport \{ 6443, 10250 \} accept$/m,
    );
    assert.doesNotMatch(text, /^ {4}tcp dport \{ 2222/m);
  });

  it("leaves SSH open to everybody where no operators are named", () => {
    assert.match(firewallFile(preparationOf().firewall), /^ {4}tcp dport \{ 22, 6443 \} accept$/m);
  });

  it("is read back from its own file", () => {
    const { state: _state, ...declared } = firewall;
    assert.deepEqual(parseFirewallFile(firewallFile(firewall)), declared);
    assert.equal(parseFirewallFile("table inet other {}\n"), undefined);
    assert.equal(parseFirewallFile("# declared: {broken}\n"), undefined);
  });

  it("refuses what is no port and no address before anything is changed", async () => {
    const { check } = handler();
    const inputs = (given: PreparationOptions, more = {}) => ({
      address: { host: "h" },
      ...preparationOf(given),
      ...more,
    });
    const reasons = async (news: unknown) =>
      ((await check?.({}, news))?.failures ?? []).map(({ reason }) => reason);
    assert.deepEqual(await reasons(inputs({})), []);
    assert.match(String(await reasons(inputs({ firewall: { alsoOpen: ["ssh"] } }))), /ssh is not a port/);
    assert.match(
      String(await reasons(inputs({ firewall: { alsoOpen: ["9-3/tcp"] } }))),
      /the smaller one first/,
    );
    assert.match(
      String(await reasons(inputs({ firewall: { operators: ["10.0.0.0/33"] } }))),
      /10.0.0.0\/33 is not an address/,
    );
    assert.match(
      String(await reasons(inputs({ firewall: { nodes: ["gpu-2.local"] } }))),
      /gpu-2.local is not an address/,
    );
    const byPassword = { address: { host: "h", passwordEnv: "PASSWORD" } };
    assert.match(String(await reasons(inputs({ hardenSsh: true }, byPassword))), /Name a `keyFile` first/);
  });

  it("is a change in its own resource, and another machine replaces it", async () => {
    const { diff } = handler();
    const state = { address: { host: "a" }, ...preparationOf() };
    assert.deepEqual(await diff?.("a", state, structuredClone(state)), { changes: false, replaces: [] });
    const moved = { ...state, address: { host: "b" } };
    assert.deepEqual(await diff?.("a", state, moved), { changes: true, replaces: ["address"] });
    const other = { ...state, journalLimit: "9G" };
    assert.deepEqual(await diff?.("a", state, other), { changes: true, replaces: [] });
  });
});
