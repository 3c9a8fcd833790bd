#!/usr/bin/env bash
# Puts kernel settings in force and keeps them over a reboot.
set -euo pipefail
: "${want_content?}"
declare -A want_settings

put_ours /etc/sysctl.d/90-pulumi-akash.conf 0644 "$want_content"
for name in "${!want_settings[@]}"; do
  setting=/proc/sys/${name//.//}
  [[ -e $setting ]] || fail "this kernel has no setting $name"
  if [[ $(tr '\t' ' ' <"$setting") == "${want_settings[$name]}" ]]; then continue; fi
  say "setting $name to ${want_settings[$name]}"
  printf '%s\n' "${want_settings[$name]}" >"$setting" || fail "this machine does not let $name be set to ${want_settings[$name]}"
done
facts
