-- The catalogue's memory. Run as catalog_owner, into the schema that `migrate` made.

-- What callers asked to be done, each under a key of its own: asked for again it is answered, and not done. It is also
-- the log of who had what done.
create table catalog.request (
    retailer_id uuid not null,
    request_id uuid not null,
    -- As `Catalog.SaveProduct`.
    method text collate "C" not null,
    -- SHA-256 of the question as it was encoded.
    digest bytea not null,
    -- The answer, encoded.
    answer bytea not null,
    actor text not null,
    note text not null,
    done_at timestamptz not null,
    caller text,
    token_id uuid,
    -- What was there and what is, where the answer does not tell.
    before jsonb,
    after jsonb,
    constraint request_pkey primary key (retailer_id, request_id)
);

create index request_retailer_id_done_at_idx on catalog.request (retailer_id, done_at desc, request_id);

-- As its ingest service tells of it; what people say of its listings besides.
create table catalog.connection (
    connection_id uuid not null,
    retailer_id uuid not null,
    platform text collate "C" not null,
    -- Neither parted with nor uninstalled.
    is_linked boolean not null,
    -- Whether stock is managed here and not in the shop (EF-8).
    is_stock_ours boolean not null,
    -- Of each item, what is kept back from the shop (R-4).
    buffer_milli bigint not null,
    -- The ingest service's: an older word never replaces a newer one.
    version bigint not null,
    -- EC-16.
    profile text collate "C" not null,
    constraint connection_pkey primary key (connection_id),
    constraint connection_buffer_milli_check check (buffer_milli >= 0),
    constraint connection_profile_check check (profile in ('pos_created', 'legacy'))
);

create index connection_retailer_id_idx on catalog.connection (retailer_id);

-- Who decides a field of the shop's listings (R-11), where somebody said so; else the POS does.
create table catalog.field_rule (
    connection_id uuid not null,
    field text collate "C" not null,
    rule text collate "C" not null,
    constraint field_rule_pkey primary key (connection_id, field),
    constraint field_rule_connection_id_fkey foreign key (connection_id) references catalog.connection (connection_id),
    constraint field_rule_rule_check check (rule in ('pos', 'pos_wipes', 'shop'))
);

create table catalog.product (
    product_id uuid not null,
    retailer_id uuid not null,
    -- Counts what was said of it, where it is sold included.
    revision bigint not null,
    name text collate "C" not null,
    description text not null,
    brand text collate "C" not null,
    category text collate "C" not null,
    supplier text collate "C" not null,
    handle text collate "C" not null,
    tags text[] not null,
    -- Thousandths of a percent.
    tax_millipercent integer not null,
    options text[] not null,
    is_in_store boolean not null,
    -- An order sold what nobody had entered (SH-9).
    is_from_order boolean not null,
    changed_at timestamptz not null,
    -- Null: it lives.
    deleted_at timestamptz,
    constraint product_pkey primary key (product_id),
    constraint product_tax_millipercent_check check (tax_millipercent between 0 and 100000),
    constraint product_revision_check check (revision > 0)
);

create index product_retailer_id_name_idx on catalog.product (retailer_id, name, product_id);

-- An item of the ledger. Replaced as a whole with its product.
create table catalog.variant (
    item_id uuid not null,
    product_id uuid not null,
    position integer not null,
    -- Of the product's options, as many as it has.
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
    constraint variant_pkey primary key (item_id),
    constraint variant_product_id_fkey foreign key (product_id) references catalog.product (product_id),
    constraint variant_price_minor_check check (price_minor >= 0),
    constraint variant_supplier_price_check check ((supplier_price_minor is null) = (supplier_currency is null)),
    constraint variant_parcel_check check (num_nulls(length_um, width_um, height_um) in (0, 3))
);

create index variant_product_id_idx on catalog.variant (product_id, position);
create index variant_sku_idx on catalog.variant (sku);

