#!/bin/sh
# Asks the simulated shop by Shopify's own client, and has Shopify's own library judge what the shop posts:
# crates/shop-shopify/client.sh. Needs npm and the example `simulated_shopify` built with the feature `sim`.
set -eu
cd "$(dirname "$0")/../.."
port=${SHOP_PORT:-4641}
shop=${CARGO_TARGET_DIR:-target}/debug/examples/simulated_shopify
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The library asks for a newer Node than it uses here.
npm install --silent --no-audit --no-fund --prefix "$work" \
  @shopify/admin-api-client@2.0.0 @shopify/shopify-api@15.0.0
cp crates/shop-shopify/client.mjs "$work/"
"$shop" "127.0.0.1:$port" >"$work/shop.log" &
shop_pid=$!
trap 'kill $shop_pid 2>/dev/null || true; rm -rf "$work"' EXIT
node "$work/client.mjs" "http://127.0.0.1:$port" crates/shop-shopify/operations
