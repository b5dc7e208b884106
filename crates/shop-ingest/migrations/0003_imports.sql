-- Imports of past orders (R-2): the plan, and how far it has come.

-- Connections that may import: an operator's decision (BC-6, WC-5).
create table import_entitlement (
    connection_id uuid not null,
    granted_at timestamptz not null,
    constraint import_entitlement_pkey primary key (connection_id),
    constraint import_entitlement_connection_id_fkey
        foreign key (connection_id) references connection (connection_id)
);

create table import_job (
    import_id uuid not null,
    connection_id uuid not null,
    kind text not null,
    -- Orders placed before it are not looked at.
    placed_since timestamptz,
    state text not null,
    paused boolean not null default false,
    -- Where the listing goes on; null: at its beginning.
    page_token text,
    -- When the ledger took the last order, while it is waited for.
    settled_at timestamptz,
    settled bigint not null default 0,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    -- In a row, the last one with its reason.
    failures integer not null default 0,
    last_failure text,
    constraint import_job_pkey primary key (import_id),
    constraint import_job_connection_id_fkey foreign key (connection_id) references connection (connection_id),
    constraint import_job_kind_check check (kind in ('all', 'new')),
    constraint import_job_state_check check (state in ('scanning', 'planned', 'committing', 'settling',
        'complete', 'cancelling', 'cancelled'))
);

-- One at a time.
create unique index import_job_connection_id_key on import_job (connection_id)
    where state not in ('complete', 'cancelled');

-- Every order found, and what is to come of it.
create table import_order (
    import_id uuid not null,
    shop_order_id text collate "C" not null,
    placed_at timestamptz not null,
    verdict text not null,
    reason text not null,
    detail text not null,
    -- The order as the shop gave it, until the ledger is told; null where it is not to be told. The associated
    -- data names import and order.
    sealed_body bytea,
    -- The shop's clock at a moment before it was read.
    asked_at timestamptz,
    told_at timestamptz,
    constraint import_order_pkey primary key (import_id, shop_order_id),
    constraint import_order_import_id_fkey foreign key (import_id) references import_job (import_id),
    constraint import_order_told_at_check check (told_at is null or sealed_body is null)
);

create index import_order_to_tell_idx on import_order (import_id, shop_order_id) where sealed_body is not null;

-- What the plan does to stock.
create table import_level (
    import_id uuid not null,
    -- The ledger's name of the item, whether it is registered yet or not.
    item_key text collate "C" not null,
    outlet_id uuid not null,
    item_id uuid,
    sku text collate "C" not null,
    name text not null,
    -- When it was looked at last.
    on_hand_milli bigint not null,
    change_milli bigint not null,
    constraint import_level_pkey primary key (import_id, item_key, outlet_id),
    constraint import_level_import_id_fkey foreign key (import_id) references import_job (import_id)
);

create index import_level_sku_idx on import_level (import_id, sku, item_key, outlet_id);
