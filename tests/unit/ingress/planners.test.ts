import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, it } from "mocha";
import {
  certManagerValues,
  gatewayFabricValues,
  ingressNginxValues,
} from "../../../components/ingress/controllerValues.ts";
import { entrancePolicy } from "../../../components/ingress/entrancePolicy.ts";
import {
  gatewayListeners,
  gatewayPolicies,
  isNeededCrd,
  providerRoutes,
} from "../../../components/ingress/gatewayObjects.ts";
import { type TlsIssuer, type TlsPlan, tlsObjects } from "../../../components/ingress/tlsObjects.ts";

describe("the Gateway", () => {
  it("listens for web, the provider's two ports, leases' names and tenants' own", () => {
    const listeners = gatewayListeners("example.com");
    assert.deepEqual(
      listeners.map(({ name, port, protocol, hostname }) => [name, port, protocol, hostname]),
      [
        ["http", 80, "HTTP", undefined],
        ["tcp-8443", 8443, "TCP", undefined],
        ["tcp-8444", 8444, "TCP", undefined],
        ["https-wildcard", 443, "HTTPS", "*.ingress.example.com"],
        ["https-custom", 443, "HTTPS", undefined],
      ],
    );
  });

  it("takes routes from every namespace, and a certificate exactly where it ends TLS, for any domain", () => {
    fc.assert(
      fc.property(fc.domain(), (domain) => {
        const listeners = gatewayListeners(domain);
        assert.equal(new Set(listeners.map(({ name }) => name)).size, listeners.length);
        const addresses = listeners.map(({ port, hostname = "" }) => `${hostname}:${port}`);
        assert.equal(new Set(addresses).size, addresses.length);
        for (const { protocol, tls, allowedRoutes } of listeners) {
          assert.equal(allowedRoutes.namespaces.from, "All");
          assert.equal(tls !== undefined, protocol === "HTTPS");
        }
      }),
    );
  });

  it("has a listener of its own for each of the provider's routes", () => {
    const listeners = gatewayListeners("example.com");
    for (const { spec } of providerRoutes()) {
      const [parent] = spec.parentRefs;
      const [rule] = spec.rules;
      const listener = listeners.find(({ name }) => name === parent?.sectionName);
      assert.equal(listener?.protocol, "TCP");
      assert.deepEqual(rule?.backendRefs, [{ name: "akash-provider", port: listener?.port }]);
      assert.deepEqual([parent?.name, parent?.namespace], ["akash-gateway", "akash-gateway"]);
    }
  });

  it("needs all of the group's CRDs with a controller, and without one those of its own objects", () => {
    const group = "gateway.networking.k8s.io";
    assert.ok(isNeededCrd(`tcproutes.${group}`, "none"));
    assert.ok(!isNeededCrd(`grpcroutes.${group}`, "none"));
    assert.ok(isNeededCrd(`grpcroutes.${group}`, "chart"));
    assert.ok(!isNeededCrd("xmeshes.gateway.networking.x-k8s.io", "chart"));
  });

  it("lets large bodies through", () => {
    assert.ok(gatewayPolicies().every(({ spec }) => JSON.stringify(spec).includes('"akash-gateway"')));
    assert.match(JSON.stringify(gatewayPolicies()), /"maxSize":"2000m"/);
  });
});

describe("controller values", () => {
  it("bind the ports tenants reach, and none when told so", () => {
    const bound = JSON.stringify(gatewayFabricValues());
    for (const port of [80, 443, 8443, 8444]) assert.ok(bound.includes(`"port":${port}`), String(port));
    const unbound = JSON.stringify(gatewayFabricValues({ hostPorts: false }));
    assert.ok(!unbound.includes("hostPorts"));
    assert.match(unbound, /"type":"NodePort".*"listenerPort":8443,"port":30843/);
    assert.match(JSON.stringify(ingressNginxValues({ hostPorts: false })), /"hostPort":\{"enabled":false\}/);
  });

  it("wait for no load balancer", () => {
    assert.match(JSON.stringify(gatewayFabricValues()), /"service":\{"type":"ClusterIP"\}/);
    const classic = JSON.stringify(ingressNginxValues());
    assert.match(classic, /"nodePorts":\{"http":30080,"https":30443,"tcp":\{"8443":30843,"8444":30844\}\}/);
  });

  it("pass the provider's ports through, and keep the webhook off them", () => {
    assert.deepEqual(ingressNginxValues()["tcp"], {
      "8443": "akash-services/akash-provider:8443",
      "8444": "akash-services/akash-provider:8444",
    });
    assert.match(JSON.stringify(ingressNginxValues()), /"admissionWebhooks":\{"port":7443\}/);
  });

  it("let tenants end TLS themselves, show the site's wildcard where no other fits, and know TCPRoute", () => {
    const { controller } = ingressNginxValues() as { controller: { extraArgs: Record<string, string> } };
    assert.deepEqual(controller.extraArgs, {
      "enable-ssl-passthrough": "true",
      "default-ssl-certificate": "ingress-nginx/wildcard-ingress-tls",
    });
    const fabric = gatewayFabricValues() as { nginxGateway: Record<string, unknown> };
    assert.deepEqual(fabric.nginxGateway["gwAPIExperimentalFeatures"], { enable: true });
  });

  it("keep certificates when cert-manager goes, and teach it the Gateway API", () => {
    assert.deepEqual(certManagerValues("classic"), { crds: { enabled: true, keep: true } });
    assert.match(JSON.stringify(certManagerValues("gateway")), /"enableGatewayAPI":true/);
  });
});

