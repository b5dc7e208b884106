-- Every write that somebody asked the service for, committed with it. No entry holds a credential or says who bought.
create table audit_entry (
    entry_id uuid not null default gen_random_uuid(),
    retailer_id uuid not null,
    -- Null where it was about none that was linked.
    connection_id uuid,
    -- What of the connection or beside it, as `import ID`; empty: the connection itself.
    subject text collate "C" not null,
    -- As `Connections.SetSettings`.
    method text collate "C" not null,
    -- Whose token it was; null of installs that were begun before there was a log.
    caller text,
    -- Null of operators.
    token_id uuid,
    -- Who asked, in the caller's words; empty where the method does not ask.
    actor text not null,
    -- Null where nothing was there.
    before jsonb,
    -- Null where nothing is kept of what was asked for.
    after jsonb,
    done_at timestamptz not null,
    constraint audit_entry_pkey primary key (entry_id)
);

create index audit_entry_retailer_id_done_at_idx on audit_entry (retailer_id, done_at desc, entry_id);

-- Who began it, as the token proved: whoever comes back with a browser has none.
alter table install
    add column begun_by text,
    add column begun_by_token_id uuid;
