/*
 * Outputs of `lspci -nn` and `nvidia-smi -q -x` in their documented form. Names and ids: the PCI ID repository
 * (pci-ids.ucw.cz) and NVIDIA's list of chips (open-gpu-kernel-modules, g_nv_name_released.h); elements: NVIDIA's
 * nvidia-smi manual and `nvsmi_device_v12.dtd`; sizes: NVIDIA's data sheets less what the driver keeps.
 */

interface Smi {
  readonly product: string;
  readonly architecture: string;
  readonly pciDeviceId: string;
  readonly memoryMiB: number;
  readonly mig?: string;
  readonly fabric?: string;
}

function gpu(slot: string, { product, architecture, pciDeviceId, memoryMiB, mig, fabric }: Smi): string {
  return `	<gpu id="0000${slot.toUpperCase()}">
		<product_name>${product}</product_name>
		<product_brand>NVIDIA</product_brand>
		<product_architecture>${architecture}</product_architecture>
		<mig_mode>
			<current_mig>${mig ?? "N/A"}</current_mig>
			<pending_mig>${mig ?? "N/A"}</pending_mig>
		</mig_mode>
		<mig_devices>
			None
		</mig_devices>
		<gpu_reset_status>
			<reset_required>No</reset_required>
		</gpu_reset_status>
		<pci>
			<pci_bus>${slot.slice(5, 7).toUpperCase()}</pci_bus>
			<pci_device>00</pci_device>
			<pci_domain>0000</pci_domain>
			<pci_base_class>3</pci_base_class>
			<pci_sub_class>2</pci_sub_class>
			<pci_device_id>${pciDeviceId}</pci_device_id>
			<pci_bus_id>0000${slot.toUpperCase()}</pci_bus_id>
			<pci_sub_system_id>16C110DE</pci_sub_system_id>
		</pci>
		<fb_memory_usage>
			<total>${memoryMiB} MiB</total>
			<reserved>551 MiB</reserved>
			<used>1 MiB</used>
			<free>${memoryMiB - 552} MiB</free>
		</fb_memory_usage>
		<bar1_memory_usage>
			<total>131072 MiB</total>
			<used>1 MiB</used>
			<free>131071 MiB</free>
		</bar1_memory_usage>
		<fabric>
			<state>${fabric ?? "N/A"}</state>
			<status>${fabric === "Completed" ? "Success" : "N/A"}</status>
		</fabric>
		<processes>
		</processes>
	</gpu>`;
}

function report(slots: readonly string[], smi: Smi): string {
  return `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
	<timestamp>Sat Nov 21 12:00:00 2026</timestamp>
	<driver_version>580.95.05</driver_version>
	<cuda_version>13.0</cuda_version>
	<attached_gpus>${slots.length}</attached_gpus>
${slots.map((slot) => gpu(slot, smi)).join("\n\n")}

</nvidia_smi_log>
`;
}

const board = `00:00.0 Host bridge [0600]: Intel Corporation Device [8086:09a2] (rev 20)
00:02.0 VGA compatible controller [0300]: Intel Corporation AlderLake-S GT1 [8086:4680] (rev 0c)
02:00.0 Non-Volatile memory controller [0108]: Samsung Electronics Co Ltd NVMe SSD Controller PM9A1 [144d:a80a]
03:00.0 VGA compatible controller [0300]: ASPEED Technology, Inc. ASPEED Graphics Family [1a03:2000] (rev 52)
`;

/** No GPU that could be leased: a processor's own graphics and a board's management chip. */
export const noCard = { lspci: board };

export const rtx5090 = {
  lspci: `${board}01:00.0 VGA compatible controller [0300]: NVIDIA Corporation GB202 [GeForce RTX 5090] [10de:2b85] (rev a1)
01:00.1 Audio device [0403]: NVIDIA Corporation GB202 High Definition Audio Controller [10de:22e8] (rev a1)
`,
  smi: report(["0000:01:00.0"], {
    product: "NVIDIA GeForce RTX 5090",
    architecture: "Blackwell",
    pciDeviceId: "2B8510DE",
    memoryMiB: 32607,
  }),
};

