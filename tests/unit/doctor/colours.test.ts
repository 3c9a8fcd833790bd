import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { takesColours } from "../../../doctor/colours.ts";

describe("colours", () => {
  const terminal = { isTTY: true };
  const pipe = {};

  it("are for terminals, wherever they are", () => {
    assert.equal(takesColours(terminal, {}), true);
    assert.equal(takesColours(terminal, { TERM: "dumb" }), false);
    assert.equal(takesColours(pipe, {}), false);
    assert.equal(takesColours(pipe, { CI: "true", TERM: "xterm-256color" }), false);
  });

  it("are as the person asks", () => {
    assert.equal(takesColours(pipe, { FORCE_COLOR: "1" }), true);
    for (const none of ["0", "false"]) assert.equal(takesColours(terminal, { FORCE_COLOR: none }), false);
    assert.equal(takesColours(terminal, { NO_COLOR: "1", FORCE_COLOR: "1" }), false);
    assert.equal(takesColours(terminal, { NO_COLOR: "", FORCE_COLOR: "" }), true);
  });
});
