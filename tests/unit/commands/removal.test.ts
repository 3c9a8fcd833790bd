import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { removalEnvironment } from "../../../commands/removal.ts";
import { requireNoLeases } from "../../../components/akash/leases.ts";
import { CONSENT_VARIABLE, consentFor } from "../../../components/k3s/removal/consent.ts";

describe("what the engine is told when a whole site is taken down", () => {
  /** A cluster with one lease. */
  const cluster = async () => ({
    get: async <T>() =>
      ({ items: [{ metadata: { name: "x", labels: { "akash.network/lease.id.dseq": "7" } } }] }) as T,
  });

  it("lets what is on its machines go, and leases stay", async () => {
    const env = removalEnvironment(false, {});
    assert.deepEqual(consentFor("any", env), { data: true, leases: false, unreachable: false });
    await assert.rejects(requireNoLeases("Site x", cluster, env), /a lease runs here/);
  });

  it("lets leases go where they may end: those of the machines and those of the site", async () => {
    const env = removalEnvironment(true, {});
    assert.deepEqual(consentFor("any", env), { data: true, leases: true, unreachable: false });
    await requireNoLeases("Site x", cluster, env);
  });

  it("keeps what the person has agreed to besides", () => {
    const env = removalEnvironment(false, { [CONSENT_VARIABLE]: "unreachable:garage-b" });
    assert.deepEqual(consentFor("garage-b", env), { data: true, leases: false, unreachable: true });
    assert.deepEqual(consentFor("garage-a", env), { data: true, leases: false, unreachable: false });
  });
});
