#!/usr/bin/env bash
# Runs the operator's own commands, each in a shell of its own.
set -euo pipefail
declare -a want_commands

for command in ${want_commands[@]+"${want_commands[@]}"}; do
  say "$command"
  bash -euo pipefail -c "$command" >&2 || fail "This command of yours failed: $command"
done
facts
