# shellcheck shell=bash
# Downloads one file of a release to where it is staged, or says why not; a staged file that is right is kept.
: "${want_url?}" "${want_sha256?}" "${want_staged?}"

is_right() { [[ -f $1 ]] && [[ $(sha256sum -- "$1" | cut -d ' ' -f 1) == "$want_sha256" ]]; }

because=
if ! is_right "$want_staged" && [[ -n $want_url ]]; then
  mkdir -p -- "$(dirname -- "$want_staged")"
  part=$want_staged.part
  trap 'rm -f -- "$part"' EXIT
  say "downloading ${want_url##*/}"
  if have curl; then
    curl --fail --silent --show-error --location --proto '=https' --connect-timeout 15 --retry 2 \
      --output "$part" -- "$want_url" 2>"$part.error" || because=$(tail -n 1 -- "$part.error")
  elif have wget; then
    wget --quiet --https-only --connect-timeout=15 --tries=2 -O "$part" -- "$want_url" ||
      because="wget ended with $?"
  else
    because="neither curl nor wget is installed"
  fi
  rm -f -- "$part.error"
  if [[ -z $because ]]; then
    if is_right "$part"; then
      mv -f -- "$part" "$want_staged"
    else
      fail "${want_url##*/} has another SHA-256 than its publisher says; it was not installed"
    fi
  fi
fi
fact_bool staged is_right "$want_staged"
fact because "$because"
facts
