-- The memory of one platform's ingest service. Run as the schema's owner, with the schema as search_path:
-- each platform has a schema of this form, `ingest_<code>`, and no statement names it.

-- One shop linked to one retailer. On which register its orders are booked is the ledger's knowledge.
create table connection (
    connection_id uuid not null,
    retailer_id uuid not null,
    -- Where the shop is asked; null: it is only listened to.
    shop_url text,
    -- What it signs with and what it is asked with; the associated data names connection and column.
    sealed_credentials bytea not null,
    state text not null,
    -- Who the shop says it is; null until it was asked. It is known by its id when it is linked again (R-10).
    store_id text collate "C",
    store_name text,
    store_currency text,
    store_time_zone text,
    created_at timestamptz not null,
    changed_at timestamptz not null,
    -- When a person linked it last; null while the seed file alone knows it.
    linked_at timestamptz,
    constraint connection_pkey primary key (connection_id),
    constraint connection_retailer_id_store_id_key unique (retailer_id, store_id),
    constraint connection_store_check check ((store_id is null) = (store_name is null)),
    constraint connection_state_check check (state in ('live', 'paused', 'disconnected'))
);

-- How far a shop's changes have been asked for.
create table poll (
    connection_id uuid not null,
    -- Everything that changed before this instant of the shop's clock is in the inbox.
    polled_to timestamptz not null,
    -- The listing under way, all of these or none: since when it asks, what polled_to will be at its end,
    -- when it began by our clock, and where its next page begins.
    listing_since timestamptz,
    listing_to timestamptz,
    listing_began_at timestamptz,
    page_token text,
    -- By our clock; null until a listing has come to its end.
    last_polled_at timestamptz,
    -- In a row, the last one with its reason.
    failures integer not null default 0,
    last_failed_at timestamptz,
    last_failure text,
    constraint poll_pkey primary key (connection_id),
    constraint poll_connection_id_fkey foreign key (connection_id) references connection (connection_id),
    constraint poll_listing_check check (
        (listing_since is null) = (page_token is null)
        and (listing_to is null) = (page_token is null)
        and (listing_began_at is null) = (page_token is null)
    )
);

-- What was found of a shop's webhooks when they were looked at last.
create table hook_check (
    connection_id uuid not null,
    -- Null until they were seen once.
    checked_at timestamptz,
    sound integer not null default 0,
    mended integer not null default 0,
    created integer not null default 0,
    removed integer not null default 0,
    -- Since then.
    failures integer not null default 0,
    last_failed_at timestamptz,
    last_failure text,
    constraint hook_check_pkey primary key (connection_id),
    constraint hook_check_connection_id_fkey
        foreign key (connection_id) references connection (connection_id)
);

-- Changes that polling found before any webhook told of them (R-6): suspected, until the grace is over.
create table missed_order (
    connection_id uuid not null,
    shop_order_id text collate "C" not null,
    modified_at timestamptz not null,
    -- When polling saw the change, by our clock.
    seen_at timestamptz not null,
    -- Null while a webhook may still come.
    confirmed_at timestamptz,
    constraint missed_order_pkey primary key (connection_id, shop_order_id, modified_at),
    constraint missed_order_connection_id_fkey
        foreign key (connection_id) references connection (connection_id)
);

create index missed_order_suspect_idx on missed_order (connection_id, seen_at) where confirmed_at is null;
