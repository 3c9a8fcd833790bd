# shellcheck shell=bash
# Stops K3s and keeps it from starting; what it runs goes on.
for unit in k3s.service k3s-agent.service; do
  if [[ -e /etc/systemd/system/$unit ]]; then
    say "stopping $unit"
    systemctl disable --quiet "$unit"
    systemctl stop "$unit"
  fi
done
facts
