import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import { preparationOf } from "../../../components/hosts/preparation/defaults.ts";
import { firewallFile } from "../../../components/hosts/preparation/firewall.ts";
import { observedPreparation } from "../../../components/hosts/preparation/observe.ts";
import { compareUfw, ufwRules } from "../../../components/hosts/preparation/ufw.ts";

const ours = (rules: readonly string[]) => rules.map((rule) => `${rule} comment 'pulumi-akash'`);

describe("rules in ufw", () => {
  const rulesOf = (operators: readonly string[] = [], alsoOpen: readonly string[] = []) =>
    ufwRules(preparationOf({ firewall: { operators, alsoOpen, sshPort: 2222 } }).firewall);

  it("are written as ufw itself shows them", () => {
    const rules = rulesOf(["198.51.100.0/24", "2001:db8::7"]);
    assert.deepEqual(rules.slice(0, 6), [
      "allow 80/tcp",
      "allow 443/tcp",
      "allow 8443/tcp",
      "allow 8444/tcp",
      "allow 30000:32767/tcp",
      "allow 30000:32767/udp",
    ]);
    assert.ok(rules.includes("allow from 198.51.100.0/24 to any port 2222 proto tcp"));
    assert.ok(rules.includes("allow from 2001:db8::7 to any port 6443 proto tcp"));
    assert.ok(rules.includes("allow from 10.42.0.0/16 to any port 10250 proto tcp"));
    assert.ok(!rules.includes("allow 2222/tcp"));
    assert.ok(rulesOf().includes("allow 2222/tcp"));
  });

  it("name addresses, networks and ports in the one form that ufw keeps", () => {
    const sources = (operators: readonly string[]) =>
      rulesOf(operators)
        .filter((rule) => rule.endsWith("port 2222 proto tcp"))
        .map((rule) => rule.split(" ")[2]);
    assert.deepEqual(sources(["10.0.0.9/24", "203.0.113.7/32"]), ["10.0.0.0/24", "203.0.113.7"]);
    assert.deepEqual(sources(["2001:DB8:0::1/64", "2001:db8::0:7/128"]), ["2001:db8::/64", "2001:db8::7"]);
    assert.ok(rulesOf(["0.0.0.0/0"]).includes("allow 2222/tcp"));
    assert.ok(rulesOf([], ["09-9/udp"]).includes("allow 9/udp"));
  });

  const wanted = ["allow 22/tcp", "allow 443/tcp", "allow from 10.0.0.0/24 to any port 6443 proto tcp"];

  it("are as wanted whatever else the operator has, in whatever order", () => {
    const others = [
      "limit 22",
      "allow OpenSSH",
      "deny from 192.0.2.1",
      "allow in on eth0 to any port 22 proto tcp comment 'mine'",
      "route allow in on eth0 out on eth1",
      "allow log 9/tcp comment 'it's pulumi-akash'",
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray([...ours(wanted), ...others], { minLength: 9 }), (lines) => {
        assert.equal(compareUfw(lines, wanted), "same");
      }),
    );
  });

  it("stand for one of ours where they let the same in", () => {
    const rest = ours(wanted.slice(1));
    for (const rule of [
      "allow 22/tcp",
      "limit 22/tcp",
      "allow log 22/tcp",
      "limit log-all 22/tcp comment 'me'",
    ]) {
      assert.equal(compareUfw([rule, ...rest], wanted), "same", rule);
    }
    for (const rule of ["deny 22/tcp", "reject 22/tcp", "allow 22", "allow 22/udp", "allow out 22/tcp"]) {
      assert.equal(compareUfw([rule, ...rest], wanted), "different", rule);
    }
    assert.equal(compareUfw(["allow 22/tcp", "allow 443/tcp", wanted[2] ?? ""], wanted), "same");
  });

  it("differ where one is missing, one is left over, or one was edited", () => {
    assert.equal(compareUfw(ours(wanted.slice(1)), wanted), "different");
    assert.equal(compareUfw(ours([...wanted, "allow 9999/tcp"]), wanted), "different");
    assert.equal(compareUfw(["allow 9999/tcp", ...ours(wanted)], wanted), "same");
    assert.equal(compareUfw(ours(["limit 22/tcp", ...wanted.slice(1)]), wanted), "different");
    assert.equal(compareUfw(["allow 22/tcp"], wanted), "nothing of ours");
    assert.equal(compareUfw([], wanted), "nothing of ours");
    assert.equal(compareUfw(["allow 22/tcp"], []), "same");
    assert.equal(compareUfw(ours(["allow 22/tcp"]), []), "different");
  });

  it("show in the firewall's state", () => {
    const { firewall } = preparationOf();
    const state = (ufw: readonly string[], live = "", wanted = firewall) => {
      const files: Record<string, string> = {};
      if (wanted.state === "on") files["firewall"] = firewallFile(firewall);
      const raw = { installed: [], live: {}, files, swap: [], clock: "" };
      const read = { ...raw, firewall: { live, recorded: "", kept: false, ufw } };
      return observedPreparation(read, { ...preparationOf(), firewall: wanted }).firewall.state;
    };
    const rules = ours(ufwRules(firewall));
    assert.equal(state([...rules].reverse()), "on");
    assert.equal(state(["limit 22/tcp", ...rules.filter((rule) => !rule.includes(" 22/tcp"))]), "on");
    assert.equal(state(rules.slice(1)), "edited");
    assert.equal(state(["allow 22/tcp"]), "off");
    assert.equal(state(rules, "table inet pulumi_akash {}"), "edited");
    const unmanaged = { ...firewall, state: "unmanaged" as const };
    assert.equal(state(["allow 22/tcp"], "", unmanaged), "unmanaged");
    assert.equal(state(rules, "", unmanaged), "edited");
  });
});
