import assert from "node:assert/strict";
import { userInfo } from "node:os";
import { describe, it } from "mocha";
import { userName } from "../../../fleet/work/thisRun.ts";

describe("who runs a rollout", () => {
  const unknown = (): string => {
    throw new Error("A system error occurred: uv_os_get_passwd returned ENOENT");
  };

  it("is the user by name", () => {
    assert.equal(userName(), userInfo().username);
  });

  it("is what the environment or else the system calls a user without an entry, as in containers", () => {
    assert.equal(userName(unknown, { USER: "builder" }), "builder");
    assert.equal(userName(unknown, {}), String(process.getuid?.()));
    assert.equal(userName(unknown, { USER: "" }), String(process.getuid?.()));
  });
});
