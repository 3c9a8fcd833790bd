#!/usr/bin/env bash
# Reads what changes with every boot, and whether the system has come up.
set -euo pipefail

fact bootId "$(</proc/sys/kernel/random/boot_id)"
fact state "$(systemctl is-system-running 2>/dev/null || true)"
facts