-- A picture, once for each retailer and content.
create table catalog.image (
    retailer_id uuid not null,
    -- SHA-256 of the bytes.
    hash bytea not null,
    -- What shops fetch it by: random, so that nobody guesses it.
    token text collate "C" not null,
    kind text collate "C" not null,
    width_px integer not null,
    height_px integer not null,
    content bytea not null,
    kept_at timestamptz not null,
    constraint image_pkey primary key (retailer_id, hash),
    constraint image_token_key unique (token),
    constraint image_kind_check check (kind in ('jpeg', 'png', 'gif', 'webp'))
);

-- Pictures are compressed as they are.
alter table catalog.image alter column content set storage external;

-- Which pictures a product shows. Replaced as a whole with it; the picture is looked up by the transaction that writes
-- this.
create table catalog.product_image (
    product_id uuid not null,
    position integer not null,
    hash bytea not null,
    alt text not null,
    constraint product_image_pkey primary key (product_id, position),
    constraint product_image_product_id_fkey foreign key (product_id) references catalog.product (product_id)
);

-- A product in one shop, where anything was said of that.
create table catalog.product_channel (
    product_id uuid not null,
    connection_id uuid not null,
    -- Null: nobody has decided, and an order that sells it does (SH-10).
    is_online boolean,
    -- Of each of its items, what is kept back from the shop (R-4); null: as much as of every product.
    buffer_milli bigint,
    constraint product_channel_pkey primary key (product_id, connection_id),
    constraint product_channel_product_id_fkey foreign key (product_id) references catalog.product (product_id),
    constraint product_channel_connection_id_fkey
        foreign key (connection_id) references catalog.connection (connection_id),
    constraint product_channel_buffer_milli_check check (buffer_milli >= 0)
);

create index product_channel_connection_id_idx on catalog.product_channel (connection_id, product_id) where is_online;

-- Which item a shop's variant is, as sales tell (SH-10).
create table catalog.shop_variant (
    connection_id uuid not null,
    shop_variant_id text collate "C" not null,
    retailer_id uuid not null,
    item_id uuid not null,
    -- When the ledger recorded what said so: an older word never replaces a newer one.
    told_at timestamptz not null,
    constraint shop_variant_pkey primary key (connection_id, shop_variant_id)
);

create index shop_variant_item_id_idx on catalog.shop_variant (item_id, connection_id);

-- Sold before the product or the connection was known here. Tills sell on connections that never are.
create table catalog.early_sale (
    connection_id uuid not null,
    item_id uuid not null,
    retailer_id uuid not null,
    constraint early_sale_pkey primary key (connection_id, item_id)
);

create index early_sale_item_id_idx on catalog.early_sale (item_id);

-- A set, not a queue: what changed and is not said yet. An entry goes only if it was not marked again meanwhile.
create table catalog.outbox (
    product_id uuid not null,
    retailer_id uuid not null,
    mark bigint not null,
    constraint outbox_pkey primary key (product_id)
);

-- The products that meet conditions; a condition that is null, or an activity of 'all', lets every product pass.
-- `retail::catalogue::ChannelFilter` says what state and channel mean (EC-13).
create function catalog.found_product(
    of_retailer uuid, is_deleted boolean, activity text, place text, of_connection uuid, part text, with_sku text,
    of_brand text, of_category text, of_supplier text, with_tag text
) returns setof catalog.product language sql stable as $$
    select p.*
    from catalog.product p
    where p.retailer_id = of_retailer
        and (p.deleted_at is not null) = is_deleted
        and (activity = 'all' or (activity = 'active') = (
            (place <> 'online' and p.is_in_store)
            or (place <> 'in_store' and exists (
                select from catalog.product_channel c
                join catalog.connection k on k.connection_id = c.connection_id
                where c.product_id = p.product_id and c.is_online and k.is_linked
                    and (of_connection is null or c.connection_id = of_connection)))))
        and (part is null or position(lower(part) in lower(p.name)) > 0)
        and (with_sku is null or exists (
            select from catalog.variant v where v.product_id = p.product_id and v.sku = with_sku))
        and (of_brand is null or p.brand = of_brand)
        and (of_category is null or p.category = of_category)
        and (of_supplier is null or p.supplier = of_supplier)
        and (with_tag is null or p.tags @> array[with_tag])
$$;
