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
    find_npm
    # Until all is there nothing may count as installed, neither by us nor by hand.
    rm -f "$stamp" "$repo/node_modules/.package-lock.json"
    with_elapsed "npm packages: installing" install_packages ||
      explain_failure "The npm packages could not be installed. Check the network and the registry npm is configured for, and run the command again."
    printf '%s\n' "$lock_sum" >"$stamp"
  fi
  rm -rf "$lock"
  lock=
}

# shellcheck source=toolchain/node.sh
. "$toolchain/node.sh"
find_node
PATH=$node_bin:$PATH
export PATH
find_packages
# The npm of last resort, for what runs from here.
if [ -x "$home/bin/npm" ]; then PATH=$PATH:$home/bin; fi
trap - EXIT INT TERM HUP
