import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  LEASES_MAY_END,
  LeasesRunning,
  requireNoLeases,
  runningLeases,
} from "../../../components/akash/leases.ts";

const lease = (dseq: string, more: object = {}) => ({
  metadata: {
    name: `lease-${dseq}`,
    labels: {
      "akash.network": "true",
      "akash.network/lease.id.owner": "akash1tenant",
      "akash.network/lease.id.dseq": dseq,
    },
    ...more,
  },
});
const cluster = (...items: object[]) => {
  const paths: string[] = [];
  const get = async <T>(path: string) => {
    paths.push(path);
    return { items } as T;
  };
  return { paths, get };
};

describe("running leases", () => {
  it("are the labelled namespaces; one that is going has ended", async () => {
    const api = cluster(lease("7"), lease("8", { deletionTimestamp: "2026-11-21T12:00:00Z" }));
    assert.deepEqual(await runningLeases(api), [{ owner: "akash1tenant", dseq: "7", namespace: "lease-7" }]);
    assert.deepEqual(api.paths, [
      "/api/v1/namespaces?labelSelector=akash.network%3Dtrue%2Cakash.network%2Flease.id.dseq",
    ]);
  });

  it("stand in the way of a deletion, by name", async () => {
    const refused = requireNoLeases("Site garage", async () => cluster(lease("7"), lease("9")), {});
    await assert.rejects(refused, (error: Error) => {
      assert.ok(error instanceof LeasesRunning);
      assert.match(
        error.message,
        /^Site garage is not deleted: 2 leases run here \(akash1tenant\/7 and 1 more\)\. .*--with-leases/,
      );
      return true;
    });
  });

  it("let it pass where there are none, or where they may end: then the cluster need not answer", async () => {
    await requireNoLeases("Site garage", async () => cluster(), {});
    const dead = () => Promise.reject(new Error("no answer"));
    await requireNoLeases("Site garage", dead, { [LEASES_MAY_END]: "true" });
    await assert.rejects(requireNoLeases("Site garage", dead, {}), /no answer/);
  });
});
