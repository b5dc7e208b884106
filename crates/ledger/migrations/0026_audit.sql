-- What was done by a method that asks for no request id, committed with it: imports, and erasures of whole shops.
create table ledger.audit_entry (
    entry_id uuid not null,
    retailer_id uuid not null,
    -- As `Imports.BeginImport`.
    method text collate "C" not null,
    -- What it was done to, as `CONNECTION import ID`.
    subject text collate "C" not null,
    -- Whose token it was.
    caller text,
    -- Null of operators and services.
    token_id uuid,
    -- Null where nothing was there.
    before jsonb,
    after jsonb not null,
    done_at timestamptz not null,
    constraint audit_entry_pkey primary key (entry_id),
    constraint audit_entry_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id)
);

create index audit_entry_retailer_id_done_at_idx on ledger.audit_entry (retailer_id, done_at desc, entry_id);

revoke all on ledger.audit_entry from public;
grant select, insert on ledger.audit_entry to ledger_app;

-- What the order, the delivery or the name was before; null in rows from before this was kept, and where nothing was.
alter table ledger.order_action add column before jsonb;
