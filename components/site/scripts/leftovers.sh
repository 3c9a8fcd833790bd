#!/usr/bin/env bash
# Looks for what a set-up by hand has left: keys of wallets, services, providers outside containers. Changes nothing.
set -euo pipefail

keys=()
for home in /root /home/*; do
  for name in key.pem key-pass.txt keypass keypassword.txt mnemonic mnemonic.txt wallet.key wallet.pem provider.key; do
    if [[ -f $home/$name ]]; then keys+=("$home/$name"); fi
  done
  for folder in "$home"/.akash/keyring-* "$home"/.provider-services/keyring-*; do
    if [[ -d $folder ]]; then keys+=("$folder"); fi
  done
done
fact_list keyFiles "${keys[@]}"

units=()
for unit in /etc/systemd/system/*.service; do
  case ${unit##*/} in
    akash* | provider-services* | praetor*) units+=("${unit##*/}") ;;
  esac
done
fact_list units "${units[@]}"

# Each as its id and its words; what runs in a container of the cluster is found there.
processes=()
for folder in /proc/[0-9]*; do
  words=()
  mapfile -d '' -t words 2>/dev/null <"$folder/cmdline" || true
  if [[ ${words[*]} != *provider-services* ]]; then continue; fi
  if grep -qE 'kubepods|cri-containerd' "$folder/cgroup" 2>/dev/null; then continue; fi
  processes+=("${folder##*/} ${words[*]}")
done
fact_list processes "${processes[@]}"
facts
