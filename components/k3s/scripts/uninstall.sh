# shellcheck shell=bash
# Takes K3s and everything that it made off this machine. What of the rest belongs to others stays.
: "${want_data_dir?}"

# K3s brings tools of its own, which a plain machine may lack.
for folder in "$want_data_dir"/data/current/bin "$want_data_dir"/data/current/bin/aux; do
  if [[ -d $folder ]]; then PATH=$PATH:$folder; fi
done

for unit in k3s-snapshot.timer k3s-snapshot.service k3s.service k3s-agent.service; do
  if [[ -e /etc/systemd/system/$unit ]]; then
    say "removing $unit"
    systemctl disable --quiet "$unit" 2>/dev/null || true
    systemctl stop "$unit" 2>/dev/null || true
    rm -f -- "/etc/systemd/system/$unit"
    systemctl reset-failed "$unit" 2>/dev/null || true
  fi
done
rm -f -- /etc/default/k3s /etc/default/k3s-agent /run/pulumi-akash-k3s-restart-pending
rm -rf -- /run/systemd/system/k3s.service.d
systemctl daemon-reload

# Containers outlive the service: their shims and all that runs under them.
tree() {
  local pid
  for pid in "$@"; do
    printf '%s\n' "$pid"
    # shellcheck disable=SC2046
    tree $(cat -- "/proc/$pid/task/$pid/children" 2>/dev/null || true)
  done
}
shims=()
for process in /proc/[0-9]*; do
  executable=$(readlink -- "$process/exe" 2>/dev/null || true)
  case $executable in
  "$want_data_dir"/data/*/bin/containerd-shim*) shims+=("${process#/proc/}") ;;
  esac
done
if ((${#shims[@]} > 0)); then
  say "ending the containers of ${#shims[@]} pods"
  mapfile -t doomed < <(tree "${shims[@]}")
  kill -9 "${doomed[@]}" 2>/dev/null || true
fi

# Deeper mounts first.
mapfile -t mounts < <(cut -d ' ' -f 2 /proc/self/mounts | sort -r)
for mount in "${mounts[@]}"; do
  case $mount in
  /run/k3s/* | /var/lib/kubelet/* | /run/netns/cni-* | "$want_data_dir"/*) umount -f -- "$mount" 2>/dev/null || umount -l -- "$mount" || true ;;
  esac
done
for namespace in /run/netns/cni-*; do
  if [[ -e $namespace ]]; then
    ip netns delete "${namespace##*/}" 2>/dev/null || rm -f -- "$namespace"
  fi
done

for link in /sys/class/net/*; do
  name=${link##*/}
  case $name in
  cni0 | flannel.1 | flannel-v6.1 | flannel-wg | flannel-wg-v6 | kube-ipvs0 | vxlan.calico | vxlan-v6.calico | cali*)
    ip link delete "$name" 2>/dev/null || true
    ;;
  *)
    if [[ $(readlink -- "$link/master" 2>/dev/null || true) == */cni0 ]]; then ip link delete "$name" || true; fi
    ;;
  esac
done

for family in iptables ip6tables; do
  if have "$family-save" && have "$family-restore"; then
    "$family-save" 2>/dev/null | sed -E '/KUBE-|CNI-|cali-|flannel|FLANNEL/d' | "$family-restore" || true
  fi
done
if have ipset; then
  for set in $(ipset list -n 2>/dev/null | grep -E '^(inet6:)?KUBE-|^cali' || true); do ipset destroy "$set" 2>/dev/null || true; done
fi

say "removing its files"
if mountpoint -q -- "$want_data_dir"; then
  # A disk of its own is emptied and stays mounted.
  find "$want_data_dir" -xdev -mindepth 1 -delete
else
  rm -rf --one-file-system -- "$want_data_dir"
fi
rm -rf --one-file-system -- /etc/rancher/k3s /etc/rancher/node /run/k3s /run/flannel \
  /var/lib/kubelet /var/lib/cni /etc/cni/net.d/10-calico.conflist /etc/cni/net.d/calico-kubeconfig \
  /var/lib/calico /run/calico /etc/pulumi-akash/site /etc/pulumi-akash/snapshots.crt /etc/pulumi-akash/k3s-snapshot.conf \
  /usr/local/lib/pulumi-akash/k3s-snapshot /var/lib/pulumi-akash/snapshots
for name in kubectl crictl ctr; do
  if [[ $(readlink -- "/usr/local/bin/$name" 2>/dev/null || true) == k3s ]]; then rm -f -- "/usr/local/bin/$name"; fi
done
rm -f -- /usr/local/bin/k3s /usr/local/bin/.k3s-*
for folder in /var/log/pods /var/log/containers; do
  if [[ -d $folder ]]; then rm -rf -- "$folder"; fi
done
for folder in /var/lib/rancher /etc/rancher /etc/pulumi-akash /usr/local/lib/pulumi-akash /var/lib/pulumi-akash; do
  rmdir -- "$folder" 2>/dev/null || true
done
facts
