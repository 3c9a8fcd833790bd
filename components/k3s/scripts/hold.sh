# shellcheck shell=bash
# Keeps K3s from starting again by itself: a server that was taken out of etcd would come back into it.
if [[ -e /etc/systemd/system/k3s.service ]]; then
  put /run/systemd/system/k3s.service.d/pulumi-akash-hold.conf 644 <<<$'[Service]\nRestart=no'
  systemctl daemon-reload
  systemctl disable --quiet k3s.service
fi
facts
