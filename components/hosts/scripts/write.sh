#!/usr/bin/env bash
# Writes standard input to a file, whole or not at all.
set -euo pipefail
: "${want_path?}" "${want_mode?}" "${want_size?}"

folder=$(dirname -- "$want_path")
[[ -d $folder ]] || mkdir -p -- "$folder"
new=$(mktemp -- "$folder/.pulumi-akash.XXXXXX")
trap 'rm -f -- "$new"' EXIT
cat >"$new"
# A connection that broke off would leave the beginning of the file.
[[ $(stat -c %s -- "$new") == "$want_size" ]] || fail "the content was cut off on its way"
chmod -- "$want_mode" "$new"
mv -fT -- "$new" "$want_path"
facts
