import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { type Refusals, said } from "./complaints.ts";

describe("SiteConfig: what is refused of names and addresses, in these words", () => {
  const cases: Refusals = {
    "a domain that starts with provider.": {
      given: { domain: "provider.example.com" },
      says: [
        'domain: "provider.example.com" starts with `provider.`. Write example.com: the site answers at provider.<domain> by itself.',
      ],
    },
    "a domain with a scheme": {
      given: { domain: "https://example.com" },
      says: [
        'domain: "https://example.com" is not a domain name. Write it in lower case without scheme, port, path or final dot, for example example.com.',
      ],
    },
    "an address for a domain": {
      given: { domain: "203.0.113.10" },
      says: [
        'domain: "203.0.113.10" is not a domain name. Write it in lower case without scheme, port, path or final dot, for example example.com.',
      ],
    },
    "a domain that ends in a number": {
      given: { domain: "1.2.3.999" },
      says: [
        'domain: "1.2.3.999" is not a domain name. Write it in lower case without scheme, port, path or final dot, for example example.com.',
      ],
    },
    "an http host URI": {
      given: { hostUri: "http://provider.example.com:8443" },
      says: [
        'hostUri: "http://provider.example.com:8443" is not an https address without path. Write https://, the host in lower case and the port, nothing after it: https://provider.example.com:8443.',
      ],
    },
    "a host URI with a final slash": {
      given: { hostUri: "https://provider.example.com:8443/" },
      says: [
        'hostUri: "https://provider.example.com:8443/" is not an https address without path. Write https://, the host in lower case and the port, nothing after it: https://provider.example.com:8443.',
      ],
    },
    "a host URI with a port that cannot be": {
      given: { hostUri: "https://provider.example.com:99999" },
      says: [
        'hostUri: "https://provider.example.com:99999" has a host or a port that cannot be. Write a host name or an IP address, and a port up to 65535: https://provider.example.com:8443.',
      ],
    },
    "a host URI with an address that cannot be": {
      given: { hostUri: "https://1.2.3.999:8443" },
      says: [
        'hostUri: "https://1.2.3.999:8443" has a host or a port that cannot be. Write a host name or an IP address, and a port up to 65535: https://provider.example.com:8443.',
      ],
    },
    "an address of the home network": {
      given: { address: "192.168.1.20" },
      says: [
        'address: "192.168.1.20" is an address nobody outside can reach. Write the address tenants reach, or auto; forward the ports on your router.',
      ],
    },
    "half an address": {
      given: { address: "cname:" },
      says: [
        'address: "cname:" is not a public address. Write auto, an IP address such as 203.0.113.10, or cname:NAME such as cname:home.example.net.',
      ],
    },
    "an unknown DNS provider": {
      given: { dns: { provider: "route53" } },
      says: ['dns.provider: "route53" is not one of the choices. Choose cloudflare, rfc2136 or manual.'],
    },
    "a resolver that is none": {
      given: { dns: { provider: "manual", resolver: "https://dns.example" } },
      says: [
        'dns.resolver: "https://dns.example" is not a resolver. Write its address, with a port if need be: 192.0.2.53:5353.',
      ],
    },
    "DNS without a provider": {
      given: { dns: { zone: "example.com" } },
      says: ["dns.provider: is missing. Choose cloudflare, rfc2136 or manual."],
    },
    "both kinds of TSIG secret": {
      given: {
        dns: { provider: "rfc2136", server: "ns", keyName: "k", secretEnv: "TSIG", secretFile: "tsig.key" },
      },
      says: ["dns: names `secretEnv` and `secretFile`, which exclude each other. Keep one of them."],
    },
    "no TSIG secret and a bad port": {
      given: { dns: { provider: "rfc2136", server: "no host", keyName: "k", port: 0 } },
      says: [
        "dns: names none of `secretEnv`, `secretFile`. Give exactly one of them.",
        'dns.server: "no host" is neither an IP address nor a host name. Write 203.0.113.10 or a host name.',
        "dns.port: 0 is not a whole number from 1 to 65535. Expected: port of the name server; default: 53.",
      ],
    },
    "a zone beside the domain": {
      given: { domain: "myexample.com", dns: { provider: "cloudflare", zone: "example.com" } },
      says: [
        'dns.zone: "example.com" does not contain `domain`. Name the zone that holds it: the domain itself or a parent of it.',
      ],
    },
    "records that follow a fixed address": {
      given: { address: "203.0.113.10", dns: { provider: "cloudflare", dynamic: true } },
      says: [
        "dns.dynamic: true does not go with a fixed `address`. Leave `address` out, or `dynamic`: one of them says where the site is.",
      ],
    },
    "DNS-01 without a DNS API": {
      given: { tls: { issuer: "letsencrypt-dns01" } },
      says: [
        'tls.issuer: "letsencrypt-dns01" needs a DNS provider with an API. Set dns.provider to cloudflare or rfc2136, or choose letsencrypt-http01 or self-signed.',
      ],
    },
  };

  for (const [what, { given, says }] of Object.entries(cases)) {
    it(what, () => assert.deepEqual(said(given), says));
  }
});
