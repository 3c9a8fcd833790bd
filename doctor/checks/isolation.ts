import { mutatingAdmissionVersion } from "../../components/akash/boundary/detect.ts";
import {
  DAEMON_SETS,
  type DaemonSetView,
  devicePlugins,
  listsByEnvironment,
  placeOf,
} from "../../components/gpu/devicePlugins.ts";
import { type Check, failed, ok } from "../types.ts";

export const gpuIsolation: Check = {
  id: "gpu-isolation",
  title: "a lease gets the GPUs that it pays for, and no others of its node",
  area: "cluster",
  severity: "warning",
  observes: ["leases that take every GPU of a node"],
  needs: ["cluster"],
  async run(site) {
    const plugins = devicePlugins(await site.cluster.list<DaemonSetView>(DAEMON_SETS));
    if (plugins.length === 0) return ok("no device plugin of NVIDIA's runs");
    const open = plugins.filter(listsByEnvironment).map(placeOf);
    if (open.length === 0) return ok(plugins.map(placeOf).join(", "));
    const { nodes, gpu } = site.site;
    if (nodes !== undefined && gpu.driver.by === "host") {
      return failed(
        `${open.join(", ")} tells containers their GPUs by NVIDIA_VISIBLE_DEVICES, which the nodes' toolkit does not heed: leases get none`,
        "Set its DEVICE_LIST_STRATEGY to volume-mounts, or leave `gpu.operator` out and delete it.",
        { severity: "error" },
      );
    }
    return failed(
      `${open.join(", ")} tells containers their GPUs by NVIDIA_VISIBLE_DEVICES, which a lease can set to all`,
      "Set its DEVICE_LIST_STRATEGY to volume-mounts, and in /etc/nvidia-container-runtime/config.toml of every node accept-nvidia-visible-devices-as-volume-mounts = true and accept-nvidia-visible-devices-envvar-when-unprivileged = false.",
    );
  },
};

export const leaseIsolation: Check = {
  id: "lease-isolation",
  title: "leases are kept from shared addresses, and so from networks behind them",
  area: "cluster",
  severity: "warning",
  observes: ["leases that reach a carrier's or a VPN's network"],
  needs: ["cluster"],
  async run(site) {
    const version = await mutatingAdmissionVersion(site.cluster);
    if (version !== undefined) return ok(`network policies of leases are narrowed (${version})`);
    return failed(
      "leases can reach 100.64.0.0/10, where carriers' routers and VPNs such as Tailscale are: the API server has no mutating admission policies",
      "Bring Kubernetes to 1.36, or from 1.34 on start its API server with --feature-gates=MutatingAdmissionPolicy=true and --runtime-config=admissionregistration.k8s.io/v1beta1=true; then `npm run up`.",
    );
  },
};
