import assert from "node:assert/strict";
import { describe, it } from "mocha";
import {
  type DaemonSetView,
  devicePlugins,
  foreignDevicePlugin,
  listsByEnvironment,
} from "../../../components/gpu/devicePlugins.ts";

type Container = DaemonSetView["spec"]["template"]["spec"]["containers"][number];

function daemonSet(name: string, namespace: string, container: Partial<Container> = {}): DaemonSetView {
  const containers = [{ image: "nvcr.io/nvidia/k8s-device-plugin:v0.17.0", ...container }];
  return { metadata: { name, namespace }, spec: { template: { spec: { containers } } } };
}

const byGuide = daemonSet("nvdp", "nvidia-device-plugin");
const byOperator = daemonSet("nvidia-device-plugin-daemonset", "gpu-operator");
const amd = daemonSet("amdgpu", "kube-system", { image: "docker.io/rocm/k8s-device-plugin:1.31" });
const mps = daemonSet("nvdp-nvidia-device-plugin-mps-control-daemon", "nvidia-device-plugin");
const mirrored = daemonSet("nvidia-device-plugin-ds", "kube-system", { image: "mirror.test/plugin:1" });

describe("device plugins", () => {
  it("are NVIDIA's by image or name", () => {
    assert.deepEqual(devicePlugins([amd, mps, byGuide, byOperator, mirrored]), [
      byGuide,
      byOperator,
      mirrored,
    ]);
  });

  it("are somebody else's outside the namespace of the site's own operator", () => {
    assert.equal(foreignDevicePlugin([amd, byOperator, byGuide]), "nvidia-device-plugin/nvdp");
    assert.equal(foreignDevicePlugin([amd, byOperator, mps]), undefined);
    assert.equal(foreignDevicePlugin([]), undefined);
  });

  it("leave the choice of GPUs to containers unless told to list them otherwise", () => {
    const strategy = (value: string) => ({ env: [{ name: "DEVICE_LIST_STRATEGY", value }] });
    const cases: readonly [Partial<Container>, boolean][] = [
      [{}, true],
      [strategy(""), true],
      [strategy("envvar"), true],
      [strategy("volume-mounts"), false],
      [strategy("cdi-annotations,cdi-cri"), false],
      [strategy("envvar,cdi-annotations"), false],
      [{ args: ["--device-list-strategy=volume-mounts"] }, false],
      [{ command: ["nvidia-device-plugin", "--device-list-strategy", "cdi-cri"] }, false],
      [{ ...strategy("cdi-cri"), args: ["--device-list-strategy=envvar"] }, true],
      // What stands in the file is not known.
      [{ env: [{ name: "CONFIG_FILE", value: "/config/config.yaml" }] }, false],
      [{ args: ["--config-file=/config/config.yaml"] }, false],
    ];
    for (const [container, expected] of cases) {
      assert.equal(
        listsByEnvironment(daemonSet("nvdp", "gpu", container)),
        expected,
        JSON.stringify(container),
      );
    }
  });
});
