-- Orders that wait for a person: what is kept of them, what was done about them, and what they hold.

-- The order message as it came, its customer sealed: what a retry tries. Null where nothing could be read.
-- A dismissed order is not shown any more, until a newer version of it is parked.
alter table ledger.parked_order
    add column message bytea,
    add column dismissed_at timestamptz,
    add column dismissed_note text,
    add constraint parked_order_dismissed_check check ((dismissed_at is null) = (dismissed_note is null));

-- The newest update of a sale that waits because its connection asks (SH-12).
create table ledger.held_order (
    connection_id uuid not null,
    shop_order_id text collate "C" not null,
    retailer_id uuid not null,
    version_at timestamptz not null,
    version_hash bytea not null,
    -- As in parked_order.
    message bytea not null,
    delivery_id text not null,
    topic text not null,
    received_at timestamptz not null,
    first_held_at timestamptz not null,
    last_held_at timestamptz not null,
    constraint held_order_pkey primary key (connection_id, shop_order_id)
);

create index held_order_retailer_id_last_held_at_idx
    on ledger.held_order (retailer_id, last_held_at desc, connection_id, shop_order_id);

-- The newest snapshot that is known and not applied, newer than the one recorded, and why it is not.
alter table ledger.shop_order
    add column open_at timestamptz,
    add column open_hash bytea,
    add column open_cause text,
    add constraint shop_order_open_check
        check ((open_at is null) = (open_hash is null) and (open_at is null) = (open_cause is null)),
    add constraint shop_order_open_cause_check check (open_cause in ('skipped', 'parked', 'held'));

-- What that snapshot sells: the shop holds it, and the ledger has not taken it from stock (R-4).
create table ledger.open_line (
    connection_id uuid not null,
    shop_order_id text collate "C" not null,
    position integer not null,
    variant text collate "C",
    sku text collate "C",
    quantity_milli bigint not null,
    constraint open_line_pkey primary key (connection_id, shop_order_id, position)
);

-- Where a person said which item a shop means, for one connection; stronger than item_link.
create table ledger.item_remap (
    connection_id uuid not null,
    remap_kind text not null,
    shop_key text collate "C" not null,
    item_id uuid not null,
    remapped_at timestamptz not null,
    constraint item_remap_pkey primary key (connection_id, remap_kind, shop_key),
    constraint item_remap_item_id_fkey foreign key (item_id) references ledger.item (item_id),
    constraint item_remap_remap_kind_check check (remap_kind in ('variant', 'sku', 'name'))
);

-- Finds the other variants that a shop sells as an item: of one SKU there must be one (WC-7).
create index item_link_item_id_connection_id_idx on ledger.item_link (item_id, connection_id)
    where link_kind = 'variant';

-- What people did about orders that waited, append-only. The key makes each act happen once however
-- often it is asked for.
create table ledger.order_action (
    request_id uuid not null,
    connection_id uuid not null,
    subject_kind text not null,
    -- The shop's id of the order, a delivery's, or what a product is known by.
    subject_key text collate "C" not null,
    retailer_id uuid not null,
    action text not null,
    outcome text not null,
    -- Why it is parked still, or was refused.
    reason text,
    detail text,
    -- Of a remap.
    item_id uuid,
    actor text not null,
    note text not null,
    acted_at timestamptz not null,
    constraint order_action_pkey primary key (request_id, connection_id, subject_kind, subject_key),
    constraint order_action_subject_kind_check
        check (subject_kind in ('order', 'delivery', 'variant', 'sku', 'name')),
    constraint order_action_action_check check (action in ('retry', 'dismiss', 'remap', 'apply')),
    constraint order_action_outcome_check check (outcome in
        ('recorded', 'already_recorded', 'not_imported', 'held', 'parked', 'refused', 'dismissed', 'remapped')),
    constraint order_action_reason_check check ((reason is null) = (detail is null)),
    constraint order_action_item_id_check check ((item_id is null) = (action <> 'remap'))
);

create index order_action_retailer_id_acted_at_idx
    on ledger.order_action (retailer_id, acted_at desc, request_id, connection_id, subject_kind, subject_key);

-- A receipt number is one order's in its connection (SH-16).
create unique index sale_connection_id_receipt_number_key on ledger.sale (connection_id, receipt_number);

revoke all on ledger.held_order, ledger.open_line, ledger.item_remap, ledger.order_action from public;
grant select, insert, update, delete on ledger.held_order to ledger_app;
grant select, insert, delete on ledger.open_line to ledger_app;
grant select, insert, update on ledger.item_remap to ledger_app;
grant select, insert on ledger.order_action to ledger_app;
