#!/usr/bin/env bash
# boot.sh NAME FOLDER IMAGE BRIDGE [NSPAWN OPTION...]: becomes the process that runs one test host.
#
# Runs in a mount namespace of its own, so that the host's disk is gone with its last process, and in control groups
# of its own, so that hosts do not take each other's. The disk is a layer on the image; where the file system cannot
# carry one, a copy.
set -euo pipefail
name=$1 folder=$2 image=$3 bridge=$4
shift 4

mkdir -p "$folder/changes" "$folder/work" "$folder/disk"
if ! mount -t overlay overlay -o "lowerdir=$image,upperdir=$folder/changes,workdir=$folder/work" "$folder/disk" 2>/dev/null; then
  if [ ! -e "$folder/disk/etc/os-release" ]; then
    cp -a --reflink=auto "$image/." "$folder/disk/"
    cp -a "$folder/changes/." "$folder/disk/"
  fi
fi

for groups in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
  [ -e "$groups/cgroup.procs" ] || continue
  mkdir -p "$groups/$name"
  echo $$ >"$groups/$name/cgroup.procs"
done

# Where systemd-nspawn leaves folders behind.
mkdir -p /run/systemd/nspawn
mount -t tmpfs tmpfs /run/systemd/nspawn

# Its interface is named after the machine, and the one of the last boot may not be gone yet.
machine=$name-$RANDOM$RANDOM

# The image's systemd-nspawn with the image's libraries: it fits the systemd that it boots.
libraries=$(find "$image/usr/lib" -maxdepth 1 -name '*-linux-gnu' | head -n 1)
loader=$(find "$image/lib64/" "$libraries/" -maxdepth 1 -name 'ld-linux-*' | head -n 1)
exec "$loader" --library-path "$libraries:$libraries/systemd" "$image/usr/bin/systemd-nspawn" \
  --directory="$folder/disk" --machine="$machine" --boot --register=no --keep-unit \
  --network-bridge="$bridge" --resolv-conf=off --timezone=off --link-journal=no --settings=no \
  --console=pipe "$@"
