-- What people say of links, and where shops show something else than the catalogue wants (R-5).

alter table catalog.listing
    drop constraint listing_standing_check,
    -- Apart: a person said that the shop has it not, and is not to.
    add constraint listing_standing_check
        check (standing in ('wanted', 'linked', 'review', 'missing', 'refused', 'deleted', 'apart')),
    -- Counts what people said of it: what was found out before the last word is not kept.
    add column words bigint not null default 0,
    -- Why a person has to say which one it is, and which of its items are in doubt.
    add column doubt text collate "C",
    add column item_doubts jsonb not null default '[]',
    -- What the shop calls the listings that a person said it is not.
    add column not_these text[] not null default '{}',
    -- Fields that a person left to the shop, of this product alone.
    add column left_to_shop text[] not null default '{}',
    -- Of one that is missing: what the shop called it.
    add column gone text collate "C";

-- When the shop was last told a figure outright, whatever it had: an order that was placed before may be heard of later.
alter table catalog.listing_item
    add column outright_at timestamptz,
    -- Since when the shop has less than what is known accounts for, or it was guessed what became of a telling. Orders on
    -- their way explain it; where none does, the shop is told from what it has.
    add column unsure_since timestamptz;

-- The stock, the product, and what differs of it.
alter table catalog.work
    drop constraint work_kind_check,
    add constraint work_kind_check check (kind in ('stock', 'listing', 'drift'));

-- When all of the connection was last marked to be compared.
alter table catalog.pusher add column scanned_at timestamptz;

-- What differs, as it was seen last.
create table catalog.drift (
    drift_id uuid not null,
    connection_id uuid not null,
    product_id uuid not null,
    -- The item, else the shop's variant; empty: it is the whole product's.
    subject text collate "C" not null,
    -- Empty: it is there or not as a whole.
    field text collate "C" not null,
    item_id uuid,
    sku text collate "C",
    shop_product_id text collate "C",
    shop_variant_id text collate "C",
    -- Of the product, as it was compared.
    revision bigint not null,
    -- For people.
    pos text not null,
    shop text not null,
    -- What the shop shows, in the catalogue's own terms, as far as a repair needs it.
    value jsonb,
    kind text collate "C" not null,
    -- What hurts most is first.
    severity smallint not null,
    repairs text[] not null,
    -- When it was first seen, and since when both sides show what they do.
    since timestamptz not null,
    same_since timestamptz not null,
    seen_at timestamptz not null,
    constraint drift_pkey primary key (drift_id),
    constraint drift_what_key unique (connection_id, product_id, subject, field),
    constraint drift_connection_id_fkey foreign key (connection_id) references catalog.connection (connection_id),
    constraint drift_product_id_fkey foreign key (product_id) references catalog.product (product_id)
);

create index drift_severity_idx on catalog.drift (connection_id, severity, since, drift_id);
create index drift_product_id_idx on catalog.drift (product_id);
