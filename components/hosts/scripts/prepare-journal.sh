#!/usr/bin/env bash
# Limits what the journal takes on disk.
set -euo pipefail
: "${want_content?}"

put_ours /etc/systemd/journald.conf.d/pulumi-akash.conf 0644 "$want_content"
systemctl try-restart systemd-journald.service
facts
