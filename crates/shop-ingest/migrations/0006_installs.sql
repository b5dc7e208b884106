-- How shops let us in and throw us out: install flows, the tokens that come of them, removed apps, privacy requests.

-- The shopkeeper took the app out of the shop: it is listened to, for what it still has to say, and not asked.
alter table connection drop constraint connection_state_check;
alter table connection add constraint connection_state_check
    check (state in ('live', 'paused', 'disconnected', 'uninstalled'));
-- When a delivery said so; null once the shop itself was asked.
alter table connection add column removal_told_at timestamptz;

-- What a shop has granted by an install flow. A connection without a row has what its credentials say, for ever.
create table access_grant (
    connection_id uuid not null,
    -- Access and refresh token; the associated data names connection and column.
    sealed_tokens bytea not null,
    -- Null: for ever.
    access_until timestamptz,
    refresh_until timestamptz,
    -- What the app may do, in the platform's words.
    scopes text[] not null,
    renewed_at timestamptz not null,
    -- When the shop said for good that there are no more tokens, and why; null while there are.
    refused_at timestamptz,
    refusal text,
    constraint access_grant_pkey primary key (connection_id),
    constraint access_grant_connection_id_fkey foreign key (connection_id) references connection (connection_id),
    constraint access_grant_refusal_check check ((refused_at is null) = (refusal is null))
);

-- A way to a shop, from the click to the key. What opens a door is kept as its SHA-256.
create table install (
    install_id uuid not null,
    retailer_id uuid not null,
    -- As the platform writes it.
    shop text not null,
    plain_http boolean not null,
    -- What the person decided and knew who began it; of the settings null: it stays as it is.
    register_id uuid,
    automatic_updates boolean,
    order_updates text,
    stock_at text,
    channel_buffer_milli bigint,
    check_acknowledged boolean not null,
    another_shop_confirmed boolean not null,
    step text not null,
    -- In the address that the person opens.
    ticket_hash bytea not null,
    -- Both of the browser that opened it last; null before.
    state_hash bytea,
    browser_hash bytea,
    begun_at timestamptz not null,
    expires_at timestamptz not null,
    sent_at timestamptz,
    returned_at timestamptz,
    ended_at timestamptz,
    -- How it ended: by which connection the shop is linked, or why it is not.
    connection_id uuid,
    was_known boolean,
    refusal text,
    detail text,
    constraint install_pkey primary key (install_id),
    constraint install_ticket_hash_key unique (ticket_hash),
    constraint install_state_hash_key unique (state_hash),
    constraint install_browser_hash_key unique (browser_hash),
    constraint install_connection_id_fkey foreign key (connection_id) references connection (connection_id),
    constraint install_step_check check (step in ('begun', 'sent', 'returned', 'linked', 'refused')),
    constraint install_linked_check check ((step = 'linked') = (connection_id is not null)),
    constraint install_refused_check check ((step = 'refused') = (refusal is not null))
);

-- What shops ask on behalf of people. The delivery itself is in the inbox; what it says of whom is sealed here.
create table privacy_request (
    connection_id uuid not null,
    -- The same bytes are one request, however often they come.
    delivery_id text collate "C" not null,
    kind text not null,
    received_at timestamptz not null,
    due_at timestamptz not null,
    -- The associated data names connection and delivery.
    sealed_body bytea not null,
    constraint privacy_request_pkey primary key (connection_id, delivery_id),
    constraint privacy_request_connection_id_fkey
        foreign key (connection_id) references connection (connection_id),
    constraint privacy_request_kind_check check (kind in ('customer_data', 'customer_erasure', 'shop_erasure'))
);

create index privacy_request_due_at_idx on privacy_request (due_at);
