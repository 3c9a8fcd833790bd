import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { describe, it } from "mocha";
import { forgetInterrupted } from "../../../commands/interrupted.ts";

const warning = {
  diagnosticEvent: {
    severity: "warning",
    message: "Attempting to deploy or update resources with 2 pending operations from previous deployment.\n",
  },
};

/** An engine whose stack has these resources and operations; what it was asked, and what it was given to import. */
function engineWith(resources: string[], operations: [type: string, urn: string][]) {
  const asked: string[] = [];
  const imported: { deployment: { pending_operations: { resource: { urn: string } }[] }; version: number }[] =
    [];
  let file = "";
  return {
    asked,
    imported,
    file: () => file,
    async engine([, command = "", , path = ""]: readonly string[]) {
      asked.push(command);
      if (command === "import") {
        file = path;
        assert.equal(statSync(path).mode & 0o777, 0o600);
        imported.push(JSON.parse(readFileSync(path, "utf8")));
      }
      const deployment = {
        resources: resources.map((urn) => ({ urn })),
        pending_operations: operations.map(([type, urn]) => ({ type, resource: { urn } })),
      };
      return { exitCode: 0, stdout: JSON.stringify({ version: 3, deployment }), tail: "", events: [] };
    },
  };
}

describe("what a killed run was about to do", () => {
  it("is forgotten once it is done, and the rest of the state stays as it is", async () => {
    const stack = engineWith(
      ["a", "b"],
      [
        ["creating", "a"],
        ["creating", "gone"],
        ["updating", "b"],
      ],
    );
    await forgetInterrupted(stack, [warning]);
    const [state] = stack.imported;
    assert.equal(state?.version, 3);
    assert.deepEqual(
      state.deployment.pending_operations.map(({ resource }) => resource.urn),
      ["gone", "b"],
    );
    assert.equal(existsSync(stack.file()), false);
  });

  it("stays on record while it is not done", async () => {
    const stack = engineWith(["b"], [["creating", "a"]]);
    await forgetInterrupted(stack, [warning]);
    assert.deepEqual(stack.asked, ["export"]);
  });

  it("is not looked for where the engine says nothing of it", async () => {
    const stack = engineWith(["a"], [["creating", "a"]]);
    await forgetInterrupted(stack, [
      { diagnosticEvent: { severity: "warning", message: "something else" } },
      {},
    ]);
    assert.deepEqual(stack.asked, []);
  });
});
