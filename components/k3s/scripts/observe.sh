# shellcheck shell=bash
# What K3s is on this machine, and how it is set up. Changes nothing.
: "${want_data_dir?}" "${want_kubelet_file?}"
declare -a want_files

binary=/usr/local/bin/k3s
version=
if [[ -x $binary ]]; then
  version=$("$binary" --version 2>/dev/null | head -n 1) || version=unusable
fi
fact version "$version"
fact arch "$(uname -m)"

role=
unit=k3s.service
if [[ -e /etc/systemd/system/k3s.service ]]; then
  role=server
elif [[ -e /etc/systemd/system/k3s-agent.service ]]; then
  role=agent
  unit=k3s-agent.service
fi
fact role "$role"
service=$(systemctl is-active "$unit" 2>/dev/null || true)
# What it reads at start was changed, and it runs on with what it read before.
if [[ $service == active && -e /run/pulumi-akash-k3s-restart-pending ]]; then service="restart pending"; fi
fact service "$service"
fact enabled "$(systemctl is-enabled "$unit" 2>/dev/null || true)"

datastore=
if [[ -d $want_data_dir/server/db/etcd ]]; then
  datastore=etcd
elif [[ -d $want_data_dir/server/db ]]; then
  datastore=sqlite
fi
fact datastore "$datastore"

# text NAME PATH: the file, or nothing where there is none.
text() {
  if [[ -f $2 ]]; then fact "$1" "$(cat -- "$2")"; fi
}
text config /etc/rancher/k3s/config.yaml
text registries /etc/rancher/k3s/registries.yaml
text scheduler /etc/rancher/k3s/scheduler.yaml
text kubelet "$want_kubelet_file"
text unit "/etc/systemd/system/$unit"
text site /etc/pulumi-akash/site
text tokenGeneration /etc/rancher/k3s/token-generation
for file in "${want_files[@]}"; do
  text "manifest:$file" "$want_data_dir/server/manifests/$file"
done
text snapshotCertificate /etc/pulumi-akash/snapshots.crt
text snapshotSettings /etc/pulumi-akash/k3s-snapshot.conf
text snapshotTimer /etc/systemd/system/k3s-snapshot.timer
fact snapshotTimerState "$(systemctl is-active k3s-snapshot.timer 2>/dev/null || true)"
fact_bool joined test -f /etc/rancher/node/password
facts
