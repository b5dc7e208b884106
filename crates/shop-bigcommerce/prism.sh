#!/bin/sh
# Asks the simulated store through a proxy that judges every request and every answer by the contract:
# crates/shop-bigcommerce/prism.sh. The contract is made of BigCommerce's own API descriptions, which have no
# licence, and is not part of this repository: it is looked for in `shared` beside it and above, as tests look
# for it. Needs npm, and the example `simulated_store` built with the feature `sim`.
# What the crate itself says to a store is judged so by the ignored test of tests/it/push/floor.rs.
set -eu
cd "$(dirname "$0")/../.."
folder=$PWD
while
  contract=$folder/shared/contracts/bigcommerce/mock/bigcommerce.contract.yaml
  [ ! -f "$contract" ]
do
  if [ "$folder" = / ]; then
    echo "skipped: BigCommerce's contract is not at hand" >&2
    exit 0
  fi
  folder=$(dirname "$folder")
done
store_port=${STORE_PORT:-4631}
proxy_port=${PROXY_PORT:-4632}
store=${CARGO_TARGET_DIR:-target}/debug/examples/simulated_store
work=$(mktemp -d)
# A shell that is told to stop cleans up by its EXIT trap only when it exits by itself.
trap 'exit 1' INT TERM
trap 'rm -rf "$work"' EXIT
prism=$(tools/prism/install.sh)
"$store" "$store_port" >"$work/store.log" &
store_pid=$!
"$prism" proxy --errors --host 127.0.0.1 --port "$proxy_port" \
  "$contract" "http://127.0.0.1:$store_port" >"$work/proxy.log" 2>&1 &
proxy_pid=$!
trap 'kill $store_pid $proxy_pid 2>/dev/null || true; rm -rf "$work"' EXIT
base=http://127.0.0.1:$proxy_port/stores/sim123

seconds=0
until curl -s -o /dev/null "$base/v2/store"; do
  seconds=$((seconds + 1))
  if [ "$seconds" -gt 120 ]; then
    echo "the proxy does not answer" >&2
    exit 1
  fi
  sleep 1
done

failed=0
asked=0
# expect STATUS METHOD PATH [BODY] [TOKEN]
expect() {
  asked=$((asked + 1))
  status=$(curl -s -g -D "$work/headers" -o "$work/body" -w '%{http_code}' -X "$2" \
    -H "X-Auth-Token: ${5:-simulated access token}" -H 'Accept: application/json' \
    ${4:+-H 'Content-Type: application/json' --data "$4"} "$base$3")
  if [ "$status" != "$1" ] || grep -qi '^sl-violations' "$work/headers"; then
    echo "$2 $3: $status, not $1" >&2
    grep -i '^sl-violations' "$work/headers" >&2 || head -c 400 "$work/body" >&2
    failed=1
  fi
}

since=2026-11-21T14:00:00Z
expect 200 GET /v2/store
expect 200 GET "/v2/orders?min_date_modified=$since&sort=date_modified:asc&limit=250"
expect 200 GET "/v2/orders?min_date_modified=$since&max_date_modified=2026-11-21T15:00:00Z&min_id=1001&sort=id:asc&limit=250"
expect 200 GET "/v2/orders?min_date_created=$since&min_id=1001&sort=id:asc&limit=250"
expect 204 GET "/v2/orders?min_date_modified=$since&sort=date_modified:asc&is_deleted=true&limit=250"
expect 204 GET "/v2/orders?min_id=9999&sort=id:asc&limit=250"
expect 200 GET "/v3/orders/payment_actions/refunds?created%3Amin=2026-11-21T14%3A00%3A00Z&page=1&limit=25"
order=1001
while [ "$order" -le 1030 ]; do
  expect 200 GET "/v2/orders/$order"
  expect 200 GET "/v2/orders/$order/products?page=1&limit=250"
  expect 200 GET "/v2/orders/$order/taxes?page=1&limit=250"
  expect 200 GET "/v2/orders/$order/fees"
  expect 200 GET "/v3/orders/$order/payment_actions/refunds"
  order=$((order + 1))
done
expect 404 GET /v2/orders/9999
expect 401 GET /v3/hooks "" guess

expect 200 GET "/v3/inventory/locations?is_default=true"
expect 200 GET "/v3/catalog/products?id:greater=0&sort=id&direction=asc&include=variants,images&limit=25"
expect 200 GET "/v3/catalog/products?sku:in=SIM-0,SIM-1&include_fields=sku&limit=250"
expect 200 GET "/v3/catalog/variants?sku=SIM-1&limit=250"
tee='{"name":"Tee","type":"physical","weight":0.3,"price":19.9,"is_visible":false,"inventory_tracking":"product","sku":"TEE"}'
expect 200 POST /v3/catalog/products "$tee"
id=$(sed -n 's/.*"id":\([0-9]*\),"images".*/\1/p' "$work/body")
expect 409 POST /v3/catalog/products "$tee"
expect 200 PUT /v3/catalog/products "[{\"id\":$id,\"price\":21.5}]"
expect 204 PUT /v3/catalog/products/channel-assignments "[{\"product_id\":$id,\"channel_id\":1}]"
expect 200 GET "/v3/catalog/products/$id/images?limit=250"
expect 200 GET "/v3/catalog/products/$id/options?limit=250"
expect 200 PUT /v3/inventory/adjustments/absolute "{\"reason\":\"Comptoir\",\"items\":[{\"location_id\":1,\"product_id\":$id,\"quantity\":7}]}"
expect 200 GET "/v3/inventory/items?product_id:in=$id&location_id:in=1&limit=1000"
expect 204 DELETE "/v3/catalog/products?id:in=$id"

hook='{"scope":"store/order/*","destination":"https://pos.example/hooks/7","is_active":true,"headers":{"x-hook-secret":"s3"}}'
expect 200 POST /v3/hooks "$hook"
expect 200 GET "/v3/hooks?page=1&limit=250"
id=$(sed -n 's/.*"id":\([0-9]*\).*/\1/p' "$work/body")
expect 200 PUT "/v3/hooks/$id" '{"is_active":true}'
expect 200 DELETE "/v3/hooks/$id"
echo "$asked answers judged"
exit $failed
