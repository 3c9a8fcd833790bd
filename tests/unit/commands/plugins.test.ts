import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { pluginsOf } from "../../../commands/stack.ts";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { loadPins } from "../../../toolchain/index.ts";
import { declaration } from "../site/declarations.ts";

describe("plugins of a site", () => {
  const plugins = (changes: Record<string, unknown>) => pluginsOf(parseSiteConfig(declaration(changes)));
  const nodes = [{ host: "192.0.2.10", after: ["true"] }, { host: "192.0.2.11" }];

  it("are those that its resources are made with, by the names of the pins", () => {
    assert.deepEqual(plugins({ dns: { provider: "manual" } }), []);
    assert.deepEqual(plugins({ dns: { provider: "manual" }, cluster: undefined, nodes: nodes.slice(1) }), []);
    const all = plugins({ dns: { provider: "cloudflare" }, cluster: undefined, nodes });
    assert.deepEqual(all, ["cloudflare", "command"]);
    for (const name of all) assert.ok(loadPins().plugins[name], name);
  });
});
