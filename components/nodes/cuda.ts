import type { DriverPlan } from "../gpu/driverPlan.ts";

/** Newest CUDA version by driver branch: NVIDIA's CUDA release notes, "CUDA Driver" and toolkit versions. */
const cudaOfBranch: Readonly<Record<number, string>> = {
  470: "11.4",
  525: "12.0",
  535: "12.2",
  550: "12.4",
  560: "12.6",
  565: "12.7",
  570: "12.8",
  575: "12.9",
  580: "13.0",
  590: "13.1",
};

/**
 * The version that every GPU machine's driver supports; undefined where one of them is not known. It follows from
 * what is planned, so that it is the same before the driver is there and after.
 */
export function cudaOf(plans: readonly Pick<DriverPlan, "branch">[]): string | undefined {
  const versions = plans.map(({ branch }) => cudaOfBranch[branch]);
  if (versions.length === 0 || versions.includes(undefined)) return undefined;
  const [oldest] = versions
    .filter((version) => version !== undefined)
    .sort((left, right) => left.localeCompare(right, "en", { numeric: true }));
  return oldest;
}
