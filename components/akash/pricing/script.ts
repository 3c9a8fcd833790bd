/**
 * The bid price script, as files of one folder: `price.sh` is what the provider runs for every order,
 * `price.jq` computes, `prices.json` holds the prices. The provider (bidengine/shellscript.go) writes the
 * order to standard input, sets `AKASH_OWNER` and `AKASH_DENOM`, takes one decimal from standard output as
 * the price of a block, and reads a failure or silence as "no bid"; it waits ten seconds at most. `sh`,
 * `jq`, `curl` and `find` are in its image.
 */

/** Blocks of an average month: 30.437 days of 6.117 s blocks, as the official price script counts. */
const BLOCKS_A_MONTH = 429_909;

/** Axelar USDC on the sandbox and on mainnet: worth a dollar, as one ACT is. */
const USDC = [
  "ibc/12C6A0C374171B595A0A9E18B83FA09D295FB1F2D8C6DAA3AC28683471752D84",
  "ibc/170C677610AC31DF0904FFE09CD3B5C657492170E7E52372E48756B71E56F2F1",
];

/** Runs the computation. Only `uakt` orders need the price of AKT, and only they wait for it. */
export const PRICE_SH = `#!/bin/sh
set -eu

folder=$(dirname "$0")
prices=$folder/prices.json
cache=\${AKT_USD_CACHE:-\${AP_HOME:-/tmp}/akt-usd}

fail() {
  printf '%s\\n' "$1" >&2
  exit 1
}

# A number above zero and not above a million.
is_price() {
  [ -n "$1" ] && printf '%s' "$1" | jq -e 'numbers | . > 0 and . <= 1000000' >/dev/null 2>&1
}

# Whether file $1 was written in the last $2 minutes.
newer_than() {
  [ -n "$(find "$1" -mmin "-$2" 2>/dev/null)" ]
}

# Asks the sources in turn and keeps the first price. After a failure they are left alone for five minutes,
# so that bids do not wait for them.
refresh_akt() {
  if newer_than "$cache" 60 || newer_than "$cache.tried" 5; then return; fi
  count=$(jq '.akt.sources | length' "$prices")
  index=0
  while [ "$index" -lt "$count" ]; do
    url=$(jq -r ".akt.sources[$index].url" "$prices")
    path=$(jq -c ".akt.sources[$index].path" "$prices")
    price=$(curl -fsS --max-time 3 -- "$url" 2>/dev/null | jq --argjson path "$path" 'getpath($path)' 2>/dev/null) || price=
    if is_price "$price"; then
      printf '%s\\n' "$price" >"$cache.$$"
      mv "$cache.$$" "$cache"
      return
    fi
    index=$((index + 1))
  done
  : >"$cache.tried"
}

# The last known price if it is of today, else the declared one.
akt_usd() {
  refresh_akt
  if newer_than "$cache" 1440 && is_price "$(cat "$cache")"; then
    cat "$cache"
    return
  fi
  price=$(jq '.akt.fallbackUsd' "$prices")
  is_price "$price" || fail "the price of AKT is not known: no source answered today and pricing.fallbackAktUsd is not set"
  printf '%s\\n' "$price"
}

akt=null
if [ "\${AKASH_DENOM:-}" = uakt ]; then akt=$(akt_usd); fi
exec jq -r --slurpfile prices "$prices" --argjson akt "$akt" -f "$folder/price.jq"
`;

/** Computes the price of an order, `$prices[0]` and `$akt` (USD for one AKT, or null) given. */
export const PRICE_JQ = String.raw`
$prices[0] as $price
| def gib: . / 1073741824;
  def total(f): map(f * .count) | add // 0;

  # Storage without a price of its own costs the dearest; storage in memory costs what memory does.
  def storage_price: $price.storage[.] // (if . == "ram" then $price.memory else [$price.storage[]] | max end);
  def storage: map((.size | gib) * (.class | storage_price)) | add // 0;

  # The most precise entry for the GPU that was asked for.
  def gpu_price:
    (.attributes.vendor // {}) as $vendor
    | ($vendor.nvidia // $vendor.amd // {}) as $gpu
    | [[$gpu.model, $gpu.ram, $gpu.interface], [$gpu.model, $gpu.ram], [$gpu.model, $gpu.interface], [$gpu.model]]
    | map(select(all(.[]; . != null)) | join(".") | $price.gpu[.] | select(. != null))
    | first // $price.otherGpu;
  def gpu: if (.units // 0) == 0 then 0 else .units * gpu_price end;

  def usd_a_month:
    total(.cpu) / 1000 * $price.cpu
    + (total(.memory) | gib) * $price.memory
    + total(.storage // [] | storage)
    + total(.gpu // {} | gpu)
    + total(.endpoint_quantity // 0) * $price.endpoint
    + total(.ip_lease_quantity // 0) * $price.ip;

  # A plain decimal, because the provider reads no exponents; never zero, which it does not accept.
  def decimal($digits):
    pow(10; $digits) as $unit
    | ([. * $unit | round, 1] | max) as $scaled
    | if $scaled >= 9007199254740992 then error("the price is too large: \(.)") else . end
    | ($scaled % $unit | tostring) as $fraction
    | "\($scaled / $unit | floor).\("0" * ($digits - ($fraction | length)) // "")\($fraction)";

  . as $order
  | if ($price.tenants | length) > 0 and ($price.tenants | index(env.AKASH_OWNER)) == null
    then error("\(env.AKASH_OWNER) is not among pricing.tenants") else . end
  | (.resources | usd_a_month / ${BLOCKS_A_MONTH} * 1000000) as $micro_usd
  | if .price.denom == "uakt" then
      if $akt == null then error("the price of AKT is not known") else $micro_usd / $akt end
    elif any(("uact", "${USDC.join('", "')}"); . == $order.price.denom) then $micro_usd
    else error("orders in \(.price.denom) are not priced") end
  | decimal($order.price_precision // 6)
  | if tonumber > ($order.price.amount | tonumber)
    then error("the order offers \($order.price.amount), this costs \(.) \($order.price.denom)") else . end
`;
