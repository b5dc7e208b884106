-- The ledger's memory. Run as ledger_owner, into the schema that `migrate` made.
-- What the hot tables have and lack, and why, stands in README.md beside this file.

-- Whose, where, on which till, through which shop.

create table ledger.retailer (
    retailer_id uuid not null,
    name text not null,
    time_zone text not null,
    constraint retailer_pkey primary key (retailer_id)
);

create table ledger.outlet (
    outlet_id uuid not null,
    retailer_id uuid not null,
    name text not null,
    time_zone text not null,
    constraint outlet_pkey primary key (outlet_id),
    constraint outlet_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id)
);

create table ledger.register (
    register_id uuid not null,
    outlet_id uuid not null,
    name text not null,
    constraint register_pkey primary key (register_id),
    constraint register_outlet_id_fkey foreign key (outlet_id) references ledger.outlet (outlet_id)
);

-- The outlet of a connection is its register's (WC-6).
create table ledger.connection (
    connection_id uuid not null,
    retailer_id uuid not null,
    platform text not null,
    register_id uuid not null,
    order_updates text not null,
    constraint connection_pkey primary key (connection_id),
    constraint connection_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id),
    constraint connection_register_id_fkey foreign key (register_id) references ledger.register (register_id),
    constraint connection_order_updates_check check (order_updates in ('apply', 'ask'))
);

-- What is sold.

create table ledger.item (
    item_id uuid not null,
    retailer_id uuid not null,
    kind text not null,
    sku text collate "C",
    barcode text,
    name text not null,
    origin text not null,
    -- Whose order registered it.
    connection_id uuid not null,
    created_at timestamptz not null,
    deleted_at timestamptz,
    constraint item_pkey primary key (item_id),
    constraint item_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id),
    constraint item_kind_check check (kind in ('product', 'shipping', 'fee', 'rounding')),
    constraint item_sku_check check (kind = 'product' or sku is null),
    constraint item_origin_check check (origin in ('order', 'service'))
);

-- Many items may have no SKU; of those that live, no two have the same one.
create unique index item_retailer_id_sku_key on ledger.item (retailer_id, sku) where deleted_at is null;
-- One service item of each kind.
create unique index item_retailer_id_kind_key on ledger.item (retailer_id, kind) where kind <> 'product';
-- Finds tombstones too, and lists items by SKU.
create index item_retailer_id_sku_item_id_idx on ledger.item (retailer_id, coalesce(sku, ''), item_id);

-- What a shop calls an item: by the variant's id, or, for a line that has nothing else, by a hash of its name.
create table ledger.item_link (
    connection_id uuid not null,
    link_kind text not null,
    shop_key text collate "C" not null,
    item_id uuid not null,
    constraint item_link_pkey primary key (connection_id, link_kind, shop_key),
    constraint item_link_item_id_fkey foreign key (item_id) references ledger.item (item_id),
    constraint item_link_link_kind_check check (link_kind in ('variant', 'name'))
);

-- The only table with personal data.
create table ledger.customer (
    customer_id uuid not null,
    retailer_id uuid not null,
    email_key text collate "C",
    email text not null,
    name text not null,
    phone text not null,
    guest_of uuid,
    created_at timestamptz not null,
    constraint customer_pkey primary key (customer_id),
    constraint customer_retailer_id_email_key_key unique (retailer_id, email_key),
    constraint customer_guest_of_key unique (guest_of),
    constraint customer_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id),
    constraint customer_email_key_check check ((email_key is null) = (guest_of is not null))
);

-- Orders and the sales they became.

-- The head of an order: its row lock makes one order's snapshots go one after the other, and its
-- key makes one order one sale.
create table ledger.shop_order (
    connection_id uuid not null,
    shop_order_id text collate "C" not null,
    -- Null until a snapshot is recorded.
    sale_id uuid,
    revision integer not null,
    -- The newest snapshot recorded.
    version_at timestamptz,
    version_hash bytea,
    -- The newest snapshot that no sale is made of; newer than the one recorded, it is a warning (BC-4).
    draft_at timestamptz,
    draft_hash bytea,
    constraint shop_order_pkey primary key (connection_id, shop_order_id),
    constraint shop_order_sale_id_check check ((sale_id is null) = (version_at is null)),
    constraint shop_order_version_check check ((version_at is null) = (version_hash is null)),
    constraint shop_order_draft_check check ((draft_at is null) = (draft_hash is null))
);

