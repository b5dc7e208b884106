#!/bin/sh
# Asks the simulated shop through a proxy that judges every request and every answer by the contract:
# crates/shop-ecom/prism.sh. Needs npm and the example `shop` built with the feature `sim`.
# The contract has no schema for what is in an order (src/sim/tests.rs holds that against its
# examples): what is judged here is paths, parameters, statuses, headers and errors.
set -eu
cd "$(dirname "$0")/../.."
shop_port=${SHOP_PORT:-4621}
proxy_port=${PROXY_PORT:-4622}
shop=${CARGO_TARGET_DIR:-target}/debug/examples/shop
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm install --silent --no-audit --no-fund --prefix "$work" @stoplight/prism-cli@5.14.2
"$shop" "127.0.0.1:$shop_port" >"$work/shop.log" &
shop_pid=$!
"$work/node_modules/.bin/prism" proxy --errors --host 127.0.0.1 --port "$proxy_port" \
  crates/shop-ecom/fixtures/contract.json "http://127.0.0.1:$shop_port" >"$work/proxy.log" 2>&1 &
proxy_pid=$!
trap 'kill $shop_pid $proxy_pid 2>/dev/null || true; rm -rf "$work"' EXIT
base=http://127.0.0.1:$proxy_port/api/v3/1003

seconds=0
until curl -s -o /dev/null "$base/profile"; do
  seconds=$((seconds + 1))
  if [ "$seconds" -gt 120 ]; then
    echo "the proxy does not answer" >&2
    exit 1
  fi
  sleep 1
done

failed=0
asked=0
# expect STATUS PATH [TOKEN]
expect() {
  asked=$((asked + 1))
  status=$(curl -s -D "$work/headers" -o "$work/body" -w '%{http_code}' \
    -H "Authorization: Bearer ${3:-secret_simulated}" "$base$2")
  if [ "$status" != "$1" ] || grep -qi '^sl-violations' "$work/headers"; then
    echo "$2: $status, not $1" >&2
    grep -i '^sl-violations' "$work/headers" >&2 || head -c 400 "$work/body" >&2
    failed=1
  fi
}

expect 200 /profile
expect 200 "/orders?limit=100&offset=100"
expect 200 "/orders?updatedFrom=1795269600&createdFrom=1795269600&paymentStatus=PAID"
expect 200 "/orders?limit=100&updatedFrom=1795269600&paymentStatus=INCOMPLETE"
expect 200 "/orders?limit=100&offset=99&createdFrom=1795269600&createdTo=1795279600"
expect 200 "/orders?limit=100&responseFields=total%2Citems%28id%2CinternalId%2CcreateTimestamp%29"
for order in $(curl -s -H 'Authorization: Bearer secret_simulated' "$base/orders?limit=20" |
  tr ',' '\n' | sed -n 's/.*"vendorOrderNumber":"\([^"]*\)".*/\1/p'); do
  expect 200 "/orders/$order"
done
expect 404 /orders/NOSUCH
expect 403 /orders/NOSUCH secret_other
echo "$asked answers judged"
exit $failed
