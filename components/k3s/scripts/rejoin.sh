# shellcheck shell=bash
# Lets a server forget its copy of the data and take that of the restored one.
: "${want_data_dir?}" "${secret_join_token?}"

systemctl stop k3s.service
rm -rf -- "$want_data_dir/server/db"
put /etc/rancher/k3s/join-token 600 <<<"$secret_join_token"
systemctl start --no-block k3s.service
facts