-- Every delivery that carried an order, and what became of it (R-1).
create table ledger.order_delivery (
    connection_id uuid not null,
    shop_order_id text collate "C" not null,
    delivery_id text collate "C" not null,
    topic text not null,
    received_at timestamptz not null,
    -- Null when the delivery could not be read.
    version_at timestamptz,
    version_hash bytea,
    outcome text not null,
    -- The revision it made.
    revision integer,
    constraint order_delivery_pkey primary key (connection_id, shop_order_id, delivery_id),
    constraint order_delivery_outcome_check
        check (outcome in ('recorded', 'already_recorded', 'not_imported', 'held', 'parked')),
    constraint order_delivery_revision_check check ((outcome = 'recorded') = (revision is not null))
);

create table ledger.sale (
    sale_id uuid not null,
    retailer_id uuid not null,
    outlet_id uuid not null,
    register_id uuid not null,
    connection_id uuid not null,
    shop_order_id text collate "C" not null,
    receipt_number text not null,
    -- The number without its prefix, folded: what people search by (SH-16).
    receipt_key text collate "C" not null,
    state text not null,
    balance text not null,
    currency text not null,
    total_minor bigint not null,
    tax_minor bigint not null,
    received_minor bigint not null,
    refunded_minor bigint not null,
    customer_id uuid not null,
    shop_status text not null,
    warning_not_imported boolean not null,
    revision integer not null,
    placed_at timestamptz not null,
    recorded_at timestamptz not null,
    changed_at timestamptz not null,
    -- The transaction that changed it last. Rows below the oldest running transaction, in this order,
    -- are final: a reader that remembers (changed_xid, sale_id) misses nothing.
    changed_xid bigint not null,
    constraint sale_pkey primary key (sale_id),
    constraint sale_state_check check (state in ('closed', 'voided')),
    constraint sale_balance_check check (balance in ('unpaid', 'part_paid', 'paid')),
    constraint sale_currency_check check (length(currency) = 3)
);

create index sale_retailer_id_placed_at_sale_id_idx on ledger.sale (retailer_id, placed_at desc, sale_id desc);
create index sale_retailer_id_changed_xid_sale_id_idx on ledger.sale (retailer_id, changed_xid, sale_id);
create index sale_retailer_id_receipt_key_idx on ledger.sale (retailer_id, receipt_key);
create index sale_customer_id_placed_at_sale_id_idx on ledger.sale (customer_id, placed_at desc, sale_id desc);
-- The few that somebody should look at.
create index sale_open_or_voided_idx on ledger.sale (retailer_id, placed_at desc, sale_id desc)
    where balance <> 'paid' or state = 'voided';

-- The lines as they are now.
create table ledger.sale_line (
    sale_id uuid not null,
    line_key text collate "C" not null,
    position integer not null,
    item_id uuid not null,
    name text not null,
    quantity_milli bigint not null,
    restocked_milli bigint not null,
    -- What the line has taken from stock and not given back.
    deducted_milli bigint not null,
    net_minor bigint not null,
    tax_minor bigint not null,
    -- The sale's, so that the sales of an item are found newest first.
    placed_at timestamptz not null,
    -- The snapshot that named the item. Null when that is the sale's own, as almost always; else the
    -- shop has forgotten the product since.
    named_at timestamptz,
    named_hash bytea,
    -- No snapshot has named the item yet.
    is_stand_in boolean not null,
    constraint sale_line_pkey primary key (sale_id, line_key),
    constraint sale_line_named_check
        check ((named_at is null) = (named_hash is null) and not (is_stand_in and named_at is not null))
);

create index sale_line_item_id_placed_at_sale_id_idx on ledger.sale_line (item_id, placed_at desc, sale_id desc);

