import assert from "node:assert/strict";
import { describe, it } from "mocha";
import type { GpuDetection } from "../../../components/gpu/types.ts";
import { siteAttributes, uncountedWarning } from "../../../components/site/attributes.ts";
import { parseSiteConfig } from "../../../components/site/config.ts";
import { storageAttributes } from "../../../components/storage/classes.ts";
import { declaration } from "./declarations.ts";

const none: GpuDetection = { devices: [], problems: [] };
const card = { vendor: "nvidia", model: "rtx5090", memory: "32Gi", interface: "pcie" };
const found: GpuDetection = {
  devices: [{ ...card, node: "a", present: 1, allocatable: 1 }],
  problems: [],
  cuda: "12.8",
};

describe("a site's attributes", () => {
  const classes = [{ name: "beta3", provisioner: "rancher.io/local-path" }];

  it("are those declared where nothing is found", () => {
    const config = parseSiteConfig(
      declaration({ attributes: { "location-region": "eu", tier: "community" } }),
    );
    assert.deepEqual(siteAttributes(config, { gpu: none }), {
      "location-region": "eu",
      tier: "community",
      ...Object.fromEntries(storageAttributes([]).map(({ key, value }) => [key, value])),
    });
  });

  it("say what was found too", () => {
    const config = parseSiteConfig(declaration({ storage: { classes } }));
    const attributes = siteAttributes(config, { gpu: found });
    assert.equal(attributes["location-region"], "us-west");
    assert.equal(attributes["capabilities/gpu/vendor/nvidia/model/rtx5090"], "true");
    assert.equal(attributes["capabilities/storage/1/class"], "beta3");
    assert.equal(attributes["cuda"], "12.8");
  });

  it("leave out storage that the inventory never counts, and say so", () => {
    const longhorn = { name: "beta2", provisioner: "driver.longhorn.io" };
    const config = parseSiteConfig(declaration({ storage: { classes: [longhorn, ...classes] } }));
    const attributes = siteAttributes(config, { gpu: none });
    assert.equal(attributes["capabilities/storage/1/class"], "beta3");
    assert.ok(!Object.values(attributes).includes("beta2"));
    assert.match(uncountedWarning(config) ?? "", /not advertised: beta2 \(driver\.longhorn\.io\)\. /);
    const alone = parseSiteConfig(declaration({ storage: { classes: [longhorn] } }));
    assert.equal(siteAttributes(alone, { gpu: none })["feat-persistent-storage"], "false");
    for (const provisioner of ["rancher.io/local-path", "rook-ceph.rbd.csi.ceph.com", "rbd.csi.ceph.com"]) {
      const counted = parseSiteConfig(
        declaration({ storage: { classes: [{ name: "beta2", provisioner }] } }),
      );
      assert.equal(uncountedWarning(counted), undefined);
      assert.equal(siteAttributes(counted, { gpu: none })["capabilities/storage/1/class"], "beta2");
    }
  });

  it("say that addresses are leased, under both keys that tenants look for", () => {
    const config = parseSiteConfig(declaration({ provider: { ipLeases: {} } }));
    const attributes = siteAttributes(config, { gpu: none });
    assert.deepEqual([attributes["feat-endpoint-ip"], attributes["ip-lease"]], ["true", "true"]);
  });

  it("say what was found rather than what was declared", () => {
    const config = parseSiteConfig(declaration());
    const claimed = { ...config, attributes: { cuda: "99" } };
    assert.equal(siteAttributes(claimed, { gpu: found })["cuda"], "12.8");
  });
});
