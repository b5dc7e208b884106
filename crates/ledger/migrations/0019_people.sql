-- Two records of one person become one, and a person can be erased.

alter table ledger.customer
    -- The record that stands for this one, which is itself merged into none.
    add column merged_into uuid,
    -- Nothing of the person is left; the sales are still somebody's.
    add column erased_at timestamptz,
    add constraint customer_merged_into_fkey foreign key (merged_into) references ledger.customer (customer_id),
    add constraint customer_merged_into_check check (merged_into <> customer_id),
    drop constraint customer_email_key_check,
    add constraint customer_email_key_check check (case
        when erased_at is null then (email_key is null) = (guest_of is not null)
        else email_key is null and guest_of is null and email = '' and phone = '' and name = 'Erased'
    end);

create index customer_merged_into_idx on ledger.customer (merged_into) where merged_into is not null;

-- Held against every order of theirs that comes again.
create index customer_erased_idx on ledger.customer (customer_id) where erased_at is not null;

-- Which record was merged into which, as it was asked for. Append-only; who asked is in ledger.request.
create table ledger.customer_merge (
    customer_id uuid not null,
    into_customer_id uuid not null,
    request_id uuid not null,
    merged_at timestamptz not null,
    constraint customer_merge_pkey primary key (customer_id),
    constraint customer_merge_customer_id_fkey
        foreign key (customer_id) references ledger.customer (customer_id),
    constraint customer_merge_into_customer_id_fkey
        foreign key (into_customer_id) references ledger.customer (customer_id)
);

create index customer_merge_into_customer_id_idx on ledger.customer_merge (into_customer_id);

-- What the marks of erased people are made with, sealed: nobody who has the tables alone can try addresses on them.
create table ledger.erasure_key (
    is_only boolean not null default true,
    sealed_key bytea not null,
    constraint erasure_key_pkey primary key (is_only),
    constraint erasure_key_is_only_check check (is_only)
);

-- Who was erased, without who it is: a keyed hash of the e-mail address. Orders placed by then belong to the record
-- that was left, whenever they come.
create table ledger.erased_mark (
    retailer_id uuid not null,
    mark bytea not null,
    customer_id uuid not null,
    erased_at timestamptz not null,
    constraint erased_mark_pkey primary key (retailer_id, mark, customer_id),
    constraint erased_mark_customer_id_fkey
        foreign key (customer_id) references ledger.customer (customer_id),
    constraint erased_mark_mark_check check (length(mark) = 32)
);

-- An erasure, until every archive was searched for the person.
create table ledger.erasure (
    erasure_id uuid not null,
    retailer_id uuid not null,
    erased_at timestamptz not null,
    -- What the archives are searched for; the associated data names retailer and erasure. Null once they were.
    sealed_emails bytea,
    constraint erasure_pkey primary key (erasure_id),
    constraint erasure_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id)
);

create index erasure_open_idx on ledger.erasure (erased_at, erasure_id) where sealed_emails is not null;

-- Whose archives were searched, and what was found there.
create table ledger.erasure_search (
    erasure_id uuid not null,
    platform text not null,
    deliveries bigint not null,
    searched_at timestamptz not null,
    constraint erasure_search_pkey primary key (erasure_id, platform),
    constraint erasure_search_erasure_id_fkey foreign key (erasure_id) references ledger.erasure (erasure_id)
);

-- Orders of erased people: their deliveries are kept nowhere. Null: somebody still has to see to it.
create table ledger.erased_order (
    connection_id uuid not null,
    shop_order_id text collate "C" not null,
    retailer_id uuid not null,
    erased_at timestamptz not null,
    shredded_at timestamptz,
    constraint erased_order_pkey primary key (connection_id, shop_order_id)
);

create index erased_order_to_shred_idx on ledger.erased_order (connection_id, shop_order_id)
    where shredded_at is null;

revoke all on ledger.customer_merge, ledger.erasure_key, ledger.erased_mark, ledger.erasure, ledger.erasure_search,
    ledger.erased_order from public;
grant update on ledger.customer to ledger_app;
grant select, insert on ledger.customer_merge, ledger.erased_mark, ledger.erasure_search to ledger_app;
grant select, insert, update on ledger.erasure_key, ledger.erasure, ledger.erased_order to ledger_app;
