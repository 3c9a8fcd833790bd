#!/usr/bin/env bash
# Names the packages that unattended upgrades leave alone. Whoever upgrades by hand still can.
set -euo pipefail
: "${want_content?}"

put_ours /etc/apt/apt.conf.d/52pulumi-akash 0644 "$want_content"
facts
