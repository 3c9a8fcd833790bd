#!/usr/bin/env bash
# Puts the firewall in force: rules of ours in ufw where that is active, else a table of our own in nftables.
# A table that shuts the operator out takes itself back: until prepare-firewall-keep.sh has come over a new
# connection, a timer stands ready to delete it.
set -euo pipefail
: "${want_content?}" "${want_undo_seconds?}"
declare -a want_ufw
file=/etc/pulumi-akash/firewall.nft
table='inet pulumi_akash'
comment=pulumi-akash

if have ufw && ufw status | grep -q '^Status: active'; then
  mapfile -t present < <(ufw show added | sed -n "s/^ufw \(.*\) comment '$comment'\$/\1/p")
  for rule in "${present[@]}"; do
    read -ra words <<<"$rule"
    ufw delete "${words[@]}" >&2
  done
  for rule in "${want_ufw[@]}"; do
    read -ra words <<<"$rule"
    ufw "${words[@]}" comment "$comment" >&2
  done
  put_ours "$file" 0600 "$want_content"
  facts
  exit 0
fi

if [[ -z $want_content ]]; then
  say "taking the firewall's table away"
  if have nft; then nft delete table inet pulumi_akash 2>/dev/null || true; fi
  if [[ -e /etc/systemd/system/pulumi-akash-firewall.service ]]; then
    systemctl disable --quiet pulumi-akash-firewall.service
    rm -f /etc/systemd/system/pulumi-akash-firewall.service
    systemctl daemon-reload
  fi
  put_ours "$file" 0600 ''
  rm -f /etc/pulumi-akash/firewall.live
  facts
  exit 0
fi

# A rule that nft refuses must not stand in the file that the next boot reads.
problem=$(nft -c -f - <<<"$want_content" 2>&1) || fail "nft refuses the rules: $problem"
undo=pulumi-akash-firewall-undo
systemctl stop --quiet "$undo.timer" "$undo.service" 2>/dev/null || true
systemctl reset-failed "$undo.timer" "$undo.service" 2>/dev/null || true
if ((want_undo_seconds > 0)); then
  systemd-run --quiet --unit "$undo" --on-active "$want_undo_seconds" --timer-property AccuracySec=1s \
    "$(command -v nft)" delete table inet pulumi_akash
fi
put_ours "$file" 0600 "$want_content"
nft -f "$file"
nft -s list table inet pulumi_akash >/etc/pulumi-akash/firewall.live
say "the firewall is on: table $table"
facts
