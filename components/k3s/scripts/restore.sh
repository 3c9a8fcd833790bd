# shellcheck shell=bash
# Puts the cluster's data back from a snapshot, which comes on standard input. This server is then the only one.
: "${want_data_dir?}" "${secret_key?}"

server=$want_data_dir/server
work=$(mktemp -d -- "$want_data_dir/.restore.XXXXXX")
chmod 0700 "$work"
trap 'rm -rf -- "$work"' EXIT
printf '%s' "$secret_key" >"$work/key.pem"
chmod 0600 "$work/key.pem"
cat >"$work/snapshot.cms"
openssl cms -decrypt -binary -inform PEM -in "$work/snapshot.cms" -inkey "$work/key.pem" -out "$work/archive.tgz" ||
  fail "the snapshot cannot be opened with this key, or it was changed"
rm -f -- "$work/key.pem"
mkdir -- "$work/content"
tar -C "$work/content" -xzf "$work/archive.tgz"
content=$work/content
datastore=$(cat -- "$content/datastore")

say "stopping K3s"
systemctl stop k3s.service
install -m 0600 -- "$content/token" "$server/token"
kept=$server/db-before-restore
rm -rf -- "$kept"
case $datastore in
etcd)
  say "restoring etcd"
  if [[ -d $server/db ]]; then cp -a -- "$server/db" "$kept"; fi
  rm -f -- "$server/db/reset-flag"
  timeout 240 /usr/local/bin/k3s server --cluster-reset --token-file="$content/token" \
    --cluster-reset-restore-path="$content/etcd.snapshot" >&2
  ;;
sqlite)
  say "restoring SQLite"
  if [[ -d $server/db ]]; then mv -T -- "$server/db" "$kept"; fi
  cp -a -- "$content/db" "$server/db"
  for folder in tls cred; do
    rm -rf -- "${server:?}/$folder"
    cp -a -- "$content/$folder" "$server/$folder"
  done
  ;;
*) fail "the snapshot holds $datastore, which is not known" ;;
esac
say "starting K3s"
systemctl start k3s.service
rm -rf -- "$kept"
fact datastore "$datastore"
facts
