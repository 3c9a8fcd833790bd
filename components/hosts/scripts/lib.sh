# shellcheck shell=bash disable=SC2034
# Functions that every script finds; hosts/script.ts puts them in front of it.

# say WORDS...: one line of progress.
say() { printf '%s\n' "$*" >&2; }

# fail WORDS...: ends the script with a sentence.
fail() {
  say "$*"
  exit 1
}

# The command that ended the script, as it stands in the script: values, and so secrets, are not expanded.
failed_command=
on_error() {
  [[ -n $failed_command ]] || say "failed: ${1%%$'\n'*}"
  failed_command=$1
}
trap 'on_error "$BASH_COMMAND"' ERR

# json_string TEXT: sets json to the text as a JSON string.
json_string() {
  json=${1//\\/\\\\}
  json=${json//\"/\\\"}
  json=${json//$'\n'/\\n}
  json=${json//$'\t'/\\t}
  json=${json//$'\r'/\\r}
  json="\"${json//[[:cntrl:]]/ }\""
}

# What the script answers: fact* add a field, facts prints them all as the last line of the script.
facts_json=
fact_json() {
  json_string "$1"
  facts_json+="${facts_json:+,}$json:$2"
}
# fact NAME TEXT
fact() {
  json_string "$2"
  fact_json "$1" "$json"
}
# fact_bool NAME COMMAND...: whether the command succeeds.
fact_bool() {
  local name=$1 value=false
  shift
  if "$@" >/dev/null 2>&1; then value=true; fi
  fact_json "$name" "$value"
}
# fact_list NAME TEXT...
fact_list() {
  local name=$1 items='' item
  shift
  for item in "$@"; do
    json_string "$item"
    items+="${items:+,}$json"
  done
  fact_json "$name" "[$items]"
}
facts() { printf '{%s}\n' "$facts_json"; }

# put PATH MODE [COMMAND...]: writes standard input to the file, whole or not at all, and only where it differs: then
# the command runs before. Sets put_changed to true or false. Give it a here-document: in a pipe the variable would be
# lost.
put_changed=false
put() {
  local path=$1 mode=$2 folder new
  shift 2
  folder=$(dirname -- "$path")
  [[ -d $folder ]] || mkdir -p -- "$folder"
  new=$(mktemp -- "$folder/.pulumi-akash.XXXXXX")
  cat >"$new"
  chmod -- "$mode" "$new"
  if [[ -f $path && ! -L $path ]] && cmp -s -- "$new" "$path" &&
    [[ $(stat -c %a -- "$new") == "$(stat -c %a -- "$path")" ]]; then
    rm -f -- "$new"
    put_changed=false
  else
    if (($# > 0)); then "$@"; fi
    mv -fT -- "$new" "$path"
    put_changed=true
  fi
}

# have COMMAND: whether the machine has it.
have() { command -v "$1" >/dev/null 2>&1; }

# ours FILE: whether a file is ours to change or remove: it has our header, or is not there.
ours() { [[ ! -e $1 ]] || grep -q 'Managed by pulumi-akash' -- "$1"; }

# put_ours PATH MODE TEXT: keeps a file of ours at that text, which an empty text removes. Sets put_changed.
put_ours() {
  ours "$1" || fail "$1 is not ours: it lacks our header. Move it away."
  if [[ -n $3 ]]; then
    put "$1" "$2" <<<"${3%$'\n'}"
  elif [[ -e $1 ]]; then
    rm -f -- "$1"
    put_changed=true
  else
    put_changed=false
  fi
}

# apt_get WORDS...: apt-get without questions and without restarting what runs; waits while another program installs.
apt_get() {
  NEEDRESTART_MODE=l NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none apt-get -q -y -o DPkg::Lock::Timeout=300 \
    -o Acquire::Retries=3 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@" >&2
}

# finish_installations: goes on with what was cut off before; apt refuses everything else until then.
finish_installations() {
  local tries=60 said
  said=$(mktemp)
  until dpkg --configure -a >&2 2>"$said"; do
    cat -- "$said" >&2
    # Unlike apt, dpkg does not wait while another program installs.
    if ((--tries == 0)) || ! grep -q ' lock ' -- "$said"; then return 1; fi
    sleep 5
  done
  rm -f -- "$said"
}

# install_packages NAME...: installs what is missing, and finishes an installation that was cut off before.
install_packages() {
  local missing=() name
  for name in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' -- "$name" 2>/dev/null || true) == installed ]] || missing+=("$name")
  done
  if ((${#missing[@]} == 0)); then return 0; fi
  say "installing ${missing[*]}"
  finish_installations
  if ! apt_get install --no-install-recommends "${missing[@]}"; then
    # The package lists may be old, or never have been fetched.
    apt_get update
    apt_get install --no-install-recommends "${missing[@]}"
  fi
}
