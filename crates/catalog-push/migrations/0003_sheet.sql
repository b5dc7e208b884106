-- Spreadsheets that came in: kept, checked whole, and applied by one transaction or not at all (EC-12).

create table catalog.sheet (
    sheet_id uuid not null,
    retailer_id uuid not null,
    -- Its first row.
    columns text[] not null,
    decimal_mark text collate "C" not null,
    ignore_unknown boolean not null,
    overwrite_newer boolean not null,
    state text collate "C" not null,
    -- How often it was begun to be applied: the ledger is asked under ids of each time.
    attempt integer not null,
    -- Those that are kept.
    rows bigint not null,
    -- How far the state's own work is, in rows; and the last product that the ledger was told of.
    done bigint not null,
    total bigint not null,
    told_up_to uuid,
    findings bigint not null,
    new_products bigint not null,
    changed_products bigint not null,
    changed_rows bigint not null,
    -- Why it could not be applied.
    refusal text not null,
    -- Who has it applied, and why; as the ledger is told.
    actor text not null,
    note text not null,
    changed_at timestamptz not null,
    constraint sheet_pkey primary key (sheet_id),
    constraint sheet_decimal_mark_check check (decimal_mark in ('either', 'point', 'comma')),
    constraint sheet_state_check check (state in ('filling', 'checking', 'checked', 'registering', 'writing', 'reverting',
        'applied', 'refused', 'expired'))
);

-- What the worker has to do, and what it forgets.
create index sheet_state_changed_at_idx on catalog.sheet (state, changed_at);

create table catalog.sheet_row (
    sheet_id uuid not null,
    -- As the spreadsheet counts.
    number integer not null,
    -- An array of texts.
    cells jsonb not null,
    -- Cells that are no text: their places, and what they are.
    fault_places integer[] not null,
    fault_kinds text[] not null,
    constraint sheet_row_pkey primary key (sheet_id, number),
    constraint sheet_row_sheet_id_fkey foreign key (sheet_id) references catalog.sheet (sheet_id)
);

-- What the check found, replaced by the next one.
create table catalog.sheet_finding (
    sheet_id uuid not null,
    place bigint not null,
    number integer not null,
    -- Of its column; -1: the whole row.
    cell integer not null,
    kind text collate "C" not null,
    message text not null,
    constraint sheet_finding_pkey primary key (sheet_id, place),
    constraint sheet_finding_sheet_id_fkey foreign key (sheet_id) references catalog.sheet (sheet_id)
);

create table catalog.sheet_change (
    sheet_id uuid not null,
    place bigint not null,
    number integer not null,
    product_id uuid not null,
    is_new boolean not null,
    -- Empty: the product is new.
    field text collate "C" not null,
    before text not null,
    after text not null,
    constraint sheet_change_pkey primary key (sheet_id, place),
    constraint sheet_change_sheet_id_fkey foreign key (sheet_id) references catalog.sheet (sheet_id)
);

-- Products as they are to be: those that are new or otherwise. Columns are those of `product`.
create table catalog.sheet_product (
    sheet_id uuid not null,
    product_id uuid not null,
    -- It is at this revision, or not applied; 0: there is none.
    revision bigint not null,
    name text collate "C" not null,
    description text not null,
    brand text collate "C" not null,
    category text collate "C" not null,
    supplier text collate "C" not null,
    handle text collate "C" not null,
    -- An array of texts.
    tags jsonb not null,
    tax_millipercent integer not null,
    -- The same.
    options jsonb not null,
    is_in_store boolean not null,
    constraint sheet_product_pkey primary key (sheet_id, product_id),
    constraint sheet_product_sheet_id_fkey foreign key (sheet_id) references catalog.sheet (sheet_id)
);

-- Their variants, all of them. Columns are those of `variant`.
create table catalog.sheet_variant (
    sheet_id uuid not null,
    product_id uuid not null,
    position integer not null,
    item_id uuid not null,
    value_1 text,
    value_2 text,
    value_3 text,
    sku text collate "C",
    barcode text collate "C",
    price_minor bigint not null,
    currency text collate "C" not null,
    price_includes_tax boolean not null,
    supplier_code text not null,
    supplier_price_minor bigint,
    supplier_currency text collate "C",
    reorder_point_milli bigint,
    reorder_amount_milli bigint,
    weight_mg bigint,
    length_um bigint,
    width_um bigint,
    height_um bigint,
    image_hash bytea,
    is_active boolean not null,
    -- The ledger is to know it by another name, SKU or barcode; what it knows it by now, null: it does not.
    is_told boolean not null,
    name text not null,
    was_sku text,
    was_barcode text,
    was_name text,
    constraint sheet_variant_pkey primary key (sheet_id, product_id, position),
    constraint sheet_variant_sheet_id_fkey foreign key (sheet_id) references catalog.sheet (sheet_id)
);

create table catalog.sheet_channel (
    sheet_id uuid not null,
    product_id uuid not null,
    connection_id uuid not null,
    -- Null: nobody decides.
    is_online boolean,
    constraint sheet_channel_pkey primary key (sheet_id, product_id, connection_id),
    constraint sheet_channel_sheet_id_fkey foreign key (sheet_id) references catalog.sheet (sheet_id)
);
