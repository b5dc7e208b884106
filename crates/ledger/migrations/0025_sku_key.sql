-- What items are sought and listed by; those without a SKU come first. A column, and not an expression: behind a wall
-- (decision 0026) an index is asked only by what PostgreSQL knows to give nothing away, and it does not know that of
-- `coalesce`.
alter table ledger.item
    add column sku_key text collate "C" not null generated always as (coalesce(sku, '')) stored;

create index item_retailer_id_sku_key_item_id_idx on ledger.item (retailer_id, sku_key, item_id);
drop index ledger.item_retailer_id_sku_item_id_idx;
