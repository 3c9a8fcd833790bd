#!/usr/bin/env bash
# Runs on a test host at boot. A container shares the kernel of the machine it runs on: settings that are not of its
# network alone are read-only there, and it sees that machine's PCI bus. This gives the host files of its own in
# their place, which keep what is written until the next boot; the machine's settings stay as they are.
set -euo pipefail

own=/run/lab/sysctl
for setting in /proc/sys/fs/inotify/* /proc/sys/fs/{file-max,nr_open} \
  /proc/sys/vm/{swappiness,overcommit_memory,panic_on_oom,max_map_count} \
  /proc/sys/kernel/{panic,panic_on_oops,pid_max} /proc/sys/kernel/keys/{root_maxkeys,root_maxbytes}; do
  [ -r "$setting" ] || continue
  mkdir -p "$own/${setting%/*}"
  cat "$setting" >"$own/$setting"
  mount --bind "$own/$setting" "$setting"
done

mkdir -p /var/lib/lab/pci
if [ -d /sys/bus/pci/devices ]; then mount --bind /var/lib/lab/pci /sys/bus/pci/devices; fi
