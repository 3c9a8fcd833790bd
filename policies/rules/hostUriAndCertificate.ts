import { hostOf, isCertificate, isRegistration } from "../chain.ts";
import type { DeclaredResource, Rule } from "../types.ts";
import { text } from "../values.ts";

/**
 * The host URI on chain and the certificate agree.
 *
 * Severity: high. Tenants' programs connect to the host URI and check the certificate against its name: where they
 * differ, no manifest is ever delivered and every lease is closed after five minutes. Remedy: one name for both.
 */
export const hostUriAndCertificate: Rule = {
  name: "host-uri-and-certificate",
  severity: "high",
  enforcement: "mandatory",
  demand: "The host URI is https with host and port, and the certificate is for that host.",
  reason: "Tenants check the certificate against the host URI: where they differ, no manifest is delivered.",
  remedy: "Set `hostUri` to https://provider.<domain>:8443, and give the certificate the same host.",
  appliesTo: (resource) => nameOf(resource) !== undefined,
  findings(resource, { declared }) {
    const own = nameOf(resource);
    const odd = declared.find(
      (item) => item.urn !== resource.urn && nameOf(item) !== undefined && nameOf(item) !== own,
    );
    return [
      ...(isRegistration(resource) ? uriFindings(text(resource.props["hostUri"]) ?? "") : []),
      ...(odd === undefined ? [] : [`it is for ${own}, and ${odd.name} is for ${nameOf(odd)}`]),
    ];
  },
};

/** The name under which a registration or certificate says the provider is reached. */
function nameOf(resource: DeclaredResource): string | undefined {
  if (isRegistration(resource)) return hostOf(resource.props["hostUri"]);
  return isCertificate(resource) ? text(resource.props["host"]) : undefined;
}

function uriFindings(uri: string): string[] {
  const { protocol, port, pathname } = new URL(uri);
  return [
    ...(protocol === "https:" ? [] : [`its host URI ${uri} is not https`]),
    ...(port === "" ? [`its host URI ${uri} names no port`] : []),
    ...(pathname !== "/" || uri.endsWith("/") ? [`its host URI ${uri} has a path`] : []),
  ];
}
