#!/usr/bin/env bash
# image.sh TARGET MIRROR SUITE COMPONENTS: the disk of a test host, made from the distribution's own packages.
#
# Needs root, debootstrap's script in DEBOOTSTRAP_DIR and apt's settings in the file APT_SETTINGS. Hosts have no way
# out of their network, so what a preparation installs lies in a package source on the disk.
set -euo pipefail
target=$1 mirror=$2 suite=$3 components=$4

# On every disk. systemd-container is for the machine that runs the host: its systemd-nspawn is used from this disk,
# so that nothing is installed on that machine.
installed=systemd,systemd-sysv,systemd-container,dbus,openssh-server,sudo,iproute2,procps,kmod,ca-certificates,curl
# Can be installed on a host.
offered=(chrony nftables pciutils iptables ufw jq lvm2 nfs-common open-iscsi socat conntrack ethtool gnupg sqlite3 python3)

# A disk that is only moved into place when it is whole needs no care while it is filled.
mkdir -p "$target/etc/dpkg/dpkg.cfg.d"
echo force-unsafe-io >"$target/etc/dpkg/dpkg.cfg.d/lab"

"${DEBOOTSTRAP:?}" --variant=minbase --include="$installed" --components="$components" \
  "$suite" "$target" "$mirror"

on_disk() { chroot "$target" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive "$@"; }

packages=$target/var/lib/package-source
mkdir -p "$packages"
cp /etc/resolv.conf "$target/etc/resolv.conf"
cp "${APT_SETTINGS:?}" "$target/etc/apt/apt.conf.d/99machine"
on_disk apt-get update -q
# What one of them brings along may already be an answer to another.
for package in "${offered[@]}"; do
  on_disk apt-get install -q -y --download-only --no-install-recommends \
    -o Dir::Cache::archives=/var/lib/package-source "$package" || echo "$package is not offered: $suite lacks it"
done
rm -rf "$packages/partial" "$packages/lock" "$target/etc/apt/apt.conf.d/99machine"
for file in "$packages"/*.deb; do
  dpkg-deb --field "$file"
  printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "${file##*/}" "$(stat -c %s "$file")" "$(sha256sum <"$file" | cut -d ' ' -f 1)"
done >"$packages/Packages"

rm -rf "$target/var/lib/apt/lists" "$target/etc/apt/sources.list" "$target"/etc/apt/sources.list.d/*
mkdir -p "$target/var/lib/apt/lists/partial"
echo 'deb [trusted=yes] file:/var/lib/package-source ./' >"$target/etc/apt/sources.list"
rm "$target/etc/resolv.conf"
on_disk apt-get update -q
on_disk apt-get clean

# Every host has its own.
rm -f "$target"/etc/ssh/ssh_host_* "$target/etc/machine-id" "$target/etc/hostname"

printf 'PermitRootLogin yes\nPasswordAuthentication yes\nUsePAM yes\nUseDNS no\n' >"$target/etc/ssh/sshd_config.d/lab.conf"
on_disk useradd --create-home --no-user-group --shell /bin/bash --groups sudo operator

# What only costs a test host time.
on_disk systemctl mask --quiet apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer \
  systemd-networkd-wait-online.service systemd-firstboot.service console-getty.service getty.target \
  systemd-journal-flush.service
on_disk systemctl enable --quiet systemd-networkd.service ssh.service

# Parts of the kernel that a host shares with the machine it runs on: see kernel.sh.
install -m 755 "$(dirname "${BASH_SOURCE[0]}")/kernel.sh" "$target/usr/local/sbin/lab-kernel"
cat >"$target/etc/systemd/system/lab-kernel.service" <<'UNIT'
[Unit]
Description=The test host's own view of kernel settings and PCI devices
DefaultDependencies=no
Before=systemd-sysctl.service sysinit.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/lab-kernel
[Install]
WantedBy=sysinit.target
UNIT
on_disk systemctl enable --quiet lab-kernel.service
