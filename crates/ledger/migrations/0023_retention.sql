-- Deliveries that said nothing new are forgotten after a while; how many they were is remembered.
alter table ledger.shop_order
    add column forgotten_deliveries integer not null default 0;

-- Finds what may be forgotten, the oldest first.
create index order_delivery_repeated_idx on ledger.order_delivery (received_at)
    where outcome = 'already_recorded';

grant delete on ledger.order_delivery to ledger_app;
