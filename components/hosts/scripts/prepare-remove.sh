#!/usr/bin/env bash
# Takes back what preparation wrote. Packages stay, and so does what is not ours.
set -euo pipefail

# remove_ours FILE: whether there was one.
remove_ours() {
  if [[ ! -e $1 ]]; then return 1; fi
  if ! ours "$1"; then
    say "$1 is left alone: it lacks our header"
    return 1
  fi
  rm -f -- "$1"
}

systemctl stop --quiet pulumi-akash-firewall-undo.timer 2>/dev/null || true
if have ufw; then
  mapfile -t rules < <(ufw show added 2>/dev/null | sed -n "s/^ufw \(.*\) comment 'pulumi-akash'\$/\1/p")
  for rule in "${rules[@]}"; do
    read -ra words <<<"$rule"
    ufw delete "${words[@]}" comment pulumi-akash >&2
  done
fi
if have nft; then nft delete table inet pulumi_akash 2>/dev/null || true; fi
if remove_ours /etc/systemd/system/pulumi-akash-firewall.service; then
  rm -f /etc/systemd/system/multi-user.target.wants/pulumi-akash-firewall.service
  systemctl daemon-reload
fi
remove_ours /etc/pulumi-akash/firewall.nft || true
rm -f /etc/pulumi-akash/firewall.live
remove_ours /etc/sysctl.d/90-pulumi-akash.conf || true
remove_ours /etc/apt/apt.conf.d/52pulumi-akash || true
if remove_ours /etc/systemd/journald.conf.d/pulumi-akash.conf; then
  systemctl try-restart systemd-journald.service
fi
# Of one that was cut off after the first line, the copy is left.
if remove_ours /etc/modprobe.d/pulumi-akash-nouveau.conf || [[ -e /etc/pulumi-akash/nouveau.applied ]]; then
  if have update-initramfs; then update-initramfs -u >&2; fi
fi
rm -f /etc/pulumi-akash/nouveau.applied
if remove_ours /etc/ssh/sshd_config.d/00-pulumi-akash.conf; then
  systemctl try-reload-or-restart ssh.service
fi
if [[ -e /etc/pulumi-akash/masked-swap ]]; then
  mapfile -t units </etc/pulumi-akash/masked-swap
  for unit in "${units[@]}"; do systemctl unmask --quiet -- "$unit"; done
  rm -f /etc/pulumi-akash/masked-swap
fi
if grep -q '^#pulumi-akash# ' /etc/fstab 2>/dev/null; then
  restored=$(sed 's/^#pulumi-akash# //' /etc/fstab)
  put /etc/fstab "$(stat -c %a /etc/fstab)" <<<"$restored"
  systemctl daemon-reload
  swapon -a || say "swap could not be turned on again; the next boot tries"
fi
rmdir --ignore-fail-on-non-empty /etc/pulumi-akash 2>/dev/null || true
facts