export const rtx4090 = {
  lspci: `${board}01:00.0 VGA compatible controller [0300]: NVIDIA Corporation AD102 [GeForce RTX 4090] [10de:2684] (rev a1)
01:00.1 Audio device [0403]: NVIDIA Corporation AD102 High Definition Audio Controller [10de:22ba] (rev a1)
41:00.0 VGA compatible controller [0300]: NVIDIA Corporation AD102 [GeForce RTX 4090] [10de:2684] (rev a1)
41:00.1 Audio device [0403]: NVIDIA Corporation AD102 High Definition Audio Controller [10de:22ba] (rev a1)
`,
  smi: report(["0000:01:00.0", "0000:41:00.0"], {
    product: "NVIDIA GeForce RTX 4090",
    architecture: "Ada Lovelace",
    pciDeviceId: "268410DE",
    memoryMiB: 24564,
  }),
};

const eight = ["1b", "43", "52", "61", "9d", "c3", "d1", "df"];
const switches = ["07", "08", "09", "0a"]
  .map((bus) => `${bus}:00.0 Bridge [0680]: NVIDIA Corporation GH100 [H100 NVSwitch] [10de:22a3] (rev a1)\n`)
  .join("");

export const h100Sxm = {
  lspci: `${board}${switches}${eight
    .map(
      (bus) =>
        `${bus}:00.0 3D controller [0302]: NVIDIA Corporation GH100 [H100 SXM5 80GB] [10de:2330] (rev a1)\n`,
    )
    .join("")}`,
  smi: report(
    eight.map((bus) => `0000:${bus}:00.0`),
    {
      product: "NVIDIA H100 80GB HBM3",
      architecture: "Hopper",
      pciDeviceId: "233010DE",
      memoryMiB: 81559,
      mig: "Disabled",
      fabric: "Completed",
    },
  ),
};

/** A machine that is given one H200 of a board, without its switches. */
export const h200 = {
  lspci: `${board}0000:0a:00.0 3D controller [0302]: NVIDIA Corporation GH100 [H200 SXM 141GB] [10de:2335] (rev a1)
`,
  smi: report(["0000:0a:00.0"], {
    product: "NVIDIA H200",
    architecture: "Hopper",
    pciDeviceId: "233510DE",
    memoryMiB: 143771,
    mig: "Disabled",
  }),
};

export const a100Pcie = {
  lspci: `${board}17:00.0 3D controller [0302]: NVIDIA Corporation GA100 [A100 PCIe 80GB] [10de:20b5] (rev a1)
`,
  smi: report(["0000:17:00.0"], {
    product: "NVIDIA A100 80GB PCIe",
    architecture: "Ampere",
    pciDeviceId: "20B510DE",
    memoryMiB: 81920,
    mig: "Enabled",
  }),
};

export const amdMi100 = {
  lspci: `${board}c3:00.0 Display controller [0380]: Advanced Micro Devices, Inc. [AMD/ATI] Arcturus GL-XL [Instinct MI100] [1002:738c] (rev 01)
`,
};

/** A consumer card of AMD's, which the network's database does not list. */
export const amdRx7900 = {
  lspci: `${board}03:00.0 VGA compatible controller [0300]: Advanced Micro Devices, Inc. [AMD/ATI] Navi 31 [Radeon RX 7900 XT/7900 XTX/7900 GRE/7900M] [1002:744c] (rev c8)
03:00.1 Audio device [0403]: Advanced Micro Devices, Inc. [AMD/ATI] Navi 31 HDMI/DP Audio [1002:ab30]
`,
};

export const v100 = {
  lspci: `${board}af:00.0 3D controller [0302]: NVIDIA Corporation GV100GL [Tesla V100 SXM2 32GB] [10de:1db5] (rev a1)
`,
};
