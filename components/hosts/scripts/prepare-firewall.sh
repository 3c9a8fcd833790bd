#!/usr/bin/env bash
# Puts the firewall in force: rules of ours in ufw where that is active, else a table of our own in nftables.
# What shuts the operator out takes itself back: until prepare-firewall-keep.sh has come over a new connection, a
# timer stands ready to delete the table, or to put back the rules that were taken away.
set -euo pipefail
: "${want_content?}" "${want_undo_seconds?}"
declare -a want_ufw
file=/etc/pulumi-akash/firewall.nft
unit=pulumi-akash-firewall.service
undo=pulumi-akash-firewall-undo

# undo_with COMMAND...: what the timer does.
undo_with() {
  systemctl stop --quiet "$undo.timer" "$undo.service" 2>/dev/null || true
  systemctl reset-failed "$undo.timer" "$undo.service" 2>/dev/null || true
  if ((want_undo_seconds > 0)); then
    systemd-run --quiet --unit "$undo" --on-active "$want_undo_seconds" --timer-property AccuracySec=1s "$@"
  fi
}

drop_table() {
  if have nft; then nft delete table inet pulumi_akash 2>/dev/null || true; fi
  if [[ -e /etc/systemd/system/$unit ]]; then
    systemctl disable --quiet "$unit"
    rm -f "/etc/systemd/system/$unit"
    systemctl daemon-reload
  fi
  rm -f /etc/pulumi-akash/firewall.live
}

if have ufw && ufw status | grep -q '^Status: active'; then
  declare -A ours=() theirs=() wanted=()
  while read -r rule; do
    words=${rule%% comment \'*}
    if [[ $rule == *" comment 'pulumi-akash'" ]]; then
      ours[$words]=there
    else
      about=${words#* }
      about=${about#log }
      theirs[${about#log-all }]=$words
    fi
  done < <(ufw show added | sed -n 's/^ufw \(.\)/\1/p')
  # What is wanted comes before anything goes, so nothing is shut in between.
  for rule in "${want_ufw[@]}"; do
    wanted[$rule]=wanted
    if [[ -n ${ours[$rule]-} ]]; then continue; fi
    # ufw would put ours in the place of a rule about the same.
    other=${theirs[${rule#allow }]-}
    case $other in
    '')
      read -ra words <<<"$rule"
      ufw "${words[@]}" comment pulumi-akash >&2
      ;;
    allow* | limit*) say "ufw has \`$other\` already: it stays as it is" ;;
    *) fail "ufw has the rule \`$other\`, and the site needs \`$rule\`. Take yours away with \`ufw delete $other\`, or see to the firewall yourself with \`firewall: false\`." ;;
    esac
  done
  surplus=()
  for rule in "${!ours[@]}"; do
    [[ -n ${wanted[$rule]-} ]] || surplus+=("$rule")
  done
  if ((${#surplus[@]} > 0)); then
    printf -v again 'ufw %s comment pulumi-akash;' "${surplus[@]}"
    undo_with "$BASH" -c "$again"
    for rule in "${surplus[@]}"; do
      read -ra words <<<"$rule"
      # With its comment, so that another rule about the same stays.
      ufw delete "${words[@]}" comment pulumi-akash >&2
    done
  fi
  drop_table
  put_ours "$file" 0600 "$want_content"
  facts
  exit 0
fi

if [[ -z $want_content ]]; then
  say "taking the firewall's table away"
  drop_table
  put_ours "$file" 0600 ''
  facts
  exit 0
fi

# A rule that nft refuses must not stand in the file that the next boot reads.
problem=$(nft -c -f - <<<"$want_content" 2>&1) || fail "nft refuses the rules: $problem"
undo_with "$(command -v nft)" delete table inet pulumi_akash
put_ours "$file" 0600 "$want_content"
nft -f "$file"
nft -s list table inet pulumi_akash >/etc/pulumi-akash/firewall.live
say "the firewall is on: table inet pulumi_akash"
facts
