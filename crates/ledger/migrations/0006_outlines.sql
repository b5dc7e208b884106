-- What people know a parked order by, as far as it could be read. What it holds is in open_line.
alter table ledger.parked_order
    add column receipt_number text,
    add column placed_at timestamptz;