describe("who may enter", () => {
  it("is everybody on the ports of the contract, and on others who is no lease", () => {
    for (const [webhook, ports] of [
      [undefined, [80, 443, 8443, 8444]],
      [7443, [80, 443, 8443, 8444, 7443]],
    ] as const) {
      assert.deepEqual(entrancePolicy("here", webhook).spec, {
        podSelector: {},
        policyTypes: ["Ingress"],
        ingress: [
          { ports: ports.map((port) => ({ protocol: "TCP", port })) },
          {
            from: [
              {
                namespaceSelector: {
                  matchExpressions: [{ key: "akash.network/lease.id.dseq", operator: "DoesNotExist" }],
                },
              },
            ],
          },
        ],
      });
    }
  });
});

describe("TLS", () => {
  const plan: TlsPlan = {
    domain: "example.com",
    mode: "gateway",
    issuer: "self-signed",
    email: "ops@example.com",
  };
  const names = (given: TlsPlan) =>
    tlsObjects(given).certificates.map(({ name, issuer, namespace }) => `${namespace}/${name} by ${issuer}`);

  it("signs the wildcard by Let's Encrypt only with DNS-01", () => {
    assert.deepEqual(names({ ...plan, issuer: "letsencrypt-dns01", dns01: { provider: "cloudflare" } }), [
      "akash-gateway/wildcard-ingress by letsencrypt",
      "akash-gateway/akash-default by self-signed",
      "akash-services/akash-provider-tls by letsencrypt",
    ]);
    assert.deepEqual(names({ ...plan, issuer: "letsencrypt-http01" }), [
      "akash-gateway/wildcard-ingress by self-signed",
      "akash-gateway/akash-default by self-signed",
      "akash-services/akash-provider-tls by letsencrypt",
    ]);
    assert.deepEqual(names({ ...plan, mode: "classic" }), ["ingress-nginx/wildcard-ingress by self-signed"]);
  });

  it("answers HTTP-01 through the way in that there is", () => {
    const solvers = (mode: TlsPlan["mode"]) =>
      JSON.stringify(tlsObjects({ ...plan, mode, issuer: "letsencrypt-http01" }).issuers);
    assert.match(solvers("gateway"), /gatewayHTTPRoute.*"sectionName":"http"/);
    assert.match(solvers("classic"), /"ingressClassName":"akash-ingress-class"/);
  });

  it("speaks to a name server as cert-manager writes it", () => {
    const dns01 = {
      provider: "rfc2136",
      server: "2001:db8::1",
      keyName: "site",
      algorithm: "hmac-sha512",
    } as const;
    const text = JSON.stringify(tlsObjects({ ...plan, issuer: "letsencrypt-dns01", dns01 }).issuers);
    assert.match(text, /"nameserver":"\[2001:db8::1\]:53"/);
    assert.match(text, /"tsigAlgorithm":"HMACSHA512"/);
  });

  it("refuses DNS-01 without a solver", () => {
    assert.throws(
      () => tlsObjects({ ...plan, issuer: "letsencrypt-dns01" }),
      /needs a DNS provider with an API/,
    );
  });

  it("gives every listener's Secret a certificate by an issuer that exists, and no wildcard to HTTP-01", () => {
    const issuers: readonly TlsIssuer[] = ["letsencrypt-dns01", "letsencrypt-http01", "self-signed"];
    fc.assert(
      fc.property(fc.domain(), fc.constantFrom(...issuers), (domain, issuer) => {
        const { issuers: made, certificates } = tlsObjects({
          domain,
          mode: "gateway",
          issuer,
          email: "ops@example.com",
          dns01: { provider: "cloudflare" },
        });
        const secrets = certificates.filter(({ namespace }) => namespace === "akash-gateway");
        const wanted = gatewayListeners(domain).flatMap(({ tls }) => tls?.certificateRefs ?? []);
        assert.deepEqual(
          new Set(secrets.map(({ secretName }) => secretName)),
          new Set(wanted.map(({ name }) => name)),
        );
        for (const { issuer: by, dnsNames } of certificates) {
          assert.ok(made.some(({ name }) => name === by));
          const wildcard = dnsNames.some((name) => name.startsWith("*."));
          assert.ok(!(wildcard && by === "letsencrypt" && issuer === "letsencrypt-http01"));
        }
      }),
    );
  });
});
