import { z } from "zod";
import { onHost } from "../hosts/connect.ts";
import { hostScript } from "../hosts/script.ts";
import type { HostAddress } from "../hosts/types.ts";
import { DATA_DIR } from "../k3s/binary.ts";
import { ensureRuntimeKnown } from "../k3s/runtime.ts";
import { type DriverFacts, driverFactsSchema } from "./driverFacts.ts";
import type { DriverPlan } from "./driverPlan.ts";

const readFacts = hostScript("gpu/scripts/facts.sh", {
  step: "look at its GPUs",
  facts: driverFactsSchema,
  readOnly: true,
});

const installedSchema = z.object({
  /** Why the machine must be started anew before the driver runs; "" where it need not. */
  reboot: z.string(),
});

const install = hostScript("gpu/scripts/driver.sh", {
  step: "installation of GPU driver and container toolkit",
  facts: installedSchema,
});

/** Configuration of the packages' container toolkit, and of one that the GPU operator put on the machine. */
const toolkitConfigs = [
  "/etc/nvidia-container-runtime/config.toml",
  "/usr/local/nvidia/toolkit/.config/nvidia-container-runtime/config.toml",
];

/** Building a kernel module takes minutes on a small machine. */
const installSeconds = 1800;

/** Reads the state of a machine's GPU software. */
export function driverFacts(address: HostAddress, k3sDataDir = DATA_DIR): Promise<DriverFacts> {
  return onHost(address, (host) => host.script(readFacts, { k3sDataDir, toolkitConfigs }));
}

/** Brings a machine's GPU software to a plan. Safe to run again at any point. */
export async function installDriver(
  address: HostAddress,
  plan: Pick<DriverPlan, "driverPackages" | "fabricManagerPackage" | "repositories">,
  k3sDataDir = DATA_DIR,
): Promise<z.infer<typeof installedSchema>> {
  const { driverPackages, fabricManagerPackage } = plan;
  const repositories = plan.repositories.map((repository) => ({ ...repository }));
  const desired = { driverPackages, fabricManagerPackage, repositories, toolkitConfigs };
  const done = await onHost(address, (host) =>
    host.script(install, desired, { timeoutSeconds: installSeconds }),
  );
  await ensureRuntimeKnown(address, k3sDataDir);
  return done;
}
