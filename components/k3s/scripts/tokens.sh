# shellcheck shell=bash
# The tokens with which nodes join, from a server. They are secrets: nothing prints them but the answer.
: "${want_data_dir?}"

server=$want_data_dir/server
deadline=$((SECONDS + 60))
until [[ -s $server/token ]]; do
  ((SECONDS < deadline)) || fail "this server has no token: K3s never ran here, or its data directory is another one"
  sleep 0.5
done
fact server "$(cat -- "$server/token")"
fact agent "$(cat -- "$server/agent-token" 2>/dev/null || cat -- "$server/token")"
fact agentSecret "$(cat -- /etc/rancher/k3s/agent-token 2>/dev/null || true)"
facts
