-- On which side a shop's stock is managed (EF-8): here, or in the shop.

alter table connection
    add column stock_side text not null default 'pos',
    add constraint connection_stock_side_check check (stock_side in ('pos', 'shop'));

alter table install add column stock_side text;
