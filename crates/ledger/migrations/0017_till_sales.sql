-- What is sold at tills, and what comes back there.

-- A register's own connection: what is sold on it is one more sale of that, numbered without gaps.
create table ledger.till (
    register_id uuid not null,
    connection_id uuid not null,
    -- The number of the last.
    sale_count bigint not null,
    constraint till_pkey primary key (register_id),
    constraint till_connection_id_key unique (connection_id),
    constraint till_register_id_fkey foreign key (register_id) references ledger.register (register_id),
    constraint till_connection_id_fkey foreign key (connection_id) references ledger.connection (connection_id)
        deferrable initially deferred,
    constraint till_sale_count_check check (sale_count > 0)
);

-- What is known of a till's line beside what every line has. Append-only.
create table ledger.till_line (
    sale_id uuid not null,
    line_key text collate "C" not null,
    -- As the till told it, of a line that was sold.
    unit_price_minor bigint,
    discount_minor bigint,
    is_tax_included boolean,
    -- The line that comes back, of a return.
    returned_sale_id uuid,
    returned_line_key text collate "C",
    constraint till_line_pkey primary key (sale_id, line_key),
    constraint till_line_check
        check (num_nulls(unit_price_minor, discount_minor, is_tax_included) in (0, 3)
            and num_nulls(returned_sale_id, returned_line_key) in (0, 2)
            and (unit_price_minor is null) = (returned_sale_id is not null))
);

create index till_line_returned_idx on ledger.till_line (returned_sale_id, returned_line_key)
    where returned_sale_id is not null;

-- What is given back at a till is a payment of less than nothing.
alter table ledger.till_payment drop constraint till_payment_amount_minor_check;
alter table ledger.till_payment add constraint till_payment_amount_minor_check check (amount_minor <> 0);

-- A sale that money is to be given back for is paid once it is.
update ledger.sale set balance =
    case when total_minor >= received_minor + applied_minor - covered_minor then 'paid'
        when received_minor + applied_minor - covered_minor < 0 then 'part_paid' else 'unpaid' end
where total_minor < 0;

revoke all on ledger.till, ledger.till_line from public;
grant select, insert, update on ledger.till to ledger_app;
grant select, insert on ledger.till_line to ledger_app;
