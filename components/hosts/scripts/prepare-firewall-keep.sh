#!/usr/bin/env bash
# Keeps the firewall that a new connection has just come through: it is not taken back, and the next boot has it.
set -euo pipefail
undo=pulumi-akash-firewall-undo
unit=pulumi-akash-firewall.service

systemctl stop --quiet "$undo.timer" 2>/dev/null || true
if have ufw && ufw status | grep -q '^Status: active'; then
  facts
  exit 0
fi
nft list table inet pulumi_akash >/dev/null 2>&1 || fail "the firewall was taken back before it could be kept"
put "/etc/systemd/system/$unit" 0644 <<UNIT
# Managed by pulumi-akash; edits are undone.
[Unit]
Description=Firewall of the Akash site
Wants=network-pre.target
Before=network-pre.target k3s.service k3s-agent.service
DefaultDependencies=no
After=local-fs.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=$(command -v nft) -f /etc/pulumi-akash/firewall.nft
[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --quiet "$unit"
facts
