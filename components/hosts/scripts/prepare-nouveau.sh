#!/usr/bin/env bash
# Keeps the nouveau driver from taking a card; where it has it already, the next boot lets it go.
set -euo pipefail
: "${want_content?}"

put_ours /etc/modprobe.d/pulumi-akash-nouveau.conf 0644 "$want_content"
# It may be loaded from the first RAM disk, before this file is read.
if have update-initramfs; then
  say "writing the first RAM disk anew"
  update-initramfs -u >&2
fi
facts
