import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import type { NodeRole } from "../../../components/k3s/binary.ts";
import { RolesImpossible } from "../../../components/k3s/errors.ts";
import { planRoles, type RoleCandidate } from "../../../components/k3s/roles.ts";

const machine = (name: string, role: RoleCandidate["role"] = "auto", gpu = false) => ({ name, role, gpu });
const machines = (count: number, gpus = 0) =>
  Array.from({ length: count }, (_, index) => machine(`m${index}`, "auto", index < gpus));

const candidates = fc
  .array(
    fc.record({
      role: fc.constantFrom<RoleCandidate["role"]>("auto", "auto", "auto", "server", "agent"),
      gpu: fc.boolean(),
    }),
    { minLength: 1, maxLength: 14 },
  )
  .map((list) => list.map((item, index) => ({ ...item, name: `m${index}` })));

/** Plans that are possible. */
function plan(list: readonly RoleCandidate[], running: Readonly<Record<string, NodeRole>> = {}) {
  try {
    return planRoles(list, running);
  } catch (error) {
    assert.ok(error instanceof RolesImpossible);
    fc.pre(false);
    throw error;
  }
}

describe("roles", () => {
  it("takes one server up to two machines, then three, and five where ten machines have five without a GPU", () => {
    const counts = [1, 2, 3, 4, 9, 10, 20].map((count) => planRoles(machines(count)).servers.length);
    assert.deepEqual(counts, [1, 1, 3, 3, 3, 5, 5]);
    assert.equal(planRoles(machines(10, 6)).servers.length, 3);
    assert.deepEqual(
      [1, 3].map((count) => planRoles(machines(count)).datastore),
      ["sqlite", "etcd"],
    );
  });

  it("puts GPUs on agents where there are enough machines, and else uses what is there", () => {
    const [gpu, plain] = [machine("gpu", "auto", true), machine("plain")];
    assert.deepEqual(planRoles([gpu, plain]).roles, { gpu: "agent", plain: "server" });
    assert.equal(planRoles(machines(3, 3)).servers.length, 3);
    fc.assert(
      fc.property(candidates, (list) => {
        const { roles, servers } = plan(list);
        const free = list.filter(({ role, gpu }) => role === "auto" && !gpu);
        const spare = free.some(({ name }) => roles[name] === "agent");
        const gpuServer = list.some(
          ({ name, role, gpu }) => role === "auto" && gpu && servers.includes(name),
        );
        assert.ok(!(spare && gpuServer));
      }),
    );
  });

  it("lets declared roles win and keeps the count of servers odd where any choice is left", () => {
    fc.assert(
      fc.property(candidates, (list) => {
        const { roles, servers, agents } = plan(list);
        for (const { name, role } of list) if (role !== "auto") assert.equal(roles[name], role);
        assert.deepEqual([...servers, ...agents].sort(), list.map(({ name }) => name).sort());
        const declared = list.filter(({ role }) => role === "server").length;
        if (servers.length !== declared) assert.equal(servers.length % 2, 1);
      }),
    );
  });

  it("never turns a running node into something else when machines come or go", () => {
    fc.assert(
      fc.property(candidates, candidates, fc.nat(), (list, more, gone) => {
        const before = plan(list);
        const added = more.map((item) => ({ ...item, name: `new-${item.name}` }));
        const left = list.filter((_, index) => index !== gone % list.length || list.length === 1);
        const after = plan([...left, ...added], before.roles);
        for (const { name } of left) assert.equal(after.roles[name], before.roles[name]);
        const stayed = before.servers.filter((name) => left.some((item) => item.name === name));
        assert.deepEqual(after.servers.slice(0, stayed.length).sort(), [...stayed].sort());
      }),
    );
  });

  it("grows from one server to three with the next two machines, and keeps etcd when it shrinks", () => {
    const grown = planRoles(machines(3), { m0: "server" });
    assert.deepEqual([grown.servers, grown.datastore], [["m0", "m1", "m2"], "etcd"]);
    assert.equal(planRoles(machines(1), { m0: "server" }, "etcd").datastore, "etcd");
  });

  it("does not make a running agent a server, and says what is missing", () => {
    const { servers, notes } = planRoles(machines(3), { m0: "server", m1: "agent" });
    assert.deepEqual(servers, ["m0"]);
    assert.match(notes.join(), /one server for several machines.*`role: server` on two more/);
    assert.match(
      planRoles(machines(2), { m0: "server", m1: "server" }).notes.join(),
      /stand no more failures than 1/,
    );
  });

  it("changes a running node when asked, and says so", () => {
    const list = [machine("a", "server"), machine("b", "agent")];
    assert.match(
      planRoles(list, { a: "server", b: "server" }).notes.join(),
      /b is emptied.*to be agent and is server/,
    );
  });

  it("refuses what makes no cluster", () => {
    const refused: readonly [readonly RoleCandidate[], RegExp][] = [
      [[], /`nodes` is empty/],
      [[machine("a"), machine("a")], /Two of `nodes` are named a/],
      [[machine("a", "agent")], /No machine would be a server/],
      [[machine("a", "server"), machine("b", "server")], /2 of `nodes` are declared servers.*Declare 1 or 3/],
    ];
    for (const [list, message] of refused) {
      assert.throws(
        () => planRoles(list),
        (error) => error instanceof RolesImpossible && message.test(error.message),
      );
    }
  });
});
