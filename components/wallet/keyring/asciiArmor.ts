/** A block of ASCII armor as OpenPGP defines it (RFC 4880, section 6). */
export interface ArmorBlock {
  /** For example `TENDERMINT PRIVATE KEY`. */
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly data: Uint8Array;
}

export function encodeArmor({ type, headers, data }: ArmorBlock): string {
  const lines =
    Buffer.from(data)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [
    `-----BEGIN ${type}-----`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    "",
    ...lines,
    `=${Buffer.from(crc24(data)).toString("base64")}`,
    `-----END ${type}-----`,
    "",
  ].join("\n");
}

/** @returns undefined when the text holds no block, or its checksum is wrong */
export function decodeArmor(text: string): ArmorBlock | undefined {
  const block =
    /-----BEGIN (?<type>[A-Z ]+)-----\n(?<headers>(?:[^\n]+: [^\n]*\n)*)\n(?<body>[\w+/=\n]*?)=(?<checksum>[\w+/]{4})\n-----END \k<type>-----/;
  const { type, headers, body, checksum } = block.exec(text.replaceAll("\r\n", "\n"))?.groups ?? {};
  if (type === undefined || headers === undefined || body === undefined || checksum === undefined)
    return undefined;
  const data = Uint8Array.from(Buffer.from(body, "base64"));
  if (Buffer.from(crc24(data)).toString("base64") !== checksum) return undefined;
  const pairs = headers
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split(": ", 2));
  return { type, headers: Object.fromEntries(pairs), data };
}

/** @returns three bytes, as OpenPGP defines them */
function crc24(data: Uint8Array): Uint8Array {
  let crc = 0xb704ce;
  for (const byte of data) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++) {
      crc <<= 1;
      if (crc & 0x1000000) crc ^= 0x1864cfb;
    }
  }
  return Uint8Array.of(crc >> 16, crc >> 8, crc);
}
