/** Orders two releases by number; a pre-release (`-rc1`) comes before its release. */
export function compareVersions(left: string, right: string): number {
  const [a, b] = [parseVersion(left), parseVersion(right)];
  for (const part of [0, 1, 2] as const) {
    if (a.numbers[part] !== b.numbers[part]) return a.numbers[part] - b.numbers[part];
  }
  return Number(b.preRelease) - Number(a.preRelease);
}

function parseVersion(version: string): { numbers: [number, number, number]; preRelease: boolean } {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(-.+)?$/.exec(version);
  if (match === null) throw new RangeError(`\`${version}\` is not a version. Give it as \`0.16.2\`.`);
  return {
    numbers: [Number(match[1]), Number(match[2]), Number(match[3])],
    preRelease: match[4] !== undefined,
  };
}
