#!/usr/bin/env bash
# Reads a file; none where there is none.
set -euo pipefail
: "${want_path?}"

if [[ -e $want_path ]]; then
  fact content "$(base64 -w 0 -- "$want_path")"
fi
facts
