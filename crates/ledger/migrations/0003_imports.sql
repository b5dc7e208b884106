-- Imports of past orders: what each found, what it did, and what was taken back (R-2, WC-4).

create table ledger.import (
    import_id uuid not null,
    retailer_id uuid not null,
    connection_id uuid not null,
    state text not null,
    began_at timestamptz not null,
    -- When it was complete or cancelled.
    ended_at timestamptz,
    undone_at timestamptz,
    constraint import_pkey primary key (import_id),
    constraint import_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id),
    constraint import_connection_id_fkey foreign key (connection_id) references ledger.connection (connection_id),
    constraint import_state_check check (state in ('running', 'complete', 'cancelled', 'undoing', 'undone')),
    constraint import_ended_at_check check ((state = 'running') = (ended_at is null)),
    constraint import_undone_at_check check ((state = 'undone') = (undone_at is not null))
);

-- One at a time brings a connection's orders in, or takes them back.
create unique index import_connection_id_key on ledger.import (connection_id) where state in ('running', 'undoing');
create index import_retailer_id_began_at_idx on ledger.import (retailer_id, began_at desc, import_id);

-- The retailer's levels when it began.
create table ledger.import_level (
    import_id uuid not null,
    item_id uuid not null,
    outlet_id uuid not null,
    on_hand_milli bigint not null,
    constraint import_level_pkey primary key (import_id, item_id, outlet_id),
    constraint import_level_import_id_fkey foreign key (import_id) references ledger.import (import_id)
);

-- Every order that it brought, written by the transaction that took the order.
create table ledger.import_order (
    import_id uuid not null,
    shop_order_id text collate "C" not null,
    outcome text not null,
    -- The sale that the order was then, and the revision that this import made.
    sale_id uuid,
    revision integer,
    recorded_at timestamptz not null,
    -- Null until taking it back is tried.
    undo text,
    kept_reason text,
    constraint import_order_pkey primary key (import_id, shop_order_id),
    constraint import_order_import_id_fkey foreign key (import_id) references ledger.import (import_id),
    constraint import_order_outcome_check
        check (outcome in ('made', 'changed', 'already_recorded', 'not_imported', 'held', 'parked')),
    constraint import_order_revision_check check ((outcome in ('made', 'changed')) = (revision is not null)),
    constraint import_order_sale_id_check check (revision is null or sale_id is not null),
    constraint import_order_undo_check check (undo in ('undone', 'kept')),
    constraint import_order_kept_reason_check
        check (kept_reason in ('moved_since', 'sale_before')),
    constraint import_order_kept_check check ((undo is not distinct from 'kept') = (kept_reason is not null))
);

-- What is left to take back.
create index import_order_to_undo_idx on ledger.import_order (import_id, shop_order_id)
    where outcome = 'made' and undo is null;

-- Orders that were taken back, until they are imported anew. Guarded by the order's head.
create table ledger.withdrawn_order (
    connection_id uuid not null,
    shop_order_id text collate "C" not null,
    import_id uuid not null,
    withdrawn_at timestamptz not null,
    constraint withdrawn_order_pkey primary key (connection_id, shop_order_id),
    constraint withdrawn_order_import_id_fkey foreign key (import_id) references ledger.import (import_id)
);

revoke all on ledger.import, ledger.import_level, ledger.import_order, ledger.withdrawn_order from public;
grant select, insert, update on ledger.import, ledger.import_order to ledger_app;
grant select, insert on ledger.import_level to ledger_app;
grant select, insert, delete on ledger.withdrawn_order to ledger_app;
