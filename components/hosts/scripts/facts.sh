#!/usr/bin/env bash
# Reads what a machine has, as the files and commands say it; hosts/facts/ makes sense of it. Changes nothing.
# Everything goes out as one text of sections, coded once: quoting each in bash would take longer than reading it.
set -euo pipefail

section() { printf '\036%s\037' "$1"; }
# quietly COMMAND...: what it prints; nothing where the machine lacks it, it fails, or it takes too long.
quietly() { if have "$1"; then timeout 2 "$@" 2>/dev/null || true; fi; }
text_of() { cat -- "$@" 2>/dev/null || true; }
# value_of FILE: sets value to its first line, without a process.
value_of() { if [[ -r $1 ]]; then IFS= read -r value <"$1" || true; else value=; fi; }

basics() {
  section time
  date +%s.%N
  section hostname
  text_of /proc/sys/kernel/hostname
  section boot-id
  text_of /proc/sys/kernel/random/boot_id
  section os-release
  text_of /etc/os-release
  section kernel
  uname -srm
  section kernels
  printf '%s\n' /boot/vmlinuz-*
  section cpus
  nproc --all
  section cpu
  grep -m 2 -E '^(vendor_id|model name)' /proc/cpuinfo || true
  section memory
  grep -E '^(MemTotal|SwapTotal)' /proc/meminfo || true
  section swaps
  text_of /proc/swaps
  section addresses
  quietly ip -o address show scope global
  section route
  quietly ip -o route show default
  section cgroup
  stat -f -c %T /sys/fs/cgroup || true
  section virtualization
  quietly systemd-detect-virt
}

disks() {
  local columns=NAME,PATH,TYPE,SIZE,ROTA,RO,RM,FSTYPE,MODEL,SERIAL,TRAN
  section disks
  quietly lsblk -J -b -o "$columns,MOUNTPOINTS" || true
  section disks-old
  if ! lsblk -J -o MOUNTPOINTS >/dev/null 2>&1; then quietly lsblk -J -b -o "$columns,MOUNTPOINT"; fi
  section space
  df -B1 --output=target,size,avail / /var/lib 2>/dev/null || true
}

# Devices that may be GPUs or switches between them.
pci() {
  local folder value class vendor device driver
  section pci
  for folder in /sys/bus/pci/devices/*; do
    value_of "$folder/class"
    class=${value#0x}
    value_of "$folder/vendor"
    vendor=${value#0x}
    if [[ $class != 03* && $class != 1200* && $vendor != 10de ]]; then continue; fi
    value_of "$folder/device"
    device=${value#0x}
    driver=-
    if [[ -L $folder/driver ]]; then driver=$(basename -- "$(readlink -- "$folder/driver")"); fi
    printf '%s %s %s %s %s' "${folder##*/}" "$class" "$vendor" "$device" "$driver"
    value_of "$folder/subsystem_vendor"
    printf ' %s' "${value:--}"
    value_of "$folder/subsystem_device"
    printf ' %s' "${value:--}"
    value_of "$folder/boot_vga"
    printf ' %s\n' "${value:--}"
  done
}

clock() {
  section clock
  quietly timedatectl show -p NTP -p NTPSynchronized
  section clock-services
  quietly systemctl is-active systemd-timesyncd chrony chronyd ntp ntpsec
  section chrony
  quietly chronyc -c tracking
}

network() {
  section listening
  quietly ss -H -l -n -t -u -p
  section sockets
  if ! have ss; then text_of /proc/net/tcp /proc/net/tcp6; fi
  section ufw
  quietly ufw status
  section firewalld
  quietly systemctl is-active firewalld
  section nft
  quietly nft list chains
  section iptables
  if ! have nft; then quietly iptables -S INPUT; fi
}

security() {
  local file=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
  section firmware
  if [[ -d /sys/firmware/efi ]]; then echo efi; else echo bios; fi
  section secure-boot
  if [[ -r $file ]]; then od -An -t u1 -j 4 -N 1 -- "$file" || true; fi
}

programs() {
  section desktop
  quietly systemctl is-active display-manager
  section commands
  cat /proc/[0-9]*/comm 2>/dev/null | grep -xE 'Xorg|Xwayland|gnome-shell|kwin_wayland|kwin_x11|sddm|gdm3|lightdm' || true
  section docker
  quietly systemctl is-active docker
  section containers
  if [[ -S /run/docker.sock ]]; then quietly docker ps --format '{{.Names}} {{.Image}}'; fi
  section docker-config
  text_of /etc/docker/daemon.json
  section toolkit
  quietly nvidia-ctk --version
  section toolkit-config
  text_of /etc/nvidia-container-runtime/config.toml
  section containerd-configs
  grep -l nvidia /etc/containerd/config.toml /var/lib/rancher/k3s/agent/etc/containerd/config.toml 2>/dev/null || true
  section cdi
  compgen -G '/etc/cdi/*.[yj]*' || true
  compgen -G '/var/run/cdi/*.[yj]*' || true
  section nvidia
  text_of /proc/driver/nvidia/version
  section modules
  for module in nvidia nouveau amdgpu br_netfilter overlay; do
    if [[ -d /sys/module/$module ]]; then echo "$module"; fi
  done
  section packages
  # shellcheck disable=SC2016 # dpkg's own fields
  quietly dpkg-query -W -f '${db:Status-Abbrev} ${Package} ${Version}\n' 'nvidia-*' 'libnvidia-*' 'linux-image-*' \
    'unattended-upgrades'
  section k3s-version
  if [[ -x /usr/local/bin/k3s ]]; then quietly /usr/local/bin/k3s --version; fi
  section k3s-units
  quietly systemctl show -p Id -p LoadState -p ActiveState k3s.service k3s-agent.service
  section k3s-ours
  grep -ls pulumi-akash /etc/systemd/system/k3s.service /etc/systemd/system/k3s-agent.service || true
  section k3s-site
  text_of /etc/pulumi-akash/site
  section k3s-data
  compgen -G '/var/lib/rancher/k3s/server/db' || compgen -G '/var/lib/rancher/k3s/agent/client-kubelet.crt' || true
  section k3s-traefik
  compgen -G '/var/lib/rancher/k3s/server/manifests/traefik*.yaml' || true
  section reboot-required
  if [[ -e /run/reboot-required ]]; then
    echo required
    text_of /run/reboot-required.pkgs
  fi
}

fact sections "$({
  basics
  disks
  pci
  clock
  network
  security
  programs
} | base64 -w 0)"
facts
