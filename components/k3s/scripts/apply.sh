# shellcheck shell=bash
# Brings K3s on this machine to its declaration; restarts it only where something that it reads at start changed.
: "${want_version?}" "${want_sha256?}" "${want_staged?}" "${want_unit_name?}" "${want_token_generation?}"
: "${want_files_count?}" "${want_timer?}" "${secret_join_token?}" "${secret_agent_token?}" "${secret_registries?}"
declare -a want_absent
if ((want_files_count > 0)); then
  : "${want_files_path?}" "${want_files_mode?}" "${want_files_content?}" "${want_files_restart?}"
fi

binary=/usr/local/bin/k3s
config=/etc/rancher/k3s
changed=()
restart=false
reload=false

# changed_if RESTART NAME: what `put` did.
changed_if() {
  [[ ${put_changed?} == true ]] || return 0
  changed+=("$2")
  if [[ $1 == true ]]; then restart=true; fi
}

install -d -m 0755 -- "$config"

# --- the program
if [[ -n $want_sha256 ]] && [[ $(sha256sum -- "$binary" 2>/dev/null | cut -d ' ' -f 1) != "$want_sha256" ]]; then
  [[ $(sha256sum -- "$want_staged" | cut -d ' ' -f 1) == "$want_sha256" ]] ||
    fail "the program that arrived has another SHA-256 than its publisher says; it was not installed"
  chmod 0755 -- "$want_staged"
  chown 0:0 -- "$want_staged"
  # A running program cannot be written to, but its name can be given to another file.
  mv -fT -- "$want_staged" "$binary"
  say "K3s $want_version is in place"
  changed+=(program)
  restart=true
fi
for name in kubectl crictl ctr; do
  [[ -e /usr/local/bin/$name || -L /usr/local/bin/$name ]] || ln -s k3s "/usr/local/bin/$name"
done

# --- tokens
if [[ -n $secret_join_token ]]; then
  put "$config/join-token" 600 <<<"$secret_join_token"
  changed_if true "join token"
fi
if [[ -n $secret_agent_token ]]; then
  put "$config/agent-token" 600 <<<"$secret_agent_token"
  changed_if true "agent token"
elif [[ $want_unit_name == k3s.service && ! -s $config/agent-token ]]; then
  put "$config/agent-token" 600 <<<"$(head -c 32 /dev/urandom | od -An -v -tx1 | tr -d ' \n')"
  changed_if true "agent token"
fi
if [[ ! -f $config/token-generation || -n $secret_join_token ]]; then
  put "$config/token-generation" 644 <<<"$want_token_generation"
fi

# --- files
for ((i = 0; i < want_files_count; i++)); do
  put "${want_files_path[i]}" "${want_files_mode[i]}" < <(printf '%s' "${want_files_content[i]}")
  changed_if "${want_files_restart[i]}" "${want_files_path[i]##*/}"
  if [[ $put_changed == true && ${want_files_path[i]} == /etc/systemd/system/* ]]; then reload=true; fi
done
if [[ -n $secret_registries ]]; then
  put "$config/registries.yaml" 600 < <(printf '%s' "$secret_registries")
  changed_if true registries.yaml
elif [[ -e $config/registries.yaml ]]; then
  rm -f -- "$config/registries.yaml"
  changed+=("registries.yaml (removed)")
  restart=true
fi
for path in "${want_absent[@]}"; do
  if [[ -e $path ]]; then
    rm -f -- "$path"
    changed+=("${path##*/} (removed)")
    if [[ $path != */manifests/* ]]; then restart=true; fi
  fi
done

# --- services
if [[ $reload == true ]]; then systemctl daemon-reload; fi
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
fi
fact_list changed "${changed[@]}"
fact_json restarted "$restart"
fact failure "$failure"
facts
