#!/usr/bin/env bash
# Reads what of a preparation the machine has. Changes nothing.
set -euo pipefail
declare -a want_packages want_settings
declare -A want_paths
json=

mapfile -t installed < <(
  if ((${#want_packages[@]} > 0)); then
    dpkg-query -W -f '${db:Status-Status} ${Package}\n' -- "${want_packages[@]}" 2>/dev/null | sed -n 's/^installed //p' || true
  fi
)
fact_list installed "${installed[@]}"

# map_add NAME TEXT: adds a field to the object in map.
map=
map_add() {
  local name
  json_string "$1"
  name=$json
  json_string "$2"
  map+="${map:+,}$name:$json"
}

for name in "${want_settings[@]}"; do
  setting=/proc/sys/${name//.//}
  if IFS= read -r value 2>/dev/null <"$setting"; then map_add "$name" "${value//$'\t'/ }"; fi
done
fact_json live "{$map}"

map=
for name in "${!want_paths[@]}"; do
  path=${want_paths[$name]}
  # The dot keeps what the substitution would cut off: line feeds at the end.
  if [[ -f $path ]]; then
    text=$(cat -- "$path" && echo .)
    map_add "$name" "${text%.}"
  fi
done
fact_json files "{$map}"

mapfile -t swap < <(
  awk 'NR > 1 { print $1 }' /proc/swaps
  awk '!/^[[:space:]]*#/ && $3 == "swap" { print $1 }' /etc/fstab 2>/dev/null || true
)
fact_list swap "${swap[@]}"

# Where the clock belongs to the machine outside, as in a container, the service that is enabled has nothing to do.
clock=
for unit in systemd-timesyncd chrony chronyd ntpsec ntp; do
  state=$(systemctl show "$unit.service" -p ActiveState -p ConditionResult -p UnitFileState)
  if [[ $state == *ActiveState=active* || ($state == *UnitFileState=enabled* && $state == *ConditionResult=no* && -n $(systemctl show "$unit.service" -p ConditionTimestamp --value)) ]]; then
    clock=$unit
    break
  fi
done
fact clock "$clock"

live='' recorded='' kept=false ufw=''
if have nft; then live=$(nft -s list table inet pulumi_akash 2>/dev/null || true); fi
if [[ -f /etc/pulumi-akash/firewall.live ]]; then recorded=$(cat /etc/pulumi-akash/firewall.live); fi
# A timer that is to take the firewall back means that nobody has come through it yet.
if [[ $(systemctl is-enabled pulumi-akash-firewall.service 2>/dev/null || true) == enabled ]] &&
  ! systemctl is-active --quiet pulumi-akash-firewall-undo.timer; then
  kept=true
fi
if have ufw && ufw status | grep -q '^Status: active'; then
  mapfile -t rules < <(ufw show added | sed -n 's/^ufw //p')
  saved=$facts_json
  facts_json=
  fact_list ufw "${rules[@]}"
  ufw=",$facts_json"
  facts_json=$saved
fi
json_string "$live"
live=$json
json_string "$recorded"
fact_json firewall "{\"live\":$live,\"recorded\":$json,\"kept\":$kept$ufw}"
facts
