# shellcheck shell=bash
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

# put PATH MODE: writes standard input to the file, whole or not at all, and only where it differs. Sets
# put_changed to true or false. Give it a here-document: in a pipe the variable would be lost.
put_changed=false
put() {
  local path=$1 mode=$2 folder new
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
    mv -fT -- "$new" "$path"
    put_changed=true
  fi
}

# have COMMAND: whether the machine has it.
have() { command -v "$1" >/dev/null 2>&1; }
