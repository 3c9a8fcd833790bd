#!/usr/bin/env bash
# Restarts this machine in a minute, and has a run go on afterwards.
set -euo pipefail
: "${want_unit?}"
unit=pulumi-akash-resume.service

# An empty text removes what an earlier run has left.
if [[ -z $want_unit && -e /etc/systemd/system/$unit ]]; then systemctl disable --quiet "$unit"; fi
put_ours "/etc/systemd/system/$unit" 0644 "$want_unit"
systemctl daemon-reload
if [[ -n $want_unit ]]; then systemctl enable --quiet "$unit"; fi
shutdown -r +1 "The Akash site needs a restart. It goes on by itself; shutdown -c calls it off." >&2
facts
