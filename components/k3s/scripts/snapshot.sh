# shellcheck shell=bash
# Takes a snapshot on this server, as its timer does.
: "${want_reason?}"

if [[ $(systemctl is-active k3s.service || true) != active ]]; then
  say "starting K3s for the snapshot"
  timeout 240 systemctl start k3s.service
fi
say "saving the cluster's data"
path=$(/usr/local/lib/pulumi-akash/k3s-snapshot "$want_reason" | tail -n 1)
fact path "$path"
fact_json bytes "$(stat -c %s -- "$path")"
facts
