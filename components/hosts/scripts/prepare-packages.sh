#!/usr/bin/env bash
# Installs packages; removes none.
set -euo pipefail
declare -a want_packages

install_packages "${want_packages[@]}"
facts
