#!/usr/bin/env bash
# Lasts longer than anybody waits for it.
sleep 5
facts
