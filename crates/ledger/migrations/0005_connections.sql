-- Connections as their ingest services tell of them, and orders that came before their connection did.

-- Of what is told the newest counts. 0: the seed file alone knows it.
alter table ledger.connection add column version bigint not null default 0;

-- Orders of connections that nobody has told of yet, as they came. They are booked once somebody does.
create table ledger.early_order (
    early_id uuid not null,
    retailer_id uuid not null,
    connection_id uuid not null,
    message bytea not null,
    came_at timestamptz not null,
    -- Why it can never be booked: it stays for people.
    failure text,
    constraint early_order_pkey primary key (early_id)
);

create index early_order_connection_id_idx on ledger.early_order (connection_id, retailer_id, early_id)
    where failure is null;

revoke all on ledger.early_order from public;
grant select, insert, update, delete on ledger.early_order to ledger_app;
