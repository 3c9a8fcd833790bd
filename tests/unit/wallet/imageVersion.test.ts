import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { imageReadsProtoKeyring } from "../../../components/wallet/imageVersion.ts";

describe("imageReadsProtoKeyring", () => {
  const releases: [string, boolean][] = [
    ["0.16.2", true],
    ["v0.10.0", true],
    ["0.10.0-rc1", true],
    ["0.10.0-rc1-amd64", true],
    ["1.0.0", true],
    ["1.2", true],
    ["12.0.1", true],
    ["0.10", true],
    ["0.100.1", true],
    ["0.9.9 of main", true],
    ["ghcr.io/akash-network/provider:0.14.0", true],
    [`ghcr.io/akash-network/provider:0.14.0@sha256:${"0".repeat(64)}`, true],
    ["registry.example:5000/provider:main", true],
    ["0.9.9", false],
    ["0.6.11", false],
    ["0.9", false],
    ["v0.8.3-rc0", false],
    ["0.8.3-rc0-amd64", false],
    ["0.9.1+build", false],
    ["ghcr.io/akash-network/provider:0.8.3-rc0-amd64", false],
    ["ghcr.io/akash-network/provider:0.6.9", false],
    [`registry.example:5000/provider:v0.6.9@sha256:${"0".repeat(64)}`, false],
  ];
  for (const [version, reads] of releases) {
    it(`${reads ? "accepts" : "refuses"} ${version}`, () =>
      assert.equal(imageReadsProtoKeyring(version), reads));
  }
});
