#!/usr/bin/env bash
# Lets SSH accept keys only. The server's own check comes first: a file it refuses is taken back.
set -euo pipefail
: "${want_content?}"
file=/etc/ssh/sshd_config.d/00-pulumi-akash.conf

if [[ -n $want_content ]]; then
  grep -qE '^[[:space:]]*Include[[:space:]]+/etc/ssh/sshd_config\.d/' /etc/ssh/sshd_config ||
    fail "/etc/ssh/sshd_config does not include /etc/ssh/sshd_config.d/*.conf; SSH is left as it is"
fi
put_ours "$file" 0600 "$want_content"
mkdir -p /run/sshd
if ! problem=$(sshd -t 2>&1); then
  rm -f -- "$file"
  fail "sshd refuses the settings: $problem"
fi
systemctl try-reload-or-restart ssh.service
facts
