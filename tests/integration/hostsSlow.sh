#!/usr/bin/env bash
# Takes a while, and shows in a file whether two of it ran at the same time.
echo begun >>/run/slow-work
say begun
sleep 2
echo ended >>/run/slow-work
facts
