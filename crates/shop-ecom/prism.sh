#!/bin/sh
# Asks the simulated shop through a proxy that judges every request and every answer by the contract:
# crates/shop-ecom/prism.sh. Needs npm and the example `shop` built with the feature `sim`.
# The contract has no schema for what is in an answer (src/sim/tests.rs and src/sim/goods/tests.rs hold
# that against its examples): what is judged here is paths, parameters, bodies of requests, statuses,
# headers and errors. What the crate itself says to a shop is judged so by the ignored test of tests/it/push/floor.rs.
set -eu
cd "$(dirname "$0")/../.."
shop_port=${SHOP_PORT:-4621}
proxy_port=${PROXY_PORT:-4622}
shop=${CARGO_TARGET_DIR:-target}/debug/examples/shop
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prism=$(tools/prism/install.sh)
"$shop" "127.0.0.1:$shop_port" >"$work/shop.log" &
shop_pid=$!
"$prism" proxy --errors --host 127.0.0.1 --port "$proxy_port" \
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
  exchange "$1" GET "$2" "${3:-secret_simulated}"
}
# tell STATUS METHOD PATH [BODY]
tell() {
  exchange "$1" "$2" "$3" secret_simulated -H "Content-Type: application/json" ${4:+-d "$4"}
}
# exchange STATUS METHOD PATH TOKEN [OPTION...]
exchange() {
  asked=$((asked + 1))
  expected=$1 method=$2 path=$3 token=$4
  shift 4
  status=$(curl -s -X "$method" -D "$work/headers" -o "$work/body" -w '%{http_code}' \
    -H "Authorization: Bearer $token" "$@" "$base$path")
  if [ "$status" != "$expected" ] || grep -qi '^sl-violations' "$work/headers"; then
    echo "$method $path: $status, not $expected" >&2
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

# The value of a field of the last answer.
told() {
  sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p" "$work/body"
}
fixtures=crates/shop-ecom/fixtures/push
expect 200 "/products?limit=100&offset=0&sortBy=ADDED_TIME_ASC"
expect 200 "/products?sku=ECO-00001&responseFields=items%28id%2Csku%29"
tell 200 POST /products "$(cat $fixtures/product_create.request.json)"
product=/products/$(told id)
tell 409 POST /products '{"name":"Autre","sku":"TEE","price":1,"enabled":false}'
tell 200 POST "$product/combinations" "$(cat $fixtures/variation_create.request.json)"
variation=$product/combinations/$(told id)
tell 200 PUT "$product" "$(cat $fixtures/product_update_fields.request.json)"
tell 200 PUT "$product?rebuildVariationsOnOptionsUpdate=false&keepOptionDisplaySettings=true" \
  '{"options":[{"type":"SELECT","name":"Taille","choices":[{"text":"S"}]}]}'
tell 200 PUT "$variation" "$(cat $fixtures/variation_update_stock.request.json)"
tell 200 PUT "$product/inventory" '{"quantityDelta":2}'
tell 200 PUT "$variation/inventory" "$(cat $fixtures/stock_delta.request.json)"
tell 200 POST "$product/image/async" "$(cat $fixtures/image_async.request.json)"
tell 200 POST "$product/gallery/async" "$(cat $fixtures/image_async.request.json)"
expect 200 "$product"
expect 200 "$product"
expect 200 "$variation"
tell 200 DELETE "$product/gallery/1"
tell 200 DELETE "$product/image"
tell 200 POST "/batch?stopOnFirstFailure=false&deduplicationKey=8d4d492f-17a1-4d95-b396-e1c5720815a5" \
  "$(cat $fixtures/batch_create.request.json)"
ticket=$(told ticket)
expect 200 "/batch?ticket=$ticket&escapedJson=false"
expect 200 "/batch?ticket=$ticket&escapedJson=false"
tell 200 DELETE "$variation"
tell 200 DELETE "$product"
tell 404 PUT "$product" '{"enabled":true}'
expect 404 "$product"
expect 200 /products/deleted
echo "$asked answers judged"
exit $failed
