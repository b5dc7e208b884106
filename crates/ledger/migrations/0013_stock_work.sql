-- What people do to stock: adjustments, goods received, transfers between outlets, stock-takes, safety stock.

-- Append-only, and so are all tables below. An entry is the cause of movements that no sale made.
create table ledger.stock_entry (
    entry_id uuid not null,
    retailer_id uuid not null,
    -- Whose stock it moves.
    outlet_id uuid not null,
    cause text not null,
    -- Of an adjustment.
    reason text,
    -- A number on somebody else's paper, as a supplier's delivery note.
    reference text not null,
    actor text not null,
    note text not null,
    recorded_at timestamptz not null,
    constraint stock_entry_pkey primary key (entry_id),
    constraint stock_entry_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id),
    constraint stock_entry_outlet_id_fkey foreign key (outlet_id) references ledger.outlet (outlet_id),
    constraint stock_entry_cause_check
        check (cause in ('adjustment', 'goods_received', 'stock_take', 'transfer_sent', 'transfer_received')),
    constraint stock_entry_reason_check check ((cause = 'adjustment') = (reason is not null))
);

create index stock_entry_retailer_id_recorded_at_idx
    on ledger.stock_entry (retailer_id, recorded_at desc, entry_id desc);

-- A movement is of a sale or of an entry. All that moved before is of sales, and so is what a ledger writes that
-- knows nothing else. The key of a sale's movements is what it was; a primary key could not be without a sale.
alter table ledger.stock_movement
    add column entry_id uuid,
    add constraint stock_movement_entry_id_fkey foreign key (entry_id) references ledger.stock_entry (entry_id),
    add constraint stock_movement_sale_id_key unique (sale_id, line_key, item_id, revision),
    drop constraint stock_movement_pkey;
alter table ledger.stock_movement
    alter column sale_id drop not null,
    alter column line_key drop not null,
    alter column revision drop not null,
    add constraint stock_movement_cause_check
        check (num_nulls(sale_id, line_key, revision) = case when entry_id is null then 0 else 3 end);

-- An entry moves an item once.
create unique index stock_movement_entry_id_item_id_key on ledger.stock_movement (entry_id, item_id)
    where entry_id is not null;

-- Sent by the entry of its id, out of that one's outlet.
create table ledger.transfer (
    transfer_id uuid not null,
    to_outlet_id uuid not null,
    constraint transfer_pkey primary key (transfer_id),
    constraint transfer_transfer_id_fkey foreign key (transfer_id) references ledger.stock_entry (entry_id),
    constraint transfer_to_outlet_id_fkey foreign key (to_outlet_id) references ledger.outlet (outlet_id)
);

-- Received by the entry of its id.
create table ledger.transfer_receipt (
    entry_id uuid not null,
    transfer_id uuid not null,
    -- Nothing more of the transfer is to come.
    is_last boolean not null,
    constraint transfer_receipt_pkey primary key (entry_id),
    constraint transfer_receipt_entry_id_fkey foreign key (entry_id) references ledger.stock_entry (entry_id),
    constraint transfer_receipt_transfer_id_fkey foreign key (transfer_id) references ledger.transfer (transfer_id)
);

create index transfer_receipt_transfer_id_idx on ledger.transfer_receipt (transfer_id, entry_id);
create unique index transfer_receipt_last_key on ledger.transfer_receipt (transfer_id) where is_last;

create table ledger.stock_take (
    stock_take_id uuid not null,
    retailer_id uuid not null,
    outlet_id uuid not null,
    number integer not null,
    started_at timestamptz not null,
    started_by text not null,
    note text not null,
    previous integer generated always as (nullif(number - 1, 0)) stored,
    constraint stock_take_pkey primary key (stock_take_id),
    constraint stock_take_outlet_id_number_key unique (outlet_id, number),
    constraint stock_take_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id),
    constraint stock_take_outlet_id_fkey foreign key (outlet_id) references ledger.outlet (outlet_id),
    constraint stock_take_number_check check (number > 0)
);

create index stock_take_retailer_id_started_at_idx
    on ledger.stock_take (retailer_id, started_at desc, stock_take_id desc);

-- The entry of a stock-take that was posted has its id.
create table ledger.stock_take_end (
    outlet_id uuid not null,
    number integer not null,
    stock_take_id uuid not null,
    outcome text not null,
    ended_at timestamptz not null,
    ended_by text not null,
    note text not null,
    constraint stock_take_end_pkey primary key (outlet_id, number),
    constraint stock_take_end_stock_take_id_key unique (stock_take_id),
    constraint stock_take_end_outlet_id_number_fkey
        foreign key (outlet_id, number) references ledger.stock_take (outlet_id, number),
    constraint stock_take_end_stock_take_id_fkey
        foreign key (stock_take_id) references ledger.stock_take (stock_take_id),
    constraint stock_take_end_outcome_check check (outcome in ('posted', 'cancelled'))
);

-- A stock-take starts when the one before it in its outlet has ended: two of them would correct a difference twice.
alter table ledger.stock_take add constraint stock_take_previous_fkey
    foreign key (outlet_id, previous) references ledger.stock_take_end (outlet_id, number);

-- What was counted, and what was on hand by the books at that moment. Of several counts of an item the last stands.
create table ledger.stock_take_count (
    stock_take_id uuid not null,
    item_id uuid not null,
    number integer not null,
    counted_milli bigint not null,
    on_hand_milli bigint not null,
    counted_at timestamptz not null,
    counted_by text not null,
    constraint stock_take_count_pkey primary key (stock_take_id, item_id, number),
    constraint stock_take_count_stock_take_id_fkey
        foreign key (stock_take_id) references ledger.stock_take (stock_take_id),
    constraint stock_take_count_counted_milli_check check (counted_milli >= 0)
);

-- What is not to be sold by shops (R-4).
alter table ledger.stock_level
    add column safety_milli bigint not null default 0,
    add constraint stock_level_safety_milli_check check (safety_milli >= 0);

revoke all on ledger.stock_entry, ledger.transfer, ledger.transfer_receipt, ledger.stock_take, ledger.stock_take_end,
    ledger.stock_take_count from public;
grant select, insert on ledger.stock_entry, ledger.transfer, ledger.transfer_receipt, ledger.stock_take,
    ledger.stock_take_end, ledger.stock_take_count to ledger_app;
