-- What each shop shows, as far as it is known, what it is to be told next, and what it was told.

-- What an order made is as its line said until a person says more. Until then shops are told nothing of it.
alter table catalog.product add column is_as_sold boolean not null default false;

-- A product in one shop. Where there is a row it belongs there, shown to buyers or hidden (EC-8).
create table catalog.listing (
    connection_id uuid not null,
    product_id uuid not null,
    standing text collate "C" not null,
    shop_product_id text collate "C",
    -- What the shop is known to show: as it answered, or as it was read.
    known jsonb,
    known_at timestamptz,
    -- The product's revision that the shop was last made equal to. Null: it is to be made equal whatever stands there.
    pushed_revision bigint,
    -- What the shop calls the listings that it may be, where a person has to say which.
    candidates text[] not null default '{}',
    -- Why the shop does not take it as it is, in our word for it and in the shop's.
    refused_why text collate "C",
    refused_says text,
    refused_at timestamptz,
    constraint listing_pkey primary key (connection_id, product_id),
    constraint listing_connection_id_fkey foreign key (connection_id) references catalog.connection (connection_id),
    constraint listing_product_id_fkey foreign key (product_id) references catalog.product (product_id),
    constraint listing_standing_check
        check (standing in ('wanted', 'linked', 'review', 'missing', 'refused', 'deleted')),
    constraint listing_linked_check check (standing <> 'linked' or shop_product_id is not null),
    constraint listing_known_check check (num_nulls(known, known_at) in (0, 2)),
    constraint listing_refused_check check (num_nulls(refused_why, refused_says, refused_at) in (0, 3))
);

create index listing_product_id_idx on catalog.listing (product_id);
create index listing_standing_idx on catalog.listing (connection_id, standing, product_id);
-- A shop's product is one of ours, not two.
create unique index listing_shop_product_id_key on catalog.listing (connection_id, shop_product_id);

-- An item in one shop: what it is called there, and what its stock is known to be.
create table catalog.listing_item (
    connection_id uuid not null,
    item_id uuid not null,
    product_id uuid not null,
    shop_variant_id text collate "C" not null,
    stock_id text collate "C",
    -- What the shop has if there is no order that is not known, as of the ledger's mark. Null: it was never known.
    confirmed bigint,
    mark text collate "C",
    confirmed_at timestamptz,
    -- What is being told: written before the shop is called, gone when it is known what became of it.
    intent_key uuid,
    intent_expected bigint,
    intent_wanted bigint,
    -- What is confirmed when it is done.
    intent_confirms bigint,
    intent_mark text collate "C",
    intent_at timestamptz,
    constraint listing_item_pkey primary key (connection_id, item_id),
    constraint listing_item_listing_fkey
        foreign key (connection_id, product_id) references catalog.listing (connection_id, product_id),
    constraint listing_item_confirmed_check check (num_nulls(confirmed, mark, confirmed_at) in (0, 3)),
    constraint listing_item_intent_check
        check (num_nulls(intent_key, intent_wanted, intent_confirms, intent_mark, intent_at) in (0, 5))
);

create index listing_item_item_id_idx on catalog.listing_item (item_id);
create index listing_item_product_id_idx on catalog.listing_item (connection_id, product_id);

-- A set, not a queue: what has to be looked at. An entry goes only if it was not marked again meanwhile.
create table catalog.work (
    connection_id uuid not null,
    kind text collate "C" not null,
    -- An item or a product.
    subject uuid not null,
    -- What hurts most is first.
    rank smallint not null,
    -- Since when it waits.
    since timestamptz not null,
    not_before timestamptz not null,
    -- Times that it came to nothing, in a row.
    tries integer not null,
    mark bigint not null,
    constraint work_pkey primary key (connection_id, kind, subject),
    constraint work_connection_id_fkey foreign key (connection_id) references catalog.connection (connection_id),
    constraint work_kind_check check (kind in ('stock', 'listing'))
);

create index work_rank_idx on catalog.work (connection_id, kind, rank, since);

-- Which process tells a connection's shop, and what stands in its way.
create table catalog.pusher (
    connection_id uuid not null,
    -- Null: none.
    holder uuid,
    -- Counts the holders: what an earlier one has left to write is refused.
    fence bigint not null,
    held_until timestamptz not null,
    trouble text collate "C",
    trouble_says text,
    trouble_since timestamptz,
    -- When all of the connection was last marked to be looked at.
    swept_at timestamptz,
    constraint pusher_pkey primary key (connection_id),
    constraint pusher_connection_id_fkey foreign key (connection_id) references catalog.connection (connection_id),
    constraint pusher_trouble_check check (num_nulls(trouble, trouble_says, trouble_since) in (0, 3))
);

-- What shops were told, and what became of it (R-3, R-7).
create table catalog.told (
    -- In the order of time.
    told_id uuid not null,
    connection_id uuid not null,
    product_id uuid not null,
    -- Null: it is of the whole product.
    item_id uuid,
    what text collate "C" not null,
    outcome text collate "C" not null,
    -- Of stock: what was told, and what the shop was taken to have. Null: it was not known.
    quantity bigint,
    expected bigint,
    -- What the shop was found to have, where it says.
    found bigint,
    -- How what was told came about, in words.
    rule text not null,
    told_at timestamptz not null,
    constraint told_pkey primary key (told_id),
    constraint told_connection_id_fkey foreign key (connection_id) references catalog.connection (connection_id)
);

create index told_product_id_idx on catalog.told (product_id, told_at desc, told_id desc);
create index told_item_id_idx on catalog.told (item_id, told_at desc, told_id desc);
create index told_told_at_idx on catalog.told (told_at);
