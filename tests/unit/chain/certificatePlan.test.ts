import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import {
  certificateCondition,
  isRenewalDue,
  type PublishedCertificate,
  planCertificate,
  publicationState,
  type StoredKey,
  soundCertificate,
  supersededSerials,
  validFor,
} from "../../../components/chain/certificatePlan.ts";

const dayMs = 86_400_000;
const host = "provider.example.com";

/** Chain and cluster as a run finds them, and what runs have put on chain. */
interface World {
  published: PublishedCertificate[];
  active: StoredKey | undefined;
  pending: StoredKey | undefined;
  host: string;
  now: Date;
  readonly renewBeforeDays: number;
  readonly publications: string[];
  keysMade: number;
}

class Killed extends Error {}

/** One run, killed after this many writes; the writes and their order are those of `ensureCertificate`. */
function run(world: World, killAfter = Number.POSITIVE_INFINITY): void {
  let writes = 0;
  const write = (change: () => void) => {
    if (writes++ >= killAfter) throw new Killed();
    change();
  };
  try {
    const plan = planCertificate(world);
    const key = plan.action === "create" ? newKey(world) : plan.key;
    if (plan.action === "create") {
      write(() => {
        world.pending = key;
      });
    }
    if (plan.action === "create" || plan.action === "publish") write(() => publish(world, key));
    if (key !== world.active) {
      write(() => {
        world.active = key;
        world.pending = undefined;
      });
    }
    const { serial } = key;
    const superseded = supersededSerials(world.published, [world.host], serial);
    if (superseded.length > 0) write(() => revoke(world, superseded));
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
  }
}

function newKey(world: World): StoredKey {
  const serial = `new-${world.keysMade++}`;
  const notAfter = new Date(world.now.getTime() + 365 * dayMs);
  return { serial, fingerprint: `of ${serial}`, opens: true, hosts: [world.host], notAfter };
}

/** As the chain does it: a serial is taken once, for ever. */
function publish(world: World, { serial, fingerprint, hosts }: StoredKey): void {
  assert.ok(!world.published.some((one) => one.serial === serial), `serial ${serial} is on chain already`);
  world.published.push({ serial, fingerprint, hosts, state: "valid" });
  world.publications.push(serial);
}

function revoke(world: World, serials: readonly string[]): void {
  world.published = world.published.map((one) =>
    serials.includes(one.serial) ? { ...one, state: "revoked" } : one,
  );
}

function assertSound(world: World): void {
  const { active } = world;
  assert.ok(active, "a key is served with");
  assert.ok(active.opens, "the wallet opens it");
  assert.deepEqual(validFor(world.published, [world.host]), [active.serial], "one valid certificate");
  assert.equal(publicationState(active, world.published), "valid");
  assert.ok(!isRenewalDue(active.notAfter, world.renewBeforeDays, world.now), "it does not expire soon");
  assert.deepEqual(certificateCondition(world, active.serial), { ...soundCertificate, host: world.host });
  assert.equal(planCertificate(world).action, "keep");
  const before = structuredClone(world);
  run(world);
  assert.deepEqual(world, before, "another run writes nothing");
}

const hosts = fc.constantFrom([host], ["other.example.com"], ["other.example.com", host], []);
const serials = fc.constantFrom("1", "2", "3", "4");
/** Certificates that are equal are for the same hosts. */
const fingerprintOf = (serial: string, hosts: readonly string[]) => `of ${serial} for ${hosts.join()}`;

const published = fc.uniqueArray(
  fc
    .record({ serial: serials, state: fc.constantFrom("valid" as const, "revoked" as const), hosts })
    .map((one) => ({ ...one, fingerprint: fingerprintOf(one.serial, one.hosts) })),
  { selector: ({ serial }) => serial },
);
const storedKey = fc
  .record({
    serial: serials,
    opens: fc.boolean(),
    hosts,
    days: fc.constantFrom(-1, 0, 29, 30, 31, 365),
  })
  .map(
    ({ serial, opens, hosts, days }): StoredKey => ({
      serial,
      fingerprint: fingerprintOf(serial, hosts),
      opens,
      hosts,
      notAfter: new Date(days * dayMs),
    }),
  );
const world = fc
  .record({
    published,
    active: fc.option(storedKey, { nil: undefined }),
    pending: fc.option(storedKey, { nil: undefined }),
    host: fc.constant(host),
    renewBeforeDays: fc.constant(30),
  })
  .map((found): World => ({ ...found, now: new Date(0), publications: [], keysMade: 0 }));

const killPoints = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 6 });

/** What people and time do to a site between two runs. */
const events: Readonly<Record<string, (world: World) => void>> = {
  "certificate revoked by hand": (world) => revoke(world, [world.active?.serial ?? ""]),
  "everything revoked": (world) => revoke(world, validFor(world.published, [world.host])),
  "Secret deleted": (world) => {
    world.active = undefined;
    world.pending = undefined;
  },
  "sealed by another wallet": (world) => {
    if (world.active) world.active = { ...world.active, opens: false };
  },
  "certificate exchanged in the Secret": (world) => {
    if (world.active) world.active = { ...world.active, fingerprint: "another" };
  },
  "a year passes": (world) => {
    world.now = new Date(world.now.getTime() + 340 * dayMs);
  },
  "host renamed": (world) => {
    world.host = world.host === host ? "gpu.example.com" : host;
  },
  "chain made anew": (world) => {
    world.published = [];
  },
  "another certificate published": (world) => {
    const key = newKey(world);
    world.published.push({ ...key, state: "valid" });
  },
  run: (world) => run(world),
  "run killed at once": (world) => run(world, 0),
  "run killed after its first write": (world) => run(world, 1),
  "run killed after its second write": (world) => run(world, 2),
  "run killed after its third write": (world) => run(world, 3),
};

describe("certificate plan", () => {
  it("ends with one valid certificate from any state, however often it is killed, publishing at most once", () => {
    fc.assert(
      fc.property(world, killPoints, (generated, kills) => {
        const world = structuredClone(generated);
        for (const kill of kills) run(world, kill);
        run(world);
        assertSound(world);
        assert.ok(world.publications.length <= 1, `published ${world.publications}`);
        assert.ok(world.keysMade <= kills.filter((kill) => kill === 0).length + 1);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps what is served with when a copy of it lies beside it as pending", () => {
    const key = {
      serial: "1",
      fingerprint: "of 1",
      opens: true,
      hosts: [host],
      notAfter: new Date(365 * dayMs),
    };
    const published = [{ ...key, state: "valid" as const }];
    const found = {
      active: key,
      pending: { ...key },
      published,
      host,
      now: new Date(0),
      renewBeforeDays: 30,
    };
    assert.deepEqual(planCertificate(found), { action: "keep", key });
  });

  it("heals whatever happens to a site between its runs", () => {
    const names = fc.array(fc.constantFrom(...Object.keys(events)), { maxLength: 20 });
    fc.assert(
      fc.property(names, (names) => {
        const site: World = {
          published: [],
          active: undefined,
          pending: undefined,
          host,
          now: new Date(0),
          renewBeforeDays: 30,
          publications: [],
          keysMade: 0,
        };
        for (const name of names) events[name]?.(site);
        run(site);
        assertSound(site);
      }),
      { numRuns: 500 },
    );
  });

  it("leaves certificates for other hosts alone", () => {
    fc.assert(
      fc.property(world, (generated) => {
        const world = structuredClone(generated);
        const foreign = () => world.published.filter((one) => !one.hosts.includes(host));
        const before = foreign();
        run(world);
        assert.deepEqual(foreign(), before);
      }),
    );
  });
});
