#!/usr/bin/env bash
# Installs driver, Fabric Manager and container toolkit, sets the toolkit up, and writes the CDI specification.
set -euo pipefail
: "${want_fabric_manager_package?}"
: "${want_repositories_count:=0}"
declare -a want_driver_packages want_toolkit_configs
# Absent where no repository is to be added.
declare -a want_repositories_name want_repositories_uri want_repositories_suite
declare -a want_repositories_key_url want_repositories_fingerprint

installed() { [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# Names of packages that are to be held once they are installed: dpkg forgets it of those that it installs.
to_hold=/var/lib/pulumi-akash-to-hold

# hold_installed: also what a run installed that was cut off before it could.
hold_installed() {
  local name names=()
  [[ -e $to_hold ]] || return 0
  while read -r name; do
    if installed "$name"; then names+=("$name"); fi
  done <"$to_hold"
  if ((${#names[@]} > 0)); then apt-mark hold "${names[@]}" >&2; fi
  rm -f "$to_hold"
}

# install_held NAME[=VERSION]...: installs packages that are upgraded by hand only from then on.
install_held() {
  finish_installations
  printf '%s\n' "${@%%=*}" >>"$to_hold"
  apt_get install --no-install-recommends --allow-change-held-packages "$@"
  hold_installed
}

# key_matches FILE ENDING: every primary key in it has a fingerprint that ends so.
key_matches() {
  local fingerprint found=false
  while read -r fingerprint; do
    [[ $fingerprint == *"$2" ]] || return 1
    found=true
  done < <(gpg --batch --show-keys --with-colons "$1" 2>/dev/null |
    awk -F: '$1 == "pub" { primary = 1 } $1 == "fpr" && primary { print $10; primary = 0 }')
  $found
}

# known_elsewhere URI NAME: whether a source that is not ours is of this repository. apt refuses two with different keys.
known_elsewhere() {
  local architecture file
  architecture=$(dpkg --print-architecture)
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources; do
    [[ -f $file && $file != /etc/apt/sources.list.d/$2.sources ]] || continue
    # shellcheck disable=SC2016 # fields of awk's
    if awk -v uri="$1" -v architecture="$architecture" '
      BEGIN { gsub(/\$\(ARCH\)/, architecture, uri) }
      /^[[:space:]]*#/ { next }
      { gsub(/\$\(ARCH\)/, architecture) }
      { for (i = 1; i <= NF; i++) { sub(/\/$/, "", $i); if ($i == uri) found = 1 } }
      END { exit !found }' "$file"; then
      return 0
    fi
  done
  return 1
}

add_repository() {
  local name=$1 uri=$2 suite=$3 key_url=$4 fingerprint=$5 key new
  key=/etc/apt/keyrings/$name.asc
  if [[ ! -f $key ]] || ! key_matches "$key" "$fingerprint"; then
    say "fetching the key of $uri"
    install -d -m 0755 /etc/apt/keyrings
    new=$(mktemp)
    curl -fsSL --proto '=https' --retry 3 -o "$new" "$key_url" || fail "The key of $uri could not be fetched."
    key_matches "$new" "$fingerprint" ||
      fail "The key at $key_url is not the one that is known for it (…$fingerprint). Nothing was installed."
    install -m 0644 "$new" "$key"
    rm -f "$new"
    sources_changed=true
  fi
  put "/etc/apt/sources.list.d/$name.sources" 0644 <<EOF
# Written by pulumi-akash.
Types: deb
URIs: $uri
Suites: $suite
Signed-By: $key
EOF
  if ${put_changed?}; then sources_changed=true; fi
}

# A driver whose installation was cut off after its module was built looks as if it were there, and is adopted.
if [[ -n $(dpkg --audit || true) ]]; then finish_installations || say "some packages cannot be set up; that is only told here"; fi
hold_installed

sources_changed=false
to_add=()
for ((i = 0; i < want_repositories_count; i++)); do
  if known_elsewhere "${want_repositories_uri[i]}" "${want_repositories_name[i]}"; then
    say "apt has ${want_repositories_uri[i]} already"
  else
    to_add+=("$i")
  fi
done
if ((${#to_add[@]} > 0)); then
  install_packages ca-certificates curl gpg
  for i in "${to_add[@]}"; do
    add_repository "${want_repositories_name[i]}" "${want_repositories_uri[i]}" "${want_repositories_suite[i]}" \
      "${want_repositories_key_url[i]}" "${want_repositories_fingerprint[i]}"
  done
fi

needed=()
for package in ${want_driver_packages[@]+"${want_driver_packages[@]}"}; do
  installed "$package" || needed+=("$package")
done
if [[ ! -x /usr/bin/nvidia-container-runtime && ! -x /usr/local/nvidia/toolkit/nvidia-container-runtime ]]; then
  toolkit_missing=true
else
  toolkit_missing=false
fi
if $sources_changed || ((${#needed[@]} > 0)) || $toolkit_missing; then apt_get update; fi

# A branch is pinned before anything of it is chosen.
for package in ${needed[@]+"${needed[@]}"}; do
  if [[ $package == nvidia-driver-pinning-* ]]; then install_held "$package"; fi
done
if ((${#needed[@]} > 0)); then
  say "installing ${needed[*]}"
  install_held "${needed[@]}"
fi

module_version() { modinfo -F version nvidia 2>/dev/null || true; }
if [[ -n $want_fabric_manager_package ]]; then
  driver=$(module_version)
  [[ -n $driver ]] || fail "There is no NVIDIA kernel module for kernel $(uname -r), so the Fabric Manager's version is not known."
  version=$(dpkg-query -W -f='${Version}' "$want_fabric_manager_package" 2>/dev/null || true)
  if [[ $version != "$driver"-* ]]; then
    say "installing the Fabric Manager of version $driver"
    apt_get update
    candidate=$(apt-cache madison "$want_fabric_manager_package" | awk -F'[| ]+' -v v="$driver-" 'index($3, v) == 1 { print $3; exit }')
    [[ -n $candidate ]] ||
      fail "No package source has $want_fabric_manager_package in version $driver, and another one refuses to start with this driver. Bring the driver to a version for which there is one."
    install_held "$want_fabric_manager_package=$candidate"
  fi
fi

if $toolkit_missing; then
  say "installing the container toolkit"
  install_held nvidia-container-toolkit
fi

# A container gets the GPUs that it was allocated, not those that it names in its environment: tenants write that. Both
# settings stand before the first table; the packages have them there as comments.
for config in "${want_toolkit_configs[@]}"; do
  text='accept-nvidia-visible-devices-as-volume-mounts = true
accept-nvidia-visible-devices-envvar-when-unprivileged = false
'
  if [[ -e $config ]]; then
    text+=$(awk '
      /^[[:space:]]*\[/ { table = 1 }
      !table && /^[[:space:]]*#?[[:space:]]*accept-nvidia-visible-devices-[a-z-]+[[:space:]]*=/ { next }
      { print }' "$config")
  elif [[ $config != /etc/* ]]; then
    continue
  fi
  put "$config" 0644 <<<"${text%$'\n'}"
done

reboot=
if [[ ! -d /sys/module/nvidia ]]; then
  if [[ -d /sys/module/nouveau ]]; then
    reboot="nouveau holds the GPU"
  elif ! modprobe nvidia 2>/dev/null; then
    reboot="the NVIDIA kernel module does not load yet"
  fi
elif [[ -r /sys/module/nvidia/version && $(</sys/module/nvidia/version) != "$(module_version)" ]]; then
  reboot="another version of the driver is loaded than is installed"
fi

if [[ -z $reboot ]]; then
  if [[ -n $want_fabric_manager_package ]] && ! systemctl is-active --quiet nvidia-fabricmanager.service; then
    systemctl enable --now nvidia-fabricmanager.service >&2
  fi
  if systemctl cat nvidia-cdi-refresh.service >/dev/null 2>&1; then
    # What it writes is in memory, so it has to run at every boot.
    systemctl enable nvidia-cdi-refresh.service >&2
    systemctl enable --now nvidia-cdi-refresh.path >&2
    systemctl start nvidia-cdi-refresh.service >&2
  elif [[ ! -f /etc/cdi/nvidia.yaml ]]; then
    install -d -m 0755 /etc/cdi
    nvidia-ctk cdi generate --output=/etc/cdi/nvidia.yaml >&2
  fi
fi

fact reboot "$reboot"
facts
