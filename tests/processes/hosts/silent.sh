#!/usr/bin/env bash
# Says something that is no fact.
echo 'done'
