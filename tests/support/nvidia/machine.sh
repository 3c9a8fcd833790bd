#!/usr/bin/env bash
# machine.sh driver VERSION | upgrade VERSION | toolkit | docker: runs on a test host and leaves there what an
# installation of NVIDIA's software leaves, as far as anything asks for it.
#
# It stands in for packages of NVIDIA's, which no test machine can fetch, and for a kernel module, which a host that
# shares this machine's kernel cannot load. The module that is loaded is the one that was on disk when the host booted;
# the driver's tool refuses to work with another one, as the real one does.
set -euo pipefail
own=/var/lib/lab/nvidia
mkdir -p $own

program() {
  cat >"$1"
  chmod 755 "$1"
}

driver() {
  echo "$1" >$own/installed
  program /usr/local/sbin/lab-nvidia <<'END'
#!/usr/bin/env bash
# The kernel loads the module that is on disk: the files that show it, in the place of those of the kernel that runs.
set -euo pipefail
version=$(</var/lib/lab/nvidia/installed)
own=/run/lab/nvidia
mkdir -p $own/module/nvidia $own/driver/nvidia
# systemd-nspawn leaves this folder out.
if [[ ! -d /sys/module ]]; then
  mount -o remount,rw /sys
  mkdir /sys/module
  mount -o remount,ro /sys
fi
echo "$version" >$own/module/nvidia/version
echo "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  $version  Release Build" >$own/driver/nvidia/version
mount --bind $own/module /sys/module
mount --bind $own/driver /proc/driver
END
  cat >/etc/systemd/system/lab-nvidia.service <<'END'
[Unit]
Description=NVIDIA's kernel module, as the test host shows it
DefaultDependencies=no
After=lab-kernel.service
Before=sysinit.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/lab-nvidia
[Install]
WantedBy=sysinit.target
END
  program /usr/local/sbin/modinfo <<'END'
#!/bin/sh
# modinfo -F FIELD nvidia
case $2 in
version) cat /var/lib/lab/nvidia/installed ;;
license) echo 'Dual MIT/GPL' ;;
esac
END
  program /usr/bin/nvidia-smi <<'END'
#!/bin/sh
# nvidia-smi -L
if [ "$(cat /sys/module/nvidia/version)" != "$(cat /var/lib/lab/nvidia/installed)" ]; then
  echo 'Failed to initialize NVML: Driver/library version mismatch'
  exit 18
fi
echo 'GPU 0: NVIDIA GeForce RTX 5090 (UUID: GPU-5090c0de-0000-4000-8000-000000000001)'
END
  systemctl daemon-reload
  systemctl enable --quiet --now lab-nvidia.service
}

toolkit() {
  program /usr/bin/nvidia-container-runtime <<<'#!/bin/sh'
  program /usr/bin/nvidia-ctk <<'END'
#!/bin/sh
# nvidia-ctk --version, nvidia-ctk cdi generate --output=FILE
case $1 in
--version) echo 'NVIDIA Container Toolkit CLI version 1.18.1' ;;
cdi) printf 'cdiVersion: 0.5.0\nkind: nvidia.com/gpu\n' >"${3#--output=}" ;;
esac
END
}

case $1 in
driver) driver "$2" ;;
upgrade) echo "$2" >$own/installed ;;
toolkit) toolkit ;;
docker)
  # What `nvidia-ctk runtime configure --runtime=docker` writes.
  mkdir -p /etc/docker
  echo '{"runtimes":{"nvidia":{"path":"nvidia-container-runtime"}}}' >/etc/docker/daemon.json
  ;;
*) exit 2 ;;
esac
