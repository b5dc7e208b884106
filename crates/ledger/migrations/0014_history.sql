-- Pages of the history by something rare: an outlet, a register or a shop that sells little, or nothing any more. By
-- the time alone they would be sought through the sales of all others.
create index sale_outlet_id_placed_at_sale_id_idx on ledger.sale (outlet_id, placed_at desc, sale_id desc);
create index sale_register_id_placed_at_sale_id_idx on ledger.sale (register_id, placed_at desc, sale_id desc);
create index sale_connection_id_placed_at_sale_id_idx on ledger.sale (connection_id, placed_at desc, sale_id desc);

-- And of the few that somebody should look at, those of one kind, which may be fewer still.
create index sale_not_paid_idx on ledger.sale (retailer_id, balance, placed_at desc, sale_id desc)
    where balance <> 'paid';
create index sale_voided_idx on ledger.sale (retailer_id, placed_at desc, sale_id desc)
    where state = 'voided';
