import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTemporaryFolder, publishFolder, sweepTemporaryFolders } from "../../../toolchain/cache.ts";
import { cacheRootOf } from "../../../toolchain/index.ts";
import { withLock } from "../../../toolchain/lock.ts";
import { run, succeed } from "./run.ts";

/** Where everything of the test hosts lies: images, and a folder per network that is up. */
export function hostsFolder(): string {
  return join(cacheRootOf(), "hosts");
}

interface Source {
  readonly mirror: string;
  readonly suite: string;
  readonly components: string;
}

/**
 * The folder that holds the disk every test host starts from. It is built once (about a minute) and kept in the
 * user's cache, under a name that follows from its recipe and from where apt gets its packages.
 */
export async function ensureImage(): Promise<string> {
  const source = await packageSource();
  const recipe = ["image.sh", "kernel.sh"].map((name) =>
    readFileSync(join(import.meta.dirname, name), "utf8"),
  );
  const key = createHash("sha256")
    .update(JSON.stringify([source, recipe]))
    .digest("hex")
    .slice(0, 10);
  const image = join(hostsFolder(), "images", `${source.suite}-${key}`);
  if (existsSync(image)) return image;
  mkdirSync(join(hostsFolder(), "images"), { recursive: true });
  await withLock(join(cacheRootOf(), "locks", "host-image.lock"), {}, async () => {
    if (existsSync(image)) return;
    sweepTemporaryFolders(image);
    const temporary = makeTemporaryFolder(image);
    const settings = join(temporary, "apt.conf");
    const disk = join(temporary, "disk");
    writeFileSync(settings, await acquisitionSettings());
    // Mounts of a build that is killed go with their namespace, before anybody removes what lies beneath them.
    await succeed(
      "unshare",
      [
        "--mount",
        "--propagation",
        "private",
        join(import.meta.dirname, "image.sh"),
        disk,
        source.mirror,
        source.suite,
        source.components,
      ],
      { env: { ...process.env, ...(await debootstrap(temporary)), APT_SETTINGS: settings } },
    );
    publishFolder(disk, image);
    sweepTemporaryFolders(image);
  });
  return image;
}

/** The archive that this machine's apt gets its release from. */
async function packageSource(): Promise<Source> {
  const release = readFileSync("/etc/os-release", "utf8");
  const suite = /^VERSION_CODENAME=(.+)$/m.exec(release)?.[1] ?? "";
  const targets = await succeed("apt-get", [
    "indextargets",
    "--format",
    "$(SITE) $(RELEASE) $(COMPONENT)",
    "Created-By: Packages",
  ]);
  const rows = targets.split("\n").map((line) => line.split(" "));
  const own = rows.filter(
    ([, name, component]) => name === suite && /^(main|universe)$/.test(component ?? ""),
  );
  const mirror = own[0]?.[0];
  if (mirror === undefined) throw new Error(`apt has no source of ${suite}, this machine's release`);
  const components = own.filter(([site]) => site === mirror).map(([, , component]) => component);
  return { mirror, suite, components: [...new Set(components)].join(",") };
}

/** How this machine's apt gets through to its sources: proxies and the like. */
async function acquisitionSettings(): Promise<string> {
  const settings = await succeed("apt-config", ["dump", "Acquire"]);
  return settings
    .split("\n")
    .filter((line) => /^Acquire::(http|https|ftp|Retries|ForceIPv4)\b/.test(line))
    .join("\n");
}

/** Variables that lead to debootstrap: this machine's, or the package's script, which needs no installation. */
async function debootstrap(folder: string): Promise<NodeJS.ProcessEnv> {
  if ((await run("which", ["debootstrap"])).code === 0) return { DEBOOTSTRAP: "debootstrap" };
  const download = () => run("apt-get", ["download", "-q", "debootstrap"], { cwd: folder });
  if ((await download()).code !== 0) {
    await succeed("apt-get", ["update", "-q"]);
    const { code, stderr } = await download();
    if (code !== 0) throw new Error(`apt-get could not download debootstrap: ${stderr}`);
  }
  const file = readdirSync(folder).find((name) => name.endsWith(".deb")) ?? "";
  const unpacked = join(folder, "debootstrap");
  await succeed("dpkg-deb", ["--extract", join(folder, file), unpacked]);
  return {
    DEBOOTSTRAP: join(unpacked, "usr", "sbin", "debootstrap"),
    DEBOOTSTRAP_DIR: join(unpacked, "usr", "share", "debootstrap"),
  };
}
