-- What people do with goods that were sold: pick, pack, ship, hand to whoever collects (POS-2).

-- Append-only, and so is its lines' table.
create table ledger.fulfilment_step (
    step_id uuid not null,
    retailer_id uuid not null,
    sale_id uuid not null,
    -- Counts the steps of the sale, from 1.
    number integer not null,
    step text not null,
    -- Takes the step back.
    is_undone boolean not null,
    -- Of what was shipped; empty where nothing is known.
    carrier text not null,
    tracking_number text not null,
    tracking_url text not null,
    actor text not null,
    note text not null,
    done_at timestamptz not null,
    constraint fulfilment_step_pkey primary key (step_id),
    constraint fulfilment_step_sale_id_number_key unique (sale_id, number),
    constraint fulfilment_step_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id),
    constraint fulfilment_step_number_check check (number > 0),
    constraint fulfilment_step_step_check check (step in ('picked', 'packed', 'shipped', 'collected')),
    constraint fulfilment_step_is_undone_check check (not is_undone or step in ('picked', 'packed')),
    constraint fulfilment_step_tracking_check
        check (step = 'shipped' or (carrier = '' and tracking_number = '' and tracking_url = ''))
);

create table ledger.fulfilment_step_line (
    step_id uuid not null,
    line_key text collate "C" not null,
    quantity_milli bigint not null,
    -- What the shop had told of as handed over by then: what it tells later may be this part.
    told_milli bigint not null,
    -- How much of the line was picked and packed at least, once the step was taken.
    picked_milli bigint not null,
    packed_milli bigint not null,
    constraint fulfilment_step_line_pkey primary key (step_id, line_key),
    constraint fulfilment_step_line_step_id_fkey foreign key (step_id) references ledger.fulfilment_step (step_id),
    constraint fulfilment_step_line_quantity_milli_check check (quantity_milli > 0),
    constraint fulfilment_step_line_packed_milli_check check (packed_milli between 0 and picked_milli)
);

-- How far a line has come by what people did and the shop says; null where people did nothing, as almost always.
alter table ledger.sale_line
    add column picked_milli bigint,
    add column packed_milli bigint,
    add column handed_over_milli bigint,
    add constraint sale_line_handed_over_milli_check
        check (num_nulls(picked_milli, packed_milli, handed_over_milli) in (0, 3)
            and handed_over_milli >= 0 and packed_milli >= handed_over_milli and picked_milli >= packed_milli);

-- What lies on which step, and which steps handed over; null where people did nothing.
alter table ledger.sale
    add column fulfilment_steps text[],
    add constraint sale_fulfilment_steps_check
        check (fulfilment_steps <@ array['to_pick', 'picked', 'packed', 'shipped', 'collected']);

create index sale_fulfilment_steps_idx on ledger.sale (retailer_id, placed_at, sale_id)
    where fulfilment_steps is not null;

-- What was handed over here is not taken back with its import.
alter table ledger.import_order drop constraint import_order_kept_reason_check;
alter table ledger.import_order add constraint import_order_kept_reason_check
    check (kept_reason in ('moved_since', 'sale_before', 'paid_here', 'handed_over_here'));

revoke all on ledger.fulfilment_step, ledger.fulfilment_step_line from public;
grant select, insert on ledger.fulfilment_step, ledger.fulfilment_step_line to ledger_app;
