import { type KeyFile, loadKeys } from "../../components/chain/certificateKeys.ts";
import { publishedCertificates } from "../../components/chain/certificateRecords.ts";
import { describeCertificate } from "../../components/wallet/certificate.ts";
import type { Observed } from "../observe/observed.ts";
import { type Check, failed, NotKnown, ok, skipped } from "../types.ts";

const SECRET = "akash-provider-certificate";
const REMEDY =
  "`npm run up` publishes a new certificate, lets the provider serve it and revokes the old one.";

/** Days before the end in which `up` renews. */
const RENEWAL_DAYS = 30;
/** Days before the end at which it is no warning any more. */
const URGENT_DAYS = 7;
const DAY_MS = 86_400_000;

async function validOnChain(site: Observed) {
  const records = publishedCertificates(await site.chain.certificates(await site.owner()));
  return records.filter(({ state }) => state === "valid");
}

/** The key that the provider serves with, as it lies in the Secret. */
async function stored(
  site: Observed,
): Promise<Pick<KeyFile, "serial" | "fingerprint" | "notAfter" | "opens">> {
  const [owner, api, opened] = await Promise.all([
    site.owner(),
    site.cluster.api(),
    site.wallet().catch(() => undefined),
  ]);
  if (opened?.address === owner) {
    const { active } = await loadKeys(api, opened, owner);
    if (active === undefined) throw new NotKnown("certificate-key");
    return active;
  }
  // Without the wallet the certificate can be read, and the key not tried.
  const pem = (await site.cluster.secret(SECRET))?.data[`${owner}.pem`];
  const text = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(
    Buffer.from(pem ?? []).toString(),
  );
  if (text === null) throw new NotKnown("certificate-key");
  return { ...describeCertificate(text[0]), opens: true };
}

export const certificate: Check = {
  id: "certificate",
  title: "a certificate of the provider is valid on chain",
  area: "certificate",
  observes: ["provider without a certificate"],
  needs: ["generation"],
  after: ["keyring"],
  async run(site) {
    const valid = await validOnChain(site);
    const host = new URL(site.site.hostUri).hostname;
    const own = valid.filter(({ hosts }) => hosts.includes(host));
    if (own.length > 0) return ok(`serial ${own.map(({ serial }) => serial).join(", ")}`);
    return failed(
      valid.length === 0 ? "none is valid" : `${valid.length} are valid, none of them for ${host}`,
      REMEDY,
    );
  },
};

export const certificateKey: Check = {
  id: "certificate-key",
  title: "the key in the cluster is the wallet's and the certificate's on chain",
  area: "certificate",
  observes: ["private key not decryptable"],
  needs: ["certificate", "cluster"],
  after: ["keyring"],
  async run(site) {
    let key: Awaited<ReturnType<typeof stored>>;
    try {
      key = await stored(site);
    } catch (error) {
      if (!(error instanceof NotKnown)) throw error;
      return failed(`Secret ${SECRET} holds no key of this wallet`, REMEDY);
    }
    if (!key.opens) return failed("the wallet cannot decrypt it: it was sealed by another one", REMEDY);
    const valid = await validOnChain(site);
    if (!valid.some(({ fingerprint }) => fingerprint === key.fingerprint)) {
      return failed(`serial ${key.serial} in the cluster is not valid on chain`, REMEDY);
    }
    return ok(`serial ${key.serial}`);
  },
};

export const certificateExpiry: Check = {
  id: "certificate-expiry",
  title: `the certificate is good for ${RENEWAL_DAYS} more days`,
  area: "certificate",
  observes: ["certificate that expired unseen"],
  needs: ["certificate-key"],
  async run(site) {
    const { notAfter } = await stored(site);
    const left = notAfter.getTime() - site.now().getTime();
    const until = `until ${notAfter.toISOString().slice(0, 10)}`;
    if (left > RENEWAL_DAYS * DAY_MS) return ok(until);
    const text = left <= 0 ? `expired, ${until}` : `${until}, ${duration(left / 1000)} left`;
    return failed(text, REMEDY, {
      severity: left > URGENT_DAYS * DAY_MS ? "warning" : "error",
    });
  },
};

export const certificateServed: Check = {
  id: "certificate-served",
  title: "the provider serves the certificate that is on chain",
  area: "certificate",
  observes: ["rotated key that the pod does not pick up"],
  needs: ["certificate-key", "port-provider"],
  simulated: true,
  async run(site) {
    const port = Number(new URL(site.site.hostUri).port || 443);
    // Without a server name the gateway shows its chain certificate (`gateway/utils/utils.go`).
    const [{ certificate: served }, key] = await Promise.all([site.reach.tls(port), stored(site)]);
    if (served.fingerprint256 === key.fingerprint) return ok(`serial ${key.serial}`);
    return failed(
      `it serves serial ${BigInt(`0x${served.serialNumber}`)} of ${served.subject.replace(/^CN=/, "")}; on chain is ${key.serial}`,
      "Restart the provider: `kubectl -n akash-services rollout restart statefulset/akash-provider`.",
    );
  },
};

/** cert-manager renews with a third of the time left; from here on it is late. */
const LATE = 1 / 4;

export const certificateBrowsers: Check = {
  id: "certificate-browsers",
  title: "browsers that ask the provider are shown a certificate they trust",
  area: "certificate",
  observes: ["certificate that expired unseen"],
  needs: ["port-provider"],
  simulated: true,
  async run(site) {
    const { tls, ingress, domain, hostUri } = site.site;
    if (tls.issuer === "self-signed" || ingress.controller === "none") {
      return skipped("the site asks no authority for one");
    }
    // With the server name the gateway shows browsers' certificate (`gateway/utils/utils.go`).
    const { certificate } = await site.reach.tls(Number(new URL(hostUri).port || 443), `provider.${domain}`);
    const remedy =
      "`kubectl -n akash-services describe certificate akash-provider-tls` says what it waits for.";
    if (certificate.subject === `CN=${await site.owner()}`) {
      return failed("it shows the chain's: no authority has signed another yet", remedy, {
        severity: "warning",
      });
    }
    const [from, until] = [certificate.validFromDate.getTime(), certificate.validToDate.getTime()];
    const left = until - site.now().getTime();
    const text = `until ${certificate.validToDate.toISOString().slice(0, 10)}`;
    if (left > (until - from) * LATE) return ok(text);
    return left <= 0
      ? failed(`expired, ${text}`, remedy)
      : failed(`${text}, ${duration(left / 1000)} left`, remedy, { severity: "warning" });
  },
};

/** Seconds as people say them: `3 h`, `2 days`. */
export function duration(seconds: number): string {
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
