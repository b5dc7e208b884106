-- A shop's own orders against what the ledger knows of them, when the two were last held against each other (R-6).
create table order_count (
    connection_id uuid not null,
    -- By our clock.
    counted_at timestamptz not null,
    -- Orders placed before it are not ours to have.
    placed_since timestamptz not null,
    sales bigint not null,
    parked bigint not null,
    not_imported bigint not null,
    too_old bigint not null,
    waiting bigint not null,
    missing bigint not null,
    constraint order_count_pkey primary key (connection_id),
    constraint order_count_connection_id_fkey
        foreign key (connection_id) references connection (connection_id)
);
