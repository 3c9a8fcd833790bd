import { z } from "zod";
import { host, pattern, text, variable, whole } from "./fields.ts";

const cidr = (description: string) =>
  pattern(
    description,
    /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/,
    "is not a network",
    "Write an address and its prefix, for example 10.42.0.0/16.",
  ).optional();

/** What is the same on every node; defaults are those of `K3sOptions`. */
export const k3sField = z
  .strictObject({
    version: pattern(
      "release of K3s; default: that of `versions`",
      /^v\d+\.\d+\.\d+\+k3s\d+$/,
      "is no release of K3s",
      "Write it as K3s does, for example v1.34.3+k3s1.",
    ).optional(),
    cni: z
      .enum(["flannel", "calico"])
      .optional()
      .describe("network of the pods; both enforce what keeps leases apart; default: flannel"),
    flannelBackend: z
      .enum(["vxlan", "host-gw", "wireguard-native"])
      .optional()
      .describe("how flannel connects nodes; wireguard-native encrypts; default: vxlan"),
    podCidr: cidr("addresses of pods; default: 10.42.0.0/16"),
    serviceCidr: cidr("addresses of services; default: 10.43.0.0/16"),
    apiAddress: host(
      "name or address under which all servers are reached; default: the first server's",
    ).optional(),
    tlsSans: z
      .array(host("name or address"))
      .optional()
      .describe("further names and addresses for the API server's certificate; default: none"),
    dataDir: pattern(
      "folder of K3s's data and images; default: /var/lib/rancher/k3s",
      /^\/\S+$/,
      "is not an absolute path",
      "Write a path that begins with a slash.",
    ).optional(),
    packGpus: z
      .boolean()
      .optional()
      .describe("fill GPU nodes one after the other, so that whole nodes stay free; default: true"),
    evictionSeconds: whole(
      "seconds that pods of a node that does not answer are left in place; default: 3600",
      60,
      86_400,
    ).optional(),
    registries: z
      .strictObject({
        mirrors: z
          .record(
            z.string(),
            z.strictObject({
              endpoints: z
                .array(
                  pattern(
                    "address of a registry",
                    /^https?:\/\/\S+$/,
                    "is not an address of a registry",
                    "Write https://host:port.",
                  ),
                )
                .describe("addresses that are tried in order"),
              rewrite: z.record(z.string(), z.string()).optional().describe("path rewrites; default: none"),
            }),
          )
          .optional()
          .describe("mirrors by the registry they stand for; * is every registry; default: none"),
        logins: z
          .record(
            z.string(),
            z.strictObject({
              username: text("user of the registry"),
              passwordEnv: variable("name of the environment variable with the password"),
            }),
          )
          .optional()
          .describe("logins by registry host; default: none"),
      })
      .optional()
      .describe("where images come from; default: their own registries"),
    snapshots: z
      .strictObject({
        at: text("when, as systemd writes times; default: *-*-* 03:15:00").optional(),
        keep: whole("how many a server keeps; default: 14", 1, 1000).optional(),
        keyFile: text(
          "file with the key that opens them, made at first use; default: in this package's state folder",
        ).optional(),
      })
      .optional()
      .describe("encrypted copies of the cluster's data"),
    tokenGeneration: whole(
      "raise it by one to replace the tokens with which nodes join; default: 1",
      1,
      1_000_000,
    ).optional(),
    airGap: z
      .boolean()
      .optional()
      .describe("the machines have no internet: images are sent too; needs mirror.k3s; default: false"),
  })
  .describe("what is the same on every node of the cluster that is made from `nodes`");
