/** One GPU as the driver sees it. */
export interface SmiGpu {
  /** For example `NVIDIA GeForce RTX 5090`. */
  readonly product: string;
  /** `vendor:device` in lower-case hex, for example `10de:2b85`. */
  readonly id: string;
  /** Total frame buffer in MiB; the driver keeps some of the card's memory to itself. */
  readonly memoryMiB: number;
  /** Whether the card is split with MIG. */
  readonly mig: boolean;
  /** State of the NVLink fabric where there is one: `Completed` once the Fabric Manager has set it up. */
  readonly fabric?: string;
}

/** What `nvidia-smi -q -x` says. */
export interface SmiReport {
  /** For example `580.95.05`. */
  readonly driver: string;
  /** Newest CUDA version the driver supports, for example `13.0`. */
  readonly cuda?: string;
  readonly gpus: readonly SmiGpu[];
}

/** What `nvidia-smi` printed is not its report. */
export class SmiReportInvalid extends Error {
  override readonly name = "SmiReportInvalid";
}

/** Text between the tags of the first element of this name; its elements are never nested in themselves. */
function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`).exec(xml)?.[1]?.trim();
}

function given(text: string | undefined): string | undefined {
  return text === undefined || text === "" || text === "N/A" ? undefined : text;
}

/** `233010DE` is device and vendor. */
function idOf(pciDeviceId: string): string {
  const [, device = "", vendor = ""] = /^(?:0x)?([0-9a-f]{4})([0-9a-f]{4})$/i.exec(pciDeviceId) ?? [];
  return `${vendor}:${device}`.toLowerCase();
}

/**
 * Reads what `nvidia-smi -q -x` prints (NVIDIA System Management Interface, `nvsmi_device_v12.dtd`). Warnings
 * before the document are passed over.
 *
 * @throws SmiReportInvalid, for example when the driver does not answer
 */
export function parseNvidiaSmi(text: string): SmiReport {
  const log = element(text, "nvidia_smi_log");
  const driver = given(log === undefined ? undefined : element(log, "driver_version"));
  if (log === undefined || driver === undefined) {
    const [said = ""] = text.trim().split("\n");
    throw new SmiReportInvalid(
      `nvidia-smi gave no report${said === "" ? "" : `, it said: ${said}`}. Load the driver with \`modprobe nvidia\` or start the machine anew.`,
    );
  }
  const cuda = given(element(log, "cuda_version"));
  const gpus = [...log.matchAll(/<gpu\s[^>]*>([\s\S]*?)<\/gpu>/g)].map(([, gpu = ""]): SmiGpu => {
    const fabric = given(element(element(gpu, "fabric") ?? "", "state"));
    return {
      product: element(gpu, "product_name") ?? "",
      id: idOf(element(element(gpu, "pci") ?? "", "pci_device_id") ?? ""),
      memoryMiB: Number.parseInt(element(element(gpu, "fb_memory_usage") ?? "", "total") ?? "", 10) || 0,
      mig: element(element(gpu, "mig_mode") ?? "", "current_mig") === "Enabled",
      ...(fabric === undefined ? {} : { fabric }),
    };
  });
  return { driver, ...(cuda === undefined ? {} : { cuda }), gpus };
}
