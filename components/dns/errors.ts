/** A failure of the DNS parts, with what to do next. */
export class DnsError extends Error {
  override readonly name: string = "DnsError";
}

/** The name server did not answer in time or refused the connection. */
export class NameServerUnreachable extends DnsError {
  override readonly name = "NameServerUnreachable";
  constructor(server: string, reason: string) {
    super(
      `The name server ${server} cannot be reached over TCP: ${reason}. Check its address and its firewall.`,
    );
  }
}

/** The name server answered, and said no. */
export class UpdateRefused extends DnsError {
  override readonly name = "UpdateRefused";
  /** DNS response code, or TSIG error, by name: `REFUSED`, `NOTZONE`, `BADKEY`, … */
  readonly code: string;
  constructor(server: string, code: string, what: string) {
    super(`The name server ${server} answered ${code} to ${what}. ${remedies[code] ?? "See its log."}`);
    this.code = code;
  }
}

/** The answer was not signed by the key, so it may come from somebody else. */
export class AnswerNotGenuine extends DnsError {
  override readonly name = "AnswerNotGenuine";
}

/** The credential is not where the declaration says. */
export class CredentialMissing extends DnsError {
  override readonly name = "CredentialMissing";
}

/** The TSIG secret is not where the declaration says. */
export class TsigSecretMissing extends DnsError {
  override readonly name = "TsigSecretMissing";
}

/** Cloudflare's API did not answer. */
export class CloudflareUnreachable extends DnsError {
  override readonly name = "CloudflareUnreachable";
  constructor(host: string, reason: string) {
    super(
      `Cloudflare's API cannot be reached (${host}): ${reason}. Check this machine's connection, then run this again.`,
    );
  }
}

/** Cloudflare's API answered, and said no. */
export class CloudflareRefused extends DnsError {
  override readonly name = "CloudflareRefused";
  /** HTTP status. */
  readonly status: number;
  /** Cloudflare's own codes. */
  readonly codes: readonly number[];
  constructor({ zone, tokenEnv, what, status, codes }: CloudflareRefusal) {
    const code = codes.length === 0 ? "" : `, code ${codes.join(", ")}`;
    // A token that it cannot read at all is answered with 400.
    const remedy = [400, 401, 403].includes(status)
      ? `Give the API token in ${tokenEnv} the permissions Zone.Zone.Read and Zone.DNS.Edit on this zone, and see that it has not ended.`
      : "Wait a minute, then run this again.";
    super(`Cloudflare refused to ${what} of ${zone} (status ${status}${code}). ${remedy}`);
    this.status = status;
    this.codes = codes;
  }
}

export interface CloudflareRefusal {
  readonly zone: string;
  /** Environment variable with the API token. */
  readonly tokenEnv: string;
  /** Completes "refused to … of ZONE". */
  readonly what: string;
  readonly status: number;
  readonly codes: readonly number[];
}

/** Others than its owner can read a file with a secret. */
export class SecretFileExposed extends DnsError {
  override readonly name = "SecretFileExposed";
  constructor(path: string) {
    super(`Others can read ${path}, which holds a secret for DNS. Run: chmod 600 ${path}`);
  }
}

const remedies: Readonly<Record<string, string>> = {
  REFUSED: "Allow the TSIG key to update this zone (BIND: `update-policy` or `allow-update`).",
  NOTAUTH: "The server is not authoritative for the zone; name its primary server.",
  NOTZONE: "The records are not inside the zone; check `zone`.",
  NOTIMP: "It does not take dynamic updates; use another DNS provider or `manual`.",
  BADKEY: "It does not know the key; check the key's name and algorithm.",
  BADSIG: "The secret is not the key's; check it.",
  BADTIME: "Its clock and this machine's differ by more than five minutes; set them right.",
};
