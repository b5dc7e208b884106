-- Kits: sold as one item, in stock as their parts.

-- Append-only, and so are all tables below. Of several versions the last stands; without parts the item is no kit.
create table ledger.kit (
    item_id uuid not null,
    -- Counts the versions, from 1.
    number integer not null,
    retailer_id uuid not null,
    actor text not null,
    note text not null,
    defined_at timestamptz not null,
    constraint kit_pkey primary key (item_id, number),
    constraint kit_item_id_fkey foreign key (item_id) references ledger.item (item_id),
    constraint kit_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id),
    constraint kit_number_check check (number > 0)
);

create index kit_retailer_id_idx on ledger.kit (retailer_id);

create table ledger.kit_part (
    item_id uuid not null,
    number integer not null,
    part_item_id uuid not null,
    -- In one kit.
    quantity_milli bigint not null,
    constraint kit_part_pkey primary key (item_id, number, part_item_id),
    constraint kit_part_kit_fkey foreign key (item_id, number) references ledger.kit (item_id, number),
    constraint kit_part_part_item_id_fkey foreign key (part_item_id) references ledger.item (item_id),
    constraint kit_part_part_item_id_check check (part_item_id <> item_id),
    constraint kit_part_quantity_milli_check check (quantity_milli > 0)
);

-- Whose levels a part's level is told with.
create index kit_part_part_item_id_idx on ledger.kit_part (part_item_id);

-- Of what a sale's kits were made when they were sold: what comes back is what was taken.
create table ledger.sale_kit_part (
    sale_id uuid not null,
    line_key text collate "C" not null,
    kit_item_id uuid not null,
    part_item_id uuid not null,
    -- In one kit.
    quantity_milli bigint not null,
    constraint sale_kit_part_pkey primary key (sale_id, line_key, kit_item_id, part_item_id),
    constraint sale_kit_part_quantity_milli_check check (quantity_milli > 0)
);

create index sale_kit_part_part_item_id_idx on ledger.sale_kit_part (part_item_id, sale_id);

-- The kit that a part moved for.
alter table ledger.stock_movement add column kit_item_id uuid;

revoke all on ledger.kit, ledger.kit_part, ledger.sale_kit_part from public;
grant select, insert on ledger.kit, ledger.kit_part, ledger.sale_kit_part to ledger_app;
