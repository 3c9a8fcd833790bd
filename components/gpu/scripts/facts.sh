#!/usr/bin/env bash
# Reads the GPUs on the bus and the state of driver, container toolkit and K3s's runtime.
set -euo pipefail
: "${want_k3s_data_dir?}"
declare -a want_toolkit_configs

# One line per device, in the form of lspci -Dnn. Without lspci the kernel is asked.
pci_devices() {
  if have lspci; then
    lspci -Dnn
    return
  fi
  local folder class vendor device
  for folder in /sys/bus/pci/devices/*; do
    [[ -r $folder/class ]] || continue
    class=$(<"$folder/class") vendor=$(<"$folder/vendor") device=$(<"$folder/device")
    printf '%s Device [%s]: Device [%s:%s]\n' "${folder##*/}" "${class:2:4}" "${vendor#0x}" "${device#0x}"
  done
}

release() { (
  # shellcheck source=/dev/null
  . /etc/os-release
  printf '%s' "${!1-}"
); }

# Of the first package of this name or pattern that is installed.
package_version() {
  { dpkg-query -W -f='${db:Status-Status} ${Version}\n' "$1" 2>/dev/null || true; } | sed -n 's/^installed //p' | sed -n 1p
}

secure_boot() {
  local variable=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
  [[ -r $variable && $(od -An -t u1 -j 4 -N 1 "$variable" | tr -d ' ') == 1 ]]
}

# Where K3s looks for the runtime (pkg/agent/containerd), in its order.
runtime=
for folder in /usr/local/nvidia/toolkit /opt/kwasm/bin /usr/bin /usr/sbin; do
  if [[ -z $runtime && -x $folder/nvidia-container-runtime ]]; then runtime=$folder/nvidia-container-runtime; fi
done

fact osId "$(release ID)"
fact osVersion "$(release VERSION_ID)"
fact kernel "$(uname -r)"
fact architecture "$(dpkg --print-architecture)"
fact_bool secureBoot secure_boot

mapfile -t devices < <(pci_devices | grep -Ei '\[(10de|1002):[0-9a-f]{4}\]' || true)
fact_list devices ${devices[@]+"${devices[@]}"}

loaded='' installed='' license=''
[[ ! -r /sys/module/nvidia/version ]] || loaded=$(</sys/module/nvidia/version)
if have modinfo; then
  installed=$(modinfo -F version nvidia 2>/dev/null || true)
  license=$(modinfo -F license nvidia 2>/dev/null || true)
fi
flavour=
if [[ -n $loaded && -r /proc/driver/nvidia/version ]]; then
  flavour=proprietary
  if grep -q 'Open Kernel Module' /proc/driver/nvidia/version; then flavour=open; fi
elif [[ -n $installed ]]; then
  flavour=proprietary
  if [[ $license == *MIT* ]]; then flavour=open; fi
fi
fact loaded "$loaded"
fact installed "$installed"
fact kernelModules "$flavour"
fact_bool runfile test -x /usr/bin/nvidia-uninstall

toolkit=$(package_version nvidia-container-toolkit)
if [[ -z $toolkit && -n $runtime ]]; then toolkit=present; fi
if [[ -z $runtime ]]; then toolkit=; fi
fact toolkit "$toolkit"
# Every toolkit that is there ignores what a container names in its environment; the first is asked in any case.
allocated_only() {
  local config=${want_toolkit_configs[0]}
  [[ -e $config ]] || return 1
  for config in "${want_toolkit_configs[@]}"; do
    [[ ! -e $config ]] || awk -v name=accept-nvidia-visible-devices-envvar-when-unprivileged '
      /^[[:space:]]*\[/ { exit }
      $0 ~ "^[[:space:]]*" name "[[:space:]]*=[[:space:]]*false" { found = 1 }
      END { exit !found }' "$config" || return 1
  done
}
fact_bool allocatedOnly allocated_only
fact_bool docker grep -qs nvidia-container-runtime /etc/docker/daemon.json

unit=
for name in k3s k3s-agent; do
  if [[ -f /etc/systemd/system/$name.service ]]; then unit=$name; fi
done
fact k3sUnit "$unit"
fact_bool k3sActive systemctl is-active --quiet "${unit:-k3s}.service"
fact_bool k3sRuntime grep -rqs --include='*.toml' nvidia-container-runtime "$want_k3s_data_dir/agent/etc/containerd"

cdi_spec() { compgen -G '/etc/cdi/*nvidia*' || compgen -G '/var/run/cdi/*nvidia*'; }
fact_bool cdi cdi_spec

manager=$(package_version 'nvidia-fabricmanager*')
manager=${manager#*:}
fact fabricManager "${manager%%-*}"
fact_bool fabricManagerActive systemctl is-active --quiet nvidia-fabricmanager.service
facts
