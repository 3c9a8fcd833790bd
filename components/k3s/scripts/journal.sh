# shellcheck shell=bash
# What K3s last wrote.
: "${want_unit?}"

fact journal "$(journalctl -u "$want_unit" -n 80 --no-pager -o cat 2>/dev/null || true)"
facts
