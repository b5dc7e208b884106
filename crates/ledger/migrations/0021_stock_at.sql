-- What takes a sale's goods from stock: its order, its invoices, or nothing here (EF-8, EF-9, EF-11).

-- Of sales that are recorded first from now on.
alter table ledger.connection
    add column stock_rule text not null default 'order',
    add constraint connection_stock_rule_check check (stock_rule in ('order', 'invoice', 'never'));

-- The rule that the sale was first recorded under, and whether anything is invoiced of it.
alter table ledger.sale
    add column stock_rule text not null default 'order',
    add column has_invoice boolean not null default false,
    add constraint sale_stock_rule_check check (stock_rule in ('order', 'invoice', 'never'));

-- What the line holds besides what it has taken, and takes once it is invoiced.
alter table ledger.sale_line add column awaiting_milli bigint not null default 0;

-- What is held and not gone (R-4): few lines, and none where the order itself takes its goods.
create index sale_line_awaiting_idx on ledger.sale_line (sale_id) where awaiting_milli <> 0;

-- Append-only, and so are its lines: the documents that the ledger was told of.
create table ledger.invoice (
    retailer_id uuid not null,
    -- The documents service's own.
    invoice_id uuid not null,
    sale_id uuid not null,
    kind text not null,
    number text not null,
    issued_at timestamptz not null,
    -- The revision of the sale that it made; null where nothing of the sale's lines changed.
    revision integer,
    recorded_at timestamptz not null,
    actor text not null,
    note text not null,
    constraint invoice_pkey primary key (retailer_id, invoice_id),
    constraint invoice_retailer_id_fkey foreign key (retailer_id) references ledger.retailer (retailer_id),
    constraint invoice_kind_check check (kind in ('invoice', 'credit_note'))
);

create index invoice_sale_id_idx on ledger.invoice (sale_id, recorded_at, invoice_id);

create table ledger.invoice_line (
    retailer_id uuid not null,
    invoice_id uuid not null,
    line_key text collate "C" not null,
    -- Of a return, so much of what comes back; of a credit note, so much less is invoiced.
    quantity_milli bigint not null,
    constraint invoice_line_pkey primary key (retailer_id, invoice_id, line_key),
    constraint invoice_line_retailer_id_invoice_id_fkey
        foreign key (retailer_id, invoice_id) references ledger.invoice (retailer_id, invoice_id),
    constraint invoice_line_quantity_milli_check check (quantity_milli > 0)
);

alter table ledger.import_order drop constraint import_order_kept_reason_check;
alter table ledger.import_order add constraint import_order_kept_reason_check
    check (kept_reason in ('moved_since', 'sale_before', 'paid_here', 'handed_over_here',
        'invoiced_here'));

revoke all on ledger.invoice, ledger.invoice_line from public;
grant select, insert on ledger.invoice, ledger.invoice_line to ledger_app;
