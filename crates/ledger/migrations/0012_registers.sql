-- Registers' sessions, payments that people record, and closures (SH-13 to SH-15, SH-17).

-- Means of payment that a retailer has beside those that everybody has, or names otherwise.
create table ledger.payment_type (
    retailer_id uuid not null,
    payment_type text collate "C" not null,
    name text not null,
    constraint payment_type_pkey primary key (retailer_id, payment_type),
    constraint payment_type_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id)
);

-- What a shop's means of payment are called here.
create table ledger.payment_method (
    connection_id uuid not null,
    method text collate "C" not null,
    payment_type text collate "C" not null,
    constraint payment_method_pkey primary key (connection_id, method),
    constraint payment_method_connection_id_fkey
        foreign key (connection_id) references ledger.connection (connection_id)
);

-- Append-only, and so are all tables below: what was counted stays what was counted.
create table ledger.register_session (
    session_id uuid not null,
    retailer_id uuid not null,
    register_id uuid not null,
    number integer not null,
    currency text collate "C" not null,
    float_minor bigint not null,
    opened_at timestamptz not null,
    opened_by text not null,
    previous integer generated always as (nullif(number - 1, 0)) stored,
    constraint register_session_pkey primary key (session_id),
    constraint register_session_register_id_number_key unique (register_id, number),
    constraint register_session_register_id_fkey foreign key (register_id) references ledger.register (register_id),
    constraint register_session_number_check check (number > 0),
    constraint register_session_float_minor_check check (float_minor >= 0),
    constraint register_session_currency_check check (length(currency) = 3)
);

create index register_session_retailer_id_opened_at_idx
    on ledger.register_session (retailer_id, opened_at desc, session_id desc);

create table ledger.closure (
    register_id uuid not null,
    number integer not null,
    session_id uuid not null,
    closed_at timestamptz not null,
    closed_by text not null,
    note text not null,
    -- Online payments of older transactions were looked at: they are in this closure or in one before.
    seen_xid bigint not null,
    constraint closure_pkey primary key (register_id, number),
    constraint closure_session_id_key unique (session_id),
    constraint closure_register_id_number_fkey
        foreign key (register_id, number) references ledger.register_session (register_id, number),
    constraint closure_session_id_fkey foreign key (session_id) references ledger.register_session (session_id)
);

-- A register is opened when its session before is closed: one is open at a time, and no number is left out.
alter table ledger.register_session add constraint register_session_previous_fkey
    foreign key (register_id, previous) references ledger.closure (register_id, number);

create table ledger.closure_count (
    session_id uuid not null,
    payment_type text collate "C" not null,
    expected_minor bigint not null,
    counted_minor bigint not null,
    constraint closure_count_pkey primary key (session_id, payment_type),
    constraint closure_count_session_id_fkey foreign key (session_id) references ledger.register_session (session_id)
);

-- Online payments of a closure, by what the means were called here when it was made.
create table ledger.closure_online (
    session_id uuid not null,
    method text collate "C" not null,
    currency text collate "C" not null,
    received_minor bigint not null,
    refunded_minor bigint not null,
    payment_count bigint not null,
    constraint closure_online_pkey primary key (session_id, method, currency),
    constraint closure_online_session_id_fkey foreign key (session_id) references ledger.register_session (session_id)
);

-- A payment that a person recorded.
create table ledger.till_payment (
    payment_id uuid not null,
    retailer_id uuid not null,
    sale_id uuid not null,
    -- The session that was open when it was recorded.
    session_id uuid not null,
    -- Made before that session was opened: it settles the sale and is in no closure (SH-15).
    is_outside boolean not null,
    payment_type text collate "C" not null,
    currency text collate "C" not null,
    amount_minor bigint not null,
    -- What the shop had told of as received by then: what it tells later may be this money.
    shop_received_minor bigint not null,
    paid_at timestamptz not null,
    recorded_at timestamptz not null,
    actor text not null,
    note text not null,
    constraint till_payment_pkey primary key (payment_id),
    constraint till_payment_session_id_fkey foreign key (session_id) references ledger.register_session (session_id),
    constraint till_payment_amount_minor_check check (amount_minor > 0),
    constraint till_payment_currency_check check (length(currency) = 3)
);

create index till_payment_sale_id_idx on ledger.till_payment (sale_id, recorded_at, payment_id);
create index till_payment_session_id_idx on ledger.till_payment (session_id, recorded_at, payment_id);

-- Which closure an online payment is in. Its key is the payment's: no payment is in two (SH-17).
create table ledger.session_payment (
    sale_id uuid not null,
    payment_key text collate "C" not null,
    kind text not null,
    currency text collate "C" not null,
    revision integer not null,
    session_id uuid not null,
    constraint session_payment_pkey primary key (sale_id, payment_key, kind, currency, revision),
    constraint session_payment_session_id_fkey
        foreign key (session_id) references ledger.register_session (session_id),
    constraint session_payment_payment_fkey foreign key (sale_id, payment_key, kind, currency, revision)
        references ledger.payment (sale_id, payment_key, kind, currency, revision)
);

create index session_payment_session_id_idx on ledger.session_payment (session_id);

-- How much less of a sale's online payments counts in a closure, because people had recorded that money.
create table ledger.session_cover (
    sale_id uuid not null,
    session_id uuid not null,
    currency text collate "C" not null,
    covered_minor bigint not null,
    constraint session_cover_pkey primary key (sale_id, session_id, currency),
    constraint session_cover_session_id_fkey foreign key (session_id) references ledger.register_session (session_id)
);

create index session_cover_session_id_idx on ledger.session_cover (session_id);

-- What people recorded as paid, in the sale's currency, and how much of what the shop tells is that same money.
-- The flag stays when a shop changes an order's currency.
alter table ledger.sale
    add column has_till_payment boolean not null default false,
    add column applied_minor bigint not null default 0,
    add column covered_minor bigint not null default 0;

-- What was paid at a till is not taken back with its import.
alter table ledger.import_order drop constraint import_order_kept_reason_check;
alter table ledger.import_order add constraint import_order_kept_reason_check
    check (kept_reason in ('moved_since', 'sale_before', 'paid_here'));

revoke all on ledger.payment_type, ledger.payment_method, ledger.register_session, ledger.closure,
    ledger.closure_count, ledger.closure_online, ledger.till_payment, ledger.session_payment, ledger.session_cover from public;
grant select, insert, update on ledger.payment_type, ledger.payment_method to ledger_app;
grant select, insert on ledger.register_session, ledger.closure, ledger.closure_count, ledger.closure_online, ledger.till_payment,
    ledger.session_payment, ledger.session_cover to ledger_app;
