# shellcheck shell=bash
# Brings K3s on this machine to its declaration; restarts it only where something that it reads at start changed.
: "${want_version?}" "${want_sha256?}" "${want_staged?}" "${want_unit_name?}" "${want_token_generation?}"
: "${want_files_count?}" "${want_timer?}" "${want_restart?}" "${want_site?}"
: "${secret_join_token?}" "${secret_agent_token?}" "${secret_registries?}"
declare -a want_absent
if ((want_files_count > 0)); then
  : "${want_files_path?}" "${want_files_mode?}" "${want_files_content?}" "${want_files_restart?}"
fi

binary=/usr/local/bin/k3s
config=/etc/rancher/k3s
# Says that something was changed that K3s reads at start only. Whoever goes on after a cut finds the change made, and
# without this nothing that asks for the restart. A boot is one.
pending=/run/pulumi-akash-k3s-restart-pending
changed=()
restart=$want_restart
reload=false
if [[ $restart == true ]]; then changed+=("another release runs than is in place"); fi
if [[ -e $pending ]]; then
  changed+=("a change that it was not restarted for")
  restart=true
fi

# due: right before a change that asks for a restart.
due() {
  restart=true
  : >"$pending"
}

# keep RESTART NAME PATH MODE: `put`, and what it did under that name.
keep() {
  if [[ $1 == true ]]; then put "$3" "$4" due; else put "$3" "$4"; fi
  if [[ ${put_changed?} == true ]]; then changed+=("$2"); fi
}

# gone RESTART PATH: removes a file.
gone() {
  if [[ ! -e $2 ]]; then return 0; fi
  if [[ $1 == true ]]; then due; fi
  rm -f -- "$2"
  changed+=("${2##*/} (removed)")
}

# Before anything else, so that a machine on which this is cut off is known again, and no other site takes it.
put /etc/pulumi-akash/site 644 <<<"$want_site"
install -d -m 0755 -- "$config"

# --- the program
if [[ -n $want_sha256 ]] && [[ $(sha256sum -- "$binary" 2>/dev/null | cut -d ' ' -f 1) != "$want_sha256" ]]; then
  [[ $(sha256sum -- "$want_staged" | cut -d ' ' -f 1) == "$want_sha256" ]] ||
    fail "the program that arrived has another SHA-256 than its publisher says; it was not installed"
  chmod 0755 -- "$want_staged"
  chown 0:0 -- "$want_staged"
  # A running program cannot be written to, but its name can be given to another file.
  due
  mv -fT -- "$want_staged" "$binary"
  say "K3s $want_version is in place"
  changed+=(program)
fi
for name in kubectl crictl ctr; do
  [[ -e /usr/local/bin/$name || -L /usr/local/bin/$name ]] || ln -s k3s "/usr/local/bin/$name"
done

# --- tokens
if [[ -n $secret_join_token ]]; then
  keep true "join token" "$config/join-token" 600 <<<"$secret_join_token"
fi
if [[ -n $secret_agent_token ]]; then
  keep true "agent token" "$config/agent-token" 600 <<<"$secret_agent_token"
elif [[ $want_unit_name == k3s.service && ! -s $config/agent-token ]]; then
  keep true "agent token" "$config/agent-token" 600 <<<"$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n')"
fi
if [[ ! -f $config/token-generation || -n $secret_join_token ]]; then
  put "$config/token-generation" 644 <<<"$want_token_generation"
fi

# --- files
for ((i = 0; i < want_files_count; i++)); do
  path=${want_files_path[i]}
  keep "${want_files_restart[i]}" "${path##*/}" "$path" "${want_files_mode[i]}" < <(printf '%s' "${want_files_content[i]}")
  if [[ $put_changed == true && $path == /etc/systemd/system/* ]]; then reload=true; fi
done
if [[ -n $secret_registries ]]; then
  keep true registries.yaml "$config/registries.yaml" 600 < <(printf '%s' "$secret_registries")
else
  gone true "$config/registries.yaml"
fi
for path in "${want_absent[@]}"; do
  if [[ $path == */manifests/* ]]; then gone false "$path"; else gone true "$path"; fi
done

# --- services
# A run that was cut may have left units that systemd has not read yet.
stale=$(systemctl show -p NeedDaemonReload --value "$want_unit_name" k3s-snapshot.service k3s-snapshot.timer)
if [[ $reload == true || $stale == *yes* ]]; then systemctl daemon-reload; fi
if [[ $want_timer == true ]]; then
  systemctl enable --quiet k3s-snapshot.timer
  systemctl restart k3s-snapshot.timer
fi
if [[ $(systemctl is-enabled "$want_unit_name" 2>/dev/null || true) != enabled ]]; then
  systemctl enable --quiet "$want_unit_name"
  changed+=("start with the machine")
fi
state=$(systemctl is-active "$want_unit_name" 2>/dev/null || true)
since=$(date +%s)
if [[ $state != active ]]; then
  restart=true
  changed+=("service was ${state:-not there}")
fi
failure=
if [[ $restart == true ]]; then
  say "starting $want_unit_name: ${changed[*]}"
  systemctl reset-failed "$want_unit_name" 2>/dev/null || true
  before=$(systemctl show -p NRestarts --value "$want_unit_name")
  systemctl restart --no-block "$want_unit_name"
  deadline=$((SECONDS + 300))
  until [[ $(systemctl is-active "$want_unit_name" || true) == active &&
    -z $(systemctl list-jobs --no-legend "$want_unit_name" 2>/dev/null) ]]; do
    # It starts again by itself each time it ends; the reason is known after the third.
    now=$(systemctl show -p NRestarts --value "$want_unit_name")
    if ((now - before >= 3 || SECONDS > deadline)); then
      failure=$(journalctl -u "$want_unit_name" --since "@$since" -n 60 --no-pager -o cat 2>/dev/null || true)
      failure=${failure:-it did not start within 300 s}
      break
    fi
    sleep 0.5
  done
  if [[ -z $failure ]]; then rm -f -- "$pending"; fi
fi
fact_list changed "${changed[@]}"
fact_json restarted "$restart"
fact failure "$failure"
facts
