import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { checks } from "../../../doctor/checks/index.ts";
import { docsOf } from "../../../doctor/types.ts";

const ROOT = join(import.meta.dirname, "..", "..", "..");
const ids = checks.map(({ id }) => id);

/** What providers have had to deal with, in their words. */
const FAILURES = [
  "wallet import through a GUI",
  "too many failed passphrase attempts",
  "keyring bytes left over",
  "unrecognized KDF argon2",
  "private key not decryptable",
  "client is not running",
  "gpu:0 while a model is advertised",
  "gpu 0 after a reboot",
  "GPU id not in the database",
  "storage class unlabelled",
  "silent bid outage after an RPC restart",
  "bids from a wallet used elsewhere",
  "no bids on uact orders",
  "price for `*` GPU ignored",
  "ram 31Gi advertised",
  "ram/interface order reversed",
  "provider.provider.…",
  "literal `$KEY_SECRET`",
  "all leases closed during maintenance",
  "attributes flip back",
  "audit lost on attribute change",
  "workloads left after a lease closed",
  "failed pods counted as used",
  "full values lost on `--set image.tag`",
  "ingress NodePort ≠ router port",
];

describe("the doctor's checks", () => {
  it("have ids that are unique and made of words", () => {
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it("need only checks that exist, and in no circle", () => {
    const before = new Map(checks.map(({ id, needs = [], after = [] }) => [id, [...needs, ...after]]));
    const visit = (id: string, path: readonly string[]): void => {
      assert.ok(before.has(id), `${path.at(-1)} needs ${id}, which does not exist`);
      assert.ok(!path.includes(id), `a circle: ${[...path, id].join(" → ")}`);
      for (const next of before.get(id) ?? []) visit(next, [...path, id]);
    };
    for (const id of ids) visit(id, []);
  });

  it("make every known failure visible", () => {
    const observed = new Set(checks.flatMap((check) => check.observes));
    assert.deepEqual(
      FAILURES.filter((failure) => !observed.has(failure)),
      [],
    );
  });

  it("each have an anchor in the page they link to, and every anchor a check", () => {
    const page = readFileSync(join(ROOT, docsOf("").replace("#", "")), "utf8");
    const [, section = ""] = /^## Checks$([\s\S]*)/m.exec(page) ?? [];
    const anchors = [...section.matchAll(/^### (\S+)$/gm)].map(([, anchor]) => anchor);
    assert.deepEqual(anchors.toSorted(), ids.toSorted());
    assert.equal(docsOf("rpc"), "docs/doctor.md#rpc");
  });

  it("say before they fix something whether they ask", () => {
    const fixes = checks.flatMap(({ id, fix }) => (fix === undefined ? [] : [[id, fix.confirm]]));
    assert.deepEqual(Object.fromEntries(fixes), {
      "storage-classes": false,
      "orphaned-namespaces": true,
      "failed-pods": false,
      "provider-pod": false,
    });
  });
});
