-- The tokens that a retailer's people and programs call with. Nobody can read one here: only its digest is kept.
create table ledger.access_token (
    token_id uuid not null,
    retailer_id uuid not null,
    -- Of the person or program that has it.
    name text collate "C" not null,
    -- SHA-256 of the token's text.
    digest bytea not null,
    roles text[] collate "C" not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    constraint access_token_pkey primary key (token_id),
    constraint access_token_digest_key unique (digest),
    constraint access_token_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id),
    constraint access_token_digest_check check (octet_length(digest) = 32),
    constraint access_token_roles_check check (
        cardinality(roles) > 0
        and roles <@ array['viewer', 'cashier', 'stock-keeper', 'manager', 'owner']
    ),
    constraint access_token_expires_at_check check (expires_at > created_at)
);

create index access_token_retailer_id_name_idx on ledger.access_token (retailer_id, name, created_at desc);

-- A token that has a row here is not valid any more, and never will be again.
create table ledger.access_token_revocation (
    token_id uuid not null,
    revoked_at timestamptz not null,
    constraint access_token_revocation_pkey primary key (token_id),
    constraint access_token_revocation_token_id_fkey foreign key (token_id) references ledger.access_token (token_id)
);

revoke all on ledger.access_token, ledger.access_token_revocation from public;
grant select, insert on ledger.access_token, ledger.access_token_revocation to ledger_app;

-- Who asked, as the token proves; null in rows from before there were tokens. What was there before, and what is
-- there since, where something that was there was changed.
alter table ledger.request
    add column caller text,
    add column token_id uuid,
    add column before jsonb,
    add column after jsonb;

alter table ledger.order_action
    add column caller text,
    add column token_id uuid;
