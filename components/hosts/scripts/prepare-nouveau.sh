#!/usr/bin/env bash
# Keeps the nouveau driver from taking a card; where it has it already, the next boot lets it go.
set -euo pipefail
: "${want_content?}"
applied=/etc/pulumi-akash/nouveau.applied

# What is there says what the first RAM disk holds, so it goes before that may change and comes after it has.
if [[ -n $want_content ]]; then rm -f "$applied"; fi
put_ours /etc/modprobe.d/pulumi-akash-nouveau.conf 0644 "$want_content"
# The driver may be loaded from the first RAM disk, before this file is read.
if have update-initramfs; then
  say "writing the first RAM disk anew"
  update-initramfs -u >&2
fi
put_ours "$applied" 0600 "$want_content"
facts
