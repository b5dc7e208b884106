-- The tamper-evident chain over movements and closures (R-14).

-- The transaction that wrote a row: below the oldest one running, nothing can appear any more. What was there
-- before this migration counts as written first.
alter table ledger.stock_movement add column recorded_xid bigint not null default 0;
alter table ledger.stock_movement alter column recorded_xid set default pg_current_xact_id()::text::bigint;
create index stock_movement_recorded_xid_movement_id_idx on ledger.stock_movement (recorded_xid, movement_id);

alter table ledger.closure add column recorded_xid bigint not null default 0;
alter table ledger.closure alter column recorded_xid set default pg_current_xact_id()::text::bigint;
create index closure_recorded_xid_session_id_idx on ledger.closure (recorded_xid, session_id);

-- Append-only. A block holds rows of one kind and retailer, in the order of (transaction, id), and the hash of the
-- block before it.
create table ledger.chain_block (
    retailer_id uuid not null,
    position bigint not null,
    kind text not null,
    -- All rows of this kind and retailer up to here are in this block or in one before.
    through_xid bigint not null,
    through_id uuid not null,
    previous_hash bytea not null,
    -- Each row's id and hash, 48 bytes.
    entries bytea not null,
    hash bytea not null,
    made_at timestamptz not null,
    constraint chain_block_pkey primary key (retailer_id, position),
    constraint chain_block_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id),
    constraint chain_block_position_check check (position > 0),
    constraint chain_block_kind_check check (kind in ('movements', 'closures')),
    constraint chain_block_previous_hash_check check (length(previous_hash) = 32),
    constraint chain_block_entries_check check (length(entries) > 0 and length(entries) % 48 = 0),
    constraint chain_block_hash_check check (length(hash) = 32)
);

create index chain_block_kind_through_xid_through_id_idx on ledger.chain_block (kind, through_xid, through_id);

revoke all on ledger.chain_block from public;
grant select, insert on ledger.chain_block to ledger_app;

-- What the chain remembers of a row. A form never changes: a new one has the next number, for rows written from then on.
create function ledger.microseconds(instant timestamptz) returns bigint
    language sql immutable
    return (extract(epoch from instant) * 1000000)::bigint;

create function ledger.movement_content(m ledger.stock_movement) returns text
    language sql stable
    return jsonb_build_array('movement', 1, m.movement_id, m.item_id, m.outlet_id, m.quantity_milli,
        m.sale_id, m.line_key, m.revision, ledger.microseconds(m.recorded_at), m.recorded_xid, m.entry_id,
        (select jsonb_build_array(e.retailer_id, e.outlet_id, e.cause, e.reason, e.reference, e.actor, e.note,
                ledger.microseconds(e.recorded_at))
            from ledger.stock_entry e where e.entry_id = m.entry_id))::text;

create function ledger.closure_content(c ledger.closure) returns text
    language sql stable
    return jsonb_build_array('closure', 1, c.register_id, c.number, c.session_id,
        ledger.microseconds(c.closed_at), c.closed_by, c.note, c.seen_xid, c.recorded_xid,
        (select jsonb_build_array(s.retailer_id, s.register_id, s.number, s.currency, s.float_minor,
                ledger.microseconds(s.opened_at), s.opened_by)
            from ledger.register_session s where s.session_id = c.session_id),
        (select jsonb_agg(jsonb_build_array(n.payment_type, n.expected_minor, n.counted_minor)
                order by n.payment_type)
            from ledger.closure_count n where n.session_id = c.session_id),
        (select jsonb_agg(jsonb_build_array(o.method, o.currency, o.received_minor, o.refunded_minor,
                o.payment_count) order by o.method, o.currency)
            from ledger.closure_online o where o.session_id = c.session_id),
        (select jsonb_agg(jsonb_build_array(p.payment_id, p.retailer_id, p.sale_id, p.is_outside,
                p.payment_type, p.currency, p.amount_minor, p.shop_received_minor,
                ledger.microseconds(p.paid_at), ledger.microseconds(p.recorded_at), p.actor, p.note)
                order by p.payment_id)
            from ledger.till_payment p where p.session_id = c.session_id),
        (select jsonb_agg(jsonb_build_array(p.sale_id, p.payment_key, p.kind, p.currency, p.revision)
                order by p.sale_id, p.payment_key, p.kind, p.currency, p.revision)
            from ledger.session_payment p where p.session_id = c.session_id),
        (select jsonb_agg(jsonb_build_array(v.sale_id, v.currency, v.covered_minor)
                order by v.sale_id, v.currency)
            from ledger.session_cover v where v.session_id = c.session_id))::text;

revoke all on function ledger.microseconds, ledger.movement_content, ledger.closure_content from public;
grant execute on function ledger.microseconds, ledger.movement_content, ledger.closure_content to ledger_app;
