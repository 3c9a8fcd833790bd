// Of the whole SDK, @pulumi/policy uses two small modules, yet loading its door loads an npm client, a TypeScript
// compiler's wrapper and the Automation API: half a second of each preview and update. The door stands in the cache
// with those two; anything else that is asked of it loads the real one.
const Module = require("node:module");

const fromPolicy = Module.createRequire(require.resolve("@pulumi/policy"));
const path = fromPolicy.resolve("@pulumi/pulumi");
let whole;

function real() {
  if (whole === undefined) {
    delete require.cache[path];
    whole = fromPolicy("@pulumi/pulumi");
  }
  return whole;
}

const light = {
  asset: fromPolicy("@pulumi/pulumi/asset"),
  Output: fromPolicy("@pulumi/pulumi/output").Output,
};

if (require.cache[path] === undefined) {
  const door = new Module(path);
  door.filename = path;
  door.loaded = true;
  door.exports = new Proxy(light, {
    get: (known, name) => (name in known ? known[name] : real()[name]),
    has: (known, name) => name in known || name in real(),
  });
  require.cache[path] = door;
}
