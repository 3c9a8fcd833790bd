#!/usr/bin/env bash
# Turns swap off, now and after a reboot. What it turns off it marks, so that it can be turned on again.
set -euo pipefail

mark='#pulumi-akash# '
if [[ -e /etc/fstab ]]; then
  edited=$(awk -v mark="$mark" '!/^[[:space:]]*#/ && $3 == "swap" { printf "%s", mark } { print }' /etc/fstab)
  put /etc/fstab "$(stat -c %a /etc/fstab)" <<<"$edited"
fi
# Partitions that systemd finds by their type, files of other programs.
mkdir -p /etc/pulumi-akash
mapfile -t units < <(systemctl list-units --plain --no-legend --all --type swap | awk '$3 == "active" { print $1 }')
for unit in "${units[@]}"; do
  say "turning $unit off"
  grep -qxF -- "$unit" /etc/pulumi-akash/masked-swap 2>/dev/null || printf '%s\n' "$unit" >>/etc/pulumi-akash/masked-swap
  systemctl mask --quiet --now -- "$unit"
done
swapoff -a
facts
