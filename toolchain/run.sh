#!/bin/sh
# toolchain/run.sh COMMAND [ARGUMENT...]: obtains Node and the npm packages if
# they are missing, then runs a command of the project; `test` runs the tests.
# `npm run COMMAND` and the short ./up and ./test come here.
set -eu
toolchain=$(cd "$(dirname "$0")" && pwd -P)
repo=$(dirname "$toolchain")
if [ $# -eq 0 ]; then
  echo "usage: toolchain/run.sh up|down|init|preview|drift|doctor|status|snapshot|restore|outputs|fleet|env|bench|test|pack|pins [argument...]" >&2
  exit 2
fi
# shellcheck source=toolchain/bootstrap.sh
. "$toolchain/bootstrap.sh"
command=$1
shift
case $command in
  test) exec node "$repo/tests/run.ts" "$@" ;;
  bench) exec node "$repo/tests/bench/run.ts" "$@" ;;
  pack) exec node "$toolchain/pack.ts" "$@" ;;
  pins) exec node "$toolchain/hash.ts" "$@" ;;
  *)
    # Node keeps what it compiles, and TypeScript without its types, for the next start.
    NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE:-$cache/node-compiled}
    export NODE_COMPILE_CACHE
    # As npm does: a relative path of a declaration is the engine's, which runs there.
    cd "$repo"
    exec node --import "$toolchain/lean/types.js" "$repo/commands/main.ts" "$command" "$@"
    ;;
esac
