-- Which plan a retailer has, and what was given to it and taken from it besides. Append-only: of several rows the last
-- stands. Who has none has the plan `full`, as everybody had before there were plans.
create table ledger.retailer_plan (
    retailer_id uuid not null,
    -- Counts what was said, from 1.
    number integer not null,
    plan text collate "C" not null,
    -- As `integration:shopify` and `option:kits`.
    given text[] collate "C" not null,
    taken text[] collate "C" not null,
    actor text not null,
    note text not null,
    set_at timestamptz not null,
    constraint retailer_plan_pkey primary key (retailer_id, number),
    constraint retailer_plan_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id),
    constraint retailer_plan_number_check check (number > 0),
    constraint retailer_plan_taken_check check (not given && taken)
);

revoke all on ledger.retailer_plan from public;
grant select, insert on ledger.retailer_plan to ledger_app;
