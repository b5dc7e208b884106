-- Handling and gift wrapping are products of their own (BC-5). What was sold as a fee before stays one.
alter table ledger.item drop constraint item_kind_check;
alter table ledger.item add constraint item_kind_check
    check (kind in ('product', 'shipping', 'handling', 'gift_wrapping', 'fee', 'rounding'));
