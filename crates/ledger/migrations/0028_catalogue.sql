-- Items that somebody made in the catalogue, and what is kept back from a connection's shop.

-- Of what no order registered there is no connection.
alter table ledger.item alter column connection_id drop not null;
alter table ledger.item drop constraint item_origin_check;
alter table ledger.item
    add constraint item_origin_check check (origin in ('order', 'service', 'catalogue')),
    add constraint item_connection_id_check check ((connection_id is null) = (origin = 'catalogue'));

-- Lists items by id.
create index item_retailer_id_item_id_idx on ledger.item (retailer_id, item_id);

-- Its SKU, barcode and name change, and it is deleted and restored.
grant update on ledger.item to ledger_app;
-- What a variant was said to be is said no more.
grant delete on ledger.item_remap to ledger_app;

-- Of what the shop may sell by the books (R-4).
alter table ledger.connection
    add column channel_buffer_milli bigint not null default 0,
    add constraint connection_channel_buffer_milli_check check (channel_buffer_milli >= 0);

-- The ledger had not heard of the order before: its shop had taken the goods from its own figure long ago.
alter table ledger.import_order add column is_new boolean not null default false;

-- Finds the orders that are known and not applied. Recording touches none of it.
create index shop_order_open_idx on ledger.shop_order (connection_id, shop_order_id) where open_at is not null;
