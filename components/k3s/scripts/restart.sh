# shellcheck shell=bash
# Restarts K3s where it does not know of the NVIDIA runtime although it is there: it looks for runtimes at start only.
: "${want_data_dir?}"

unit=k3s-agent.service
if [[ -e /etc/systemd/system/k3s.service ]]; then unit=k3s.service; fi
known() { grep -qs nvidia "$want_data_dir/agent/etc/containerd/config.toml"; }
installed() { have nvidia-container-runtime || [[ -x /usr/local/nvidia/toolkit/nvidia-container-runtime ]]; }

restarted=false
if installed && ! known && [[ $(systemctl is-active "$unit" || true) == active ]]; then
  say "restarting $unit, so that it finds the NVIDIA runtime"
  systemctl restart "$unit"
  restarted=true
  # Back when the program has started, an agent's unit that is: it writes its configuration once a server has answered.
  for ((second = 0; second < 60; second++)); do
    if known; then break; fi
    sleep 1
  done
fi
fact_json restarted "$restarted"
fact_bool known known
facts
