# shellcheck shell=bash
# Replaces the tokens on the first server. The old ones no longer let anything in; nodes that are in stay in.
: "${want_token_generation?}"

config=/etc/rancher/k3s
if [[ $(cat -- "$config/token-generation" 2>/dev/null || echo 1) != "$want_token_generation" ]]; then
  say "replacing the tokens"
  /usr/local/bin/k3s token rotate >/dev/null
  put "$config/agent-token" 600 <<<"$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n')"
  systemctl restart k3s.service
  put "$config/token-generation" 644 <<<"$want_token_generation"
fi
facts
