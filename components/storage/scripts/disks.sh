#!/usr/bin/env bash
# Reads what each listed disk is and whether anything is on it. Changes nothing.
set -euo pipefail
declare -a want_devices

property() { lsblk -b -d -n -r -o "$1" "$2" 2>/dev/null | head -n 1 | tr -d ' ' || true; }

# The name that stays when disks change places: the maker's world-wide name first.
stable_name() {
  local link best=''
  for link in /dev/disk/by-id/*; do
    [[ -L $link && $(readlink -f -- "$link") == "$1" ]] || continue
    case ${link##*/} in
      wwn-* | nvme-eui.*) printf '%s' "$link" && return ;;
      *) [[ -n $best ]] || best=$link ;;
    esac
  done
  printf '%s' "$best"
}

# Names of everything that sits on the disk: partitions, RAID, volume groups, mappings.
users_of() {
  lsblk -n -l -o NAME "$1" 2>/dev/null | tail -n +2 | tr -d ' ' || true
  ls "/sys/class/block/$(basename -- "$1")/holders" 2>/dev/null || true
}

lines=()
for device in ${want_devices[@]+"${want_devices[@]}"}; do
  real=$(readlink -f -- "$device" || true)
  if [[ -z $real || ! -b $real ]]; then
    lines+=("path=$device")
    continue
  fi
  # Every signature, that of a partition table included; wipefs reads the disk itself and no cache.
  signatures=$(wipefs --no-act --noheadings -O TYPE "$real" | tr -d ' ' | sort -u | paste -sd, -)
  users=$(users_of "$real" | sort -u | paste -sd, -)
  mounts=$(lsblk -n -l -o MOUNTPOINT "$real" 2>/dev/null | sed '/^ *$/d' | paste -sd, - || true)
  lines+=("path=$device	real=$real	stable=$(stable_name "$real")	type=$(property TYPE "$real")	size=$(property SIZE "$real")	rotational=$(property ROTA "$real")	readonly=$(property RO "$real")	transport=$(property TRAN "$real")	signatures=$signatures	users=$users	mounts=$mounts")
done
fact_list disks ${lines[@]+"${lines[@]}"}
facts
