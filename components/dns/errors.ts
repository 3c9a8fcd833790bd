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

/** The TSIG secret is not where the declaration says. */
export class TsigSecretMissing extends DnsError {
  override readonly name = "TsigSecretMissing";
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
