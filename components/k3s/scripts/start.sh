# shellcheck shell=bash
# Lets K3s start with the machine, and now.
for unit in k3s.service k3s-agent.service; do
  if [[ -e /etc/systemd/system/$unit ]]; then
    say "starting $unit"
    systemctl enable --quiet "$unit"
    systemctl start "$unit"
  fi
done
facts
