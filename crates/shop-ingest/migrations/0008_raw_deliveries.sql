-- What shops sent, as it came, for the retention's time (R-1, R-3, R-8). No foreign key: a delivery for a connection
-- that nobody knows any more is kept all the same.
create table raw_delivery (
    connection_id uuid not null,
    -- The same bytes of the same topic have the same id: kept once.
    delivery_id text collate "C" not null,
    retailer_id uuid not null,
    received_at timestamptz not null,
    topic text not null,
    -- Null where only the body tells.
    shop_order_id text collate "C",
    origin text not null,
    -- Of the body as it came.
    body_bytes integer not null,
    -- Compressed, then sealed; the associated data is "delivery/<connection>/<delivery id>".
    sealed_body bytea not null,
    constraint raw_delivery_pkey primary key (connection_id, delivery_id),
    constraint raw_delivery_origin_check check (origin in ('sent', 'listed', 'hinted'))
);

-- What is sealed cannot be compressed.
alter table raw_delivery alter column sealed_body set storage external;

create index raw_delivery_received_at_idx on raw_delivery (received_at);
create index raw_delivery_shop_order_id_idx on raw_delivery (connection_id, shop_order_id, received_at desc)
    where shop_order_id is not null;
