// See client.sh. Arguments: where the simulated shop answers, and the folder of operations.
import "@shopify/shopify-api/adapters/node";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createAdminApiClient } from "@shopify/admin-api-client";
import { shopifyApi } from "@shopify/shopify-api";

const [base, operations] = process.argv.slice(2);
const secret = "shpss_simulated_1";
const token = "shpat_simulated_1";
/** Deliveries that are judged. */
const WANTED = 40;

const file = (name) => readFileSync(`${operations}/${name}.graphql`, "utf8");
/** An operation and the fragments it reaches. */
const operation = (name) => {
  const fragments = file("fragments.order").split(/\n(?=fragment )/).slice(1);
  let text = file(name);
  for (let before = ""; before !== text; ) {
    before = text;
    for (const fragment of fragments) {
      const [, spread] = fragment.match(/^fragment (\w+)/);
      if (text.includes(`...${spread}`) && !text.includes(`fragment ${spread} `)) text += `\n${fragment}`;
    }
  }
  return text;
};

const client = createAdminApiClient({
  storeDomain: "maison-simulee.myshopify.com",
  apiVersion: "2026-10",
  accessToken: token,
  customFetchApi: (url, init) => fetch(base + new URL(url).pathname, init),
  logger: () => {},
});
let asked = 0;
const ask = async (name, variables) => {
  const { data, errors } = await client.request(operation(name), { variables });
  assert.equal(errors?.message ?? errors, undefined, `${name}: ${JSON.stringify(errors?.graphQLErrors)}`);
  asked += 1;
  return data;
};

const api = shopifyApi({
  apiKey: "simulated-client-id",
  apiSecretKey: secret,
  apiVersion: "2026-10",
  hostName: "127.0.0.1",
  isEmbeddedApp: false,
  logger: { level: 0 },
});
const arrived = [];
let done;
const enough = new Promise((resolve) => (done = resolve));
const receiver = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    arrived.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
    response.end();
    if (arrived.length === WANTED) done();
  });
});
await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));

for (let tries = 0; ; tries += 1) {
  const answers = await fetch(base).then(() => true, () => false);
  if (answers) break;
  assert.ok(tries < 100, "the shop does not answer");
  await new Promise((resolve) => setTimeout(resolve, 100));
}

const { shop } = await ask("shop");
assert.match(shop.id, /^gid:\/\/shopify\/Shop\/\d+$/);
const uri = `http://127.0.0.1:${receiver.address().port}/hooks/1`;
for (const topic of ["ORDERS_CREATE", "ORDERS_UPDATED", "REFUNDS_CREATE", "ORDERS_EDITED"]) {
  const made = await ask("webhook_subscription_create", {
    topic,
    webhookSubscription: { uri, format: "JSON" },
  });
  assert.deepEqual(made.webhookSubscriptionCreate.userErrors, []);
}
await enough;
const deliveries = arrived.slice(0, WANTED);

for (const { headers, body } of deliveries) {
  const request = { headers, method: "POST", url: "/hooks/1" };
  const judged = await api.webhooks.validate({ rawBody: body, rawRequest: request, rawResponse: {} });
  assert.ok(judged.valid, JSON.stringify(judged));
  const altered = await api.webhooks.validate({ rawBody: `${body} `, rawRequest: request, rawResponse: {} });
  assert.ok(!altered.valid);
  const { id, order_id, order_edit } = JSON.parse(body);
  const gid = `gid://shopify/Order/${order_edit?.order_id ?? order_id ?? id}`;
  const { order } = await ask("order_by_id", { id: gid });
  assert.equal(order.id, gid);
}

// The index knows of them by now.
await new Promise((resolve) => setTimeout(resolve, 4_000));
const listed = new Set();
for (let after = null; ; ) {
  const { orders } = await ask("orders_page", {
    query: "updated_at:>='2020-01-01T00:00:00Z'",
    sortKey: "UPDATED_AT",
    first: 10,
    after,
  });
  orders.nodes.forEach(({ id }) => listed.add(id));
  if (!orders.pageInfo.hasNextPage) break;
  after = orders.pageInfo.endCursor;
}
for (const { body } of deliveries) {
  const { id, order_id, order_edit } = JSON.parse(body);
  assert.ok(listed.has(`gid://shopify/Order/${order_edit?.order_id ?? order_id ?? id}`));
}

// What a merchant's browser brings back, and the code in it.
const consent = new URLSearchParams({
  client_id: "simulated-client-id",
  scope: "read_orders",
  redirect_uri: "https://pos.example/done",
  state: "0f",
});
const page = await fetch(`${base}/admin/oauth/authorize?${consent}`, { redirect: "manual" });
const brought = Object.fromEntries(new URL(page.headers.get("location")).searchParams);
assert.ok(await api.utils.validateHmac({ ...brought }));
assert.ok(!(await api.utils.validateHmac({ ...brought, code: "other" })));

const { webhookSubscriptions } = await ask("webhook_subscriptions", { first: 250 });
assert.equal(webhookSubscriptions.nodes.length, 4);
for (const { id } of webhookSubscriptions.nodes) {
  const gone = await ask("webhook_subscription_delete", { id });
  assert.equal(gone.webhookSubscriptionDelete.deletedWebhookSubscriptionId, id);
}
receiver.close();
receiver.closeAllConnections();
console.log(`${asked} answers taken, ${deliveries.length} deliveries judged`);
