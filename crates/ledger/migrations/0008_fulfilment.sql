-- What of an online sale is still to be handed over (POS-2).

-- How much of the line the shop is done with: shipped, picked up, or paid back without either. What went back
-- to stock is restocked_milli, and what is left of quantity_milli is to be handed over.
alter table ledger.sale_line add column fulfilled_milli bigint not null default 0;

-- Whether a product's line has something left. A sale that is void has not, whatever this says.
alter table ledger.sale add column is_to_fulfil boolean not null default false;

-- Of what was recorded before, nobody asked what was handed over: it is open until its shop says more.
update ledger.sale s set is_to_fulfil = true
where s.state = 'closed' and exists (
    select from ledger.sale_line l
    join ledger.item i on i.item_id = l.item_id
    where l.sale_id = s.sale_id and i.kind = 'product' and l.quantity_milli > l.restocked_milli);

create index sale_to_fulfil_idx on ledger.sale (retailer_id, placed_at, sale_id)
    where is_to_fulfil and state = 'closed';