-- Append-only: each row is the difference that a revision made. What was booked in a currency that the
-- order has no more is booked back in that one.
create table ledger.payment (
    sale_id uuid not null,
    payment_key text collate "C" not null,
    kind text not null,
    currency text collate "C" not null,
    revision integer not null,
    method text not null,
    amount_minor bigint not null,
    paid_at timestamptz,
    recorded_at timestamptz not null,
    constraint payment_pkey primary key (sale_id, payment_key, kind, currency, revision),
    constraint payment_kind_check check (kind in ('received', 'refunded')),
    constraint payment_currency_check check (length(currency) = 3)
);

-- Stock.

-- Append-only. The first key is what a movement is for: applied twice, it would collide.
create table ledger.stock_movement (
    movement_id uuid not null,
    item_id uuid not null,
    outlet_id uuid not null,
    quantity_milli bigint not null,
    sale_id uuid not null,
    line_key text collate "C" not null,
    revision integer not null,
    recorded_at timestamptz not null,
    constraint stock_movement_pkey primary key (sale_id, line_key, item_id, revision),
    constraint stock_movement_item_id_outlet_id_movement_id_key unique (item_id, outlet_id, movement_id),
    constraint stock_movement_quantity_milli_check check (quantity_milli <> 0)
);

-- The sums of the movements, kept up to date by the statement that inserts them. Updated in place,
-- so its pages keep room and its dead rows are collected early.
create table ledger.stock_level (
    item_id uuid not null,
    outlet_id uuid not null,
    on_hand_milli bigint not null,
    version bigint not null,
    changed_at timestamptz not null,
    constraint stock_level_pkey primary key (item_id, outlet_id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);

-- What still has to be said on the bus: a set of things that changed, not a list of changes.
create table ledger.outbox (
    kind text collate "C" not null,
    subject_id uuid not null,
    -- The outlet of a level; nil for the others.
    outlet_id uuid not null,
    retailer_id uuid not null,
    -- Counts the changes since it came in: what was published is deleted only if this has not grown.
    mark bigint not null,
    dirty_at timestamptz not null,
    constraint outbox_pkey primary key (kind, subject_id, outlet_id),
    constraint outbox_kind_check check (kind in ('item', 'sale', 'stock'))
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- Orders that could not be booked. A later version that can be clears the row.
create table ledger.parked_order (
    connection_id uuid not null,
    -- The shop's id of the order; of a delivery that does not even tell that, the delivery's.
    parked_kind text not null,
    parked_key text collate "C" not null,
    retailer_id uuid not null,
    reason text not null,
    detail text not null,
    version_at timestamptz,
    version_hash bytea,
    delivery_id text not null,
    topic text not null,
    received_at timestamptz not null,
    first_parked_at timestamptz not null,
    last_parked_at timestamptz not null,
    constraint parked_order_pkey primary key (connection_id, parked_kind, parked_key),
    constraint parked_order_parked_kind_check check (parked_kind in ('order', 'delivery'))
);

create index parked_order_retailer_id_last_parked_at_idx
    on ledger.parked_order (retailer_id, last_parked_at desc, connection_id, parked_kind, parked_key);

-- Who may do what. Declared once more in src/privilege.rs, which the service holds against the
-- catalogue at every start, and the tests against reality.

revoke all on all tables in schema ledger from public;

grant select, insert, update on ledger.retailer, ledger.outlet, ledger.register, ledger.connection to ledger_app;
grant select, insert on ledger.item, ledger.item_link, ledger.customer to ledger_app;
grant select, insert, update on ledger.shop_order, ledger.order_delivery, ledger.sale to ledger_app;
grant select, insert, update, delete on ledger.sale_line to ledger_app;
grant select, insert on ledger.payment, ledger.stock_movement to ledger_app;
grant select, insert, update on ledger.stock_level to ledger_app;
grant select, insert, update, delete on ledger.outbox, ledger.parked_order to ledger_app;
-- The history of migrations: read at start, to know that schema and program belong together.
grant select on ledger._sqlx_migrations to ledger_app;
