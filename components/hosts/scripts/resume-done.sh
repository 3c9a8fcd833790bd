#!/usr/bin/env bash
# Removes the service with which a run was to go on after a restart. One that runs removes itself when it ends.
set -euo pipefail
unit=pulumi-akash-resume.service

if [[ -e /etc/systemd/system/$unit ]] && ! systemctl is-active --quiet "$unit"; then
  ours "/etc/systemd/system/$unit" || fail "$unit is not ours: it lacks our header"
  systemctl disable --quiet "$unit"
  rm -f "/etc/systemd/system/$unit"
  systemctl daemon-reload
fi
facts
