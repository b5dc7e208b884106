-- What callers asked to be done, each under a key of its own: asked for again it is answered, and not done.
create table ledger.request (
    retailer_id uuid not null,
    request_id uuid not null,
    -- As `Registers.OpenSession`.
    method text collate "C" not null,
    -- SHA-256 of the question as it was encoded.
    digest bytea not null,
    -- The answer, encoded.
    answer bytea not null,
    actor text not null,
    note text not null,
    done_at timestamptz not null,
    constraint request_pkey primary key (retailer_id, request_id),
    constraint request_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id)
);

create index request_retailer_id_done_at_idx on ledger.request (retailer_id, done_at desc, request_id);

revoke all on ledger.request from public;
grant select, insert on ledger.request to ledger_app;
