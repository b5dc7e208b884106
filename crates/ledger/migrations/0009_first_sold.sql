-- What the line sold for that an item was made from: the price of an item that nobody gave one (SH-9).
alter table ledger.item
    add column first_quantity_milli bigint,
    add column first_net_minor bigint,
    add column first_tax_minor bigint,
    add column first_currency text collate "C",
    add constraint item_first_sold_check
        check (num_nulls(first_quantity_milli, first_net_minor, first_tax_minor, first_currency) in (0, 4)),
    add constraint item_first_currency_check check (length(first_currency) = 3);

-- Finds the variants that people said are an item (SH-10).
create index item_remap_item_id_connection_id_idx on ledger.item_remap (item_id, connection_id)
    where remap_kind = 'variant';
