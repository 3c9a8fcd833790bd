#!/usr/bin/env bash
# Removes the service with which a run went on after a restart.
set -euo pipefail
unit=pulumi-akash-resume.service

if [[ -e /etc/systemd/system/$unit ]]; then
  ours "/etc/systemd/system/$unit" || fail "$unit is not ours: it lacks our header"
  systemctl disable --quiet "$unit"
  rm -f "/etc/systemd/system/$unit"
  systemctl daemon-reload
fi
facts
