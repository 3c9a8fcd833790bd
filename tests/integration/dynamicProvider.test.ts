import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { openProgram, type TestProgram } from "../support/program.ts";

/** A dynamic provider of somebody else's: captured by value, it uses the SDK, the configuration and secrets. */
const source = (value: string, fail: string) => `
import * as pulumi from "@pulumi/pulumi";

const told = new pulumi.Config().require("told");

class Provider implements pulumi.dynamic.ResourceProvider {
  configured = "";
  tell(line: string) {
    require("fs").appendFileSync(told, line + "\\n");
  }
  async configure({ config }: pulumi.dynamic.ConfigureRequest) {
    this.configured = config.require("place") + " " + config.get("token");
  }
  async check(_olds: any, news: any) {
    const failures = news.value === "refused" ? [{ property: "value", reason: "is refused" }] : [];
    return { inputs: news, failures };
  }
  async diff(_id: string, olds: any, news: any) {
    return { changes: olds.value !== news.value, replaces: news.value === "replaced" ? ["value"] : [] };
  }
  async create(inputs: any) {
    const { output } = require("@pulumi/pulumi");
    const known = await output(inputs.value).promise();
    this.tell("create " + known + " " + this.configured);
    if (inputs.fail === "half") throw Object.assign(new Error("half made"), { id: "half", properties: inputs, reasons: ["not ready"] });
    return { id: "id", outs: { value: known, length: known.length } };
  }
  async read(id: string, props: any) {
    this.tell("read " + id);
    return { id, props };
  }
  async update(_id: string, _olds: any, news: any) {
    this.tell("update " + news.value);
    return { outs: { value: news.value, length: news.value.length } };
  }
  async delete(id: string) {
    this.tell("delete " + id);
  }
}

class Thing extends pulumi.dynamic.Resource {
  declare readonly length: pulumi.Output<number>;
  constructor(name: string, props: any) {
    super(new Provider(), name, { length: undefined, ...props });
  }
}

export const { length } = new Thing("thing", { value: ${JSON.stringify(value)}, fail: ${JSON.stringify(fail)} });
`;

describe("the dynamic provider with other programs' resources", function () {
  this.timeout(300_000);
  let program: TestProgram;
  let told: string;

  before(async () => {
    program = await openProgram();
    told = join(program.folder, "told");
    await program.succeeds("config", "set", "told", told);
    await program.succeeds("config", "set", "place", "garage");
    await program.succeeds("config", "set", "--secret", "token", "hush");
  });

  after(() => program.remove());

  const lines = () => (existsSync(told) ? readFileSync(told, "utf8").trim().split("\n") : []);

  async function up(value: string, fail = "no") {
    program.declare(source(value, fail));
    return program.pulumi("up", "--yes", "--skip-preview", "--refresh", "--run-program");
  }

  it("refuses what their check refuses", async () => {
    const { code, output } = await up("refused");
    assert.notEqual(code, 0);
    assert.match(output, /is refused/);
    assert.deepEqual(lines(), []);
  });

  it("keeps what a create that half happened tells", async () => {
    const { code, output } = await up("first", "half");
    assert.notEqual(code, 0);
    assert.match(output, /not ready/);
    assert.match(await program.succeeds("stack", "export"), /"id": "half"/);
    await program.succeeds("destroy", "--yes");
    assert.deepEqual(lines().slice(-2), ["create first garage hush", "delete half"]);
  });

  it("makes, reads, updates, replaces and deletes them", async () => {
    assert.equal((await up("one")).code, 0);
    assert.equal((await program.succeeds("stack", "output", "length")).trim(), "3");
    assert.equal((await up("two!")).code, 0);
    assert.equal((await program.succeeds("stack", "output", "length")).trim(), "4");
    assert.equal((await up("replaced")).code, 0);
    await program.succeeds("destroy", "--yes");
    const made = [
      "create one garage hush",
      "read id",
      "update two!",
      "read id",
      "create replaced garage hush",
    ];
    assert.deepEqual(lines().slice(-7), [...made, "delete id", "delete id"]);
  });
});
