#!/usr/bin/env bash
# Saves the cluster's data on this server, encrypted for a key whose other half is elsewhere.
# usage: k3s-snapshot [REASON]
# The archive holds the datastore and what is needed to open it again: the server token, for SQLite also the
# certificates. The last line on standard output is the path of the archive.
set -Eeuo pipefail
umask 077

# shellcheck source=/dev/null
source /etc/pulumi-akash/k3s-snapshot.conf
: "${data_dir?}" "${keep?}"
reason=${1:-scheduled}
certificate=/etc/pulumi-akash/snapshots.crt
folder=/var/lib/pulumi-akash/snapshots
server=$data_dir/server

command -v openssl >/dev/null || {
  echo "openssl is not installed; snapshots are encrypted with it" >&2
  exit 1
}
# copy_sqlite FROM TO: a copy of the database as one transaction sees it, while K3s goes on writing. Fails where this
# machine has nothing that knows how. Not the shell's `.backup`: that begins anew whenever somebody writes.
copy_sqlite() {
  [[ $(head -c 15 -- "$1") == "SQLite format 3" ]] || return 1
  if command -v sqlite3 >/dev/null; then
    (cd -- "${2%/*}" && sqlite3 -batch -bail -cmd '.timeout 30000' "$1" "VACUUM INTO '${2##*/}'")
  elif command -v python3 >/dev/null && python3 -c 'import sqlite3' 2>/dev/null; then
    python3 - "$1" "$2" <<'END'
import sqlite3, sys
source = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
source.execute("VACUUM INTO ?", (sys.argv[2],))
END
  else
    return 1
  fi
}

mkdir -p -- "$folder"
work=$(mktemp -d -- "$server/.snapshot.XXXXXX")
stopped=false
finish() {
  if [[ $stopped == true ]]; then systemctl start --no-block k3s.service; fi
  rm -rf -- "$work"
}
trap finish EXIT

if [[ -d $server/db/etcd ]]; then
  echo etcd >"$work/datastore"
  mkdir -- "$work/etcd"
  /usr/local/bin/k3s etcd-snapshot save --name=pulumi-akash --etcd-snapshot-dir="$work/etcd" >&2
  taken=("$work"/etcd/pulumi-akash-*)
  mv -- "${taken[0]}" "$work/etcd.snapshot"
  rm -rf -- "$work/etcd"
  parts=(etcd.snapshot)
else
  echo sqlite >"$work/datastore"
  mkdir -- "$work/db"
  if ! copy_sqlite "$server/db/state.db" "$work/db/state.db"; then
    # The files can only be copied while nobody writes to them. Pods go on.
    rm -f -- "$work/db/state.db"
    if systemctl is-active --quiet k3s.service; then
      systemctl stop k3s.service
      stopped=true
    fi
    cp -a -- "$server/db/." "$work/db/"
    if [[ $stopped == true ]]; then
      stopped=false
      systemctl start k3s.service
    fi
  fi
  cp -a -- "$server/tls" "$server/cred" "$work/"
  parts=(db tls cred)
fi
cp -- "$server/token" "$work/token"

name=$(date -u +%Y%m%dT%H%M%SZ)-$reason
target=$folder/$name.cms
tar -C "$work" -czf - datastore token "${parts[@]}" |
  openssl cms -encrypt -binary -stream -aes-256-gcm -outform PEM -out "$target.part" "$certificate"
sync -- "$target.part"
mv -f -- "$target.part" "$target"

# Names begin with the time.
mapfile -t all < <(find "$folder" -maxdepth 1 -name '*.cms' -printf '%f\n' | sort -r)
for old in "${all[@]:keep}"; do rm -f -- "$folder/$old"; done
printf '%s\n' "$target"
