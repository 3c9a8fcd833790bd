import { K3S_BINARY, type NodeRole } from "./binary.ts";

/**
 * The systemd unit. Stopping it ends K3s and leaves the pods running (`KillMode=process`), so an upgrade or a changed
 * setting ends no lease. `/etc/default/k3s` may hold a proxy's address.
 */
export function systemdUnit(role: NodeRole): string {
  return `# Written by pulumi-akash: edits are undone.
[Unit]
Description=Kubernetes (K3s ${role})
Documentation=https://docs.k3s.io
Wants=network-online.target
After=network-online.target

[Service]
Type=${role === "server" ? "notify" : "exec"}
EnvironmentFile=-/etc/default/%N
ExecStartPre=-/sbin/modprobe br_netfilter
ExecStartPre=-/sbin/modprobe overlay
ExecStart=${K3S_BINARY} ${role}
KillMode=process
Delegate=yes
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
TasksMax=infinity
TimeoutStartSec=0
Restart=always
RestartSec=5s

[Install]
WantedBy=multi-user.target
`;
}
