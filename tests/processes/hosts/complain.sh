#!/usr/bin/env bash
# Fails, and says what it must not say.
: "${secret_token?}"
say "the token is $secret_token"
exit 7
