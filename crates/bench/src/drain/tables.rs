//! What the ledger writes for a new order, table by table: how to read the rows of some orders as
//! arrays of columns, and how to write such arrays.

pub struct Table {
    pub name: &'static str,
    pub columns: usize,
    /// Takes the shop's order ids and the connection.
    pub read: &'static str,
    /// Takes the arrays.
    pub write: &'static str,
}

pub const TRUNCATE: &str = "truncate ledger.shop_order, ledger.order_delivery, ledger.sale, \
    ledger.sale_line, ledger.payment, ledger.stock_movement, ledger.stock_level, ledger.outbox cascade";

pub const TABLES: [Table; 9] = [
    Table {
        name: "shop_order",
        columns: 8,
        read: "select array_agg(connection_id), array_agg(shop_order_id), array_agg(sale_id), \
            array_agg(revision), array_agg(version_at), array_agg(version_hash), \
            array_agg(draft_at), array_agg(draft_hash) \
            from ledger.shop_order where connection_id = $2 and shop_order_id = any($1)",
        write: "insert into ledger.shop_order (connection_id, shop_order_id, sale_id, revision, \
            version_at, version_hash, draft_at, draft_hash) \
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)",
    },
    Table {
        name: "order_delivery",
        columns: 9,
        read: "select array_agg(connection_id), array_agg(shop_order_id), array_agg(delivery_id), \
            array_agg(topic), array_agg(received_at), array_agg(version_at), \
            array_agg(version_hash), array_agg(outcome), array_agg(revision) \
            from ledger.order_delivery where connection_id = $2 and shop_order_id = any($1)",
        write: "insert into ledger.order_delivery (connection_id, shop_order_id, delivery_id, \
            topic, received_at, version_at, version_hash, outcome, revision) \
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    },
    Table {
        name: "sale",
        columns: 23,
        read: "select array_agg(sale_id), array_agg(retailer_id), array_agg(outlet_id), \
            array_agg(register_id), array_agg(s.connection_id), array_agg(s.shop_order_id), \
            array_agg(receipt_number), array_agg(receipt_key), array_agg(state), \
            array_agg(balance), array_agg(currency), array_agg(total_minor), \
            array_agg(tax_minor), array_agg(received_minor), array_agg(refunded_minor), \
            array_agg(customer_id), array_agg(shop_status), array_agg(warning_not_imported), \
            array_agg(s.revision), array_agg(placed_at), array_agg(recorded_at), \
            array_agg(changed_at), array_agg(changed_xid) \
            from ledger.sale s join ledger.shop_order o using (sale_id) \
            where o.connection_id = $2 and o.shop_order_id = any($1)",
        write: "insert into ledger.sale (sale_id, retailer_id, outlet_id, register_id, \
            connection_id, shop_order_id, receipt_number, receipt_key, state, balance, currency, \
            total_minor, tax_minor, received_minor, refunded_minor, customer_id, shop_status, \
            warning_not_imported, revision, placed_at, recorded_at, changed_at, changed_xid) \
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, \
            $15, $16, $17, $18, $19, $20, $21, $22, $23)",
    },
    Table {
        name: "sale_line",
        columns: 14,
        read: "select array_agg(l.sale_id), array_agg(line_key), array_agg(position), \
            array_agg(item_id), array_agg(name), array_agg(quantity_milli), \
            array_agg(restocked_milli), array_agg(deducted_milli), array_agg(net_minor), \
            array_agg(l.tax_minor), array_agg(l.placed_at), array_agg(named_at), \
            array_agg(named_hash), array_agg(is_stand_in) \
            from ledger.sale_line l join ledger.sale s using (sale_id) \
            join ledger.shop_order o using (sale_id) \
            where o.connection_id = $2 and o.shop_order_id = any($1)",
        write: "insert into ledger.sale_line (sale_id, line_key, position, item_id, name, \
            quantity_milli, restocked_milli, deducted_milli, net_minor, tax_minor, placed_at, \
            named_at, named_hash, is_stand_in) \
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    },
    Table {
        name: "payment",
        columns: 9,
        read: "select array_agg(p.sale_id), array_agg(payment_key), array_agg(kind), \
            array_agg(p.currency), array_agg(p.revision), array_agg(method), array_agg(amount_minor), \
            array_agg(paid_at), array_agg(p.recorded_at) \
            from ledger.payment p join ledger.sale s using (sale_id) \
            join ledger.shop_order o using (sale_id) \
            where o.connection_id = $2 and o.shop_order_id = any($1)",
        write: "insert into ledger.payment (sale_id, payment_key, kind, currency, \
            revision, method, amount_minor, paid_at, recorded_at) \
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    },
    Table {
        name: "stock_movement",
        columns: 8,
        read: "select array_agg(movement_id), array_agg(item_id), array_agg(m.outlet_id), \
            array_agg(quantity_milli), array_agg(m.sale_id), array_agg(line_key), \
            array_agg(m.revision), array_agg(m.recorded_at) \
            from ledger.stock_movement m join ledger.sale s using (sale_id) \
            join ledger.shop_order o using (sale_id) \
            where o.connection_id = $2 and o.shop_order_id = any($1)",
        write: "insert into ledger.stock_movement (movement_id, item_id, outlet_id, \
            quantity_milli, sale_id, line_key, revision, recorded_at) \
            select * from unnest($1, $2, $3, $4, $5, $6, $7, $8)",
    },
    Table {
        name: "stock_level",
        columns: 4,
        read: "select array_agg(item_id), array_agg(m.outlet_id), array_agg(quantity_milli), \
            array_agg(m.recorded_at) \
            from ledger.stock_movement m join ledger.sale s using (sale_id) \
            join ledger.shop_order o using (sale_id) \
            where o.connection_id = $2 and o.shop_order_id = any($1)",
        write: "insert into ledger.stock_level as level \
            (item_id, outlet_id, on_hand_milli, version, changed_at) \
            select item, outlet, sum(milli), count(*), max(at) \
            from unnest($1, $2, $3, $4) as moved (item, outlet, milli, at) \
            group by item, outlet order by item, outlet \
            on conflict (item_id, outlet_id) do update set \
            on_hand_milli = level.on_hand_milli + excluded.on_hand_milli, \
            version = level.version + excluded.version, changed_at = excluded.changed_at",
    },
    Table {
        name: "outbox of sales",
        columns: 3,
        read: "select array_agg(sale_id), array_agg(retailer_id), array_agg(recorded_at) \
            from ledger.sale join ledger.shop_order o using (sale_id) \
            where o.connection_id = $2 and o.shop_order_id = any($1)",
        write: "insert into ledger.outbox \
            (kind, subject_id, outlet_id, retailer_id, mark, dirty_at) \
            select 'sale', id, '00000000-0000-0000-0000-000000000000', retailer, 1, at \
            from unnest($1, $2, $3) as changed (id, retailer, at)",
    },
    Table {
        name: "outbox of levels",
        columns: 4,
        read: "select array_agg(item_id), array_agg(m.outlet_id), array_agg(s.retailer_id), \
            array_agg(m.recorded_at) \
            from ledger.stock_movement m join ledger.sale s using (sale_id) \
            join ledger.shop_order o using (sale_id) \
            where o.connection_id = $2 and o.shop_order_id = any($1)",
        write: "insert into ledger.outbox as outbox \
            (kind, subject_id, outlet_id, retailer_id, mark, dirty_at) \
            select 'stock', item, outlet, retailer, 1, max(at) \
            from unnest($1, $2, $3, $4) as moved (item, outlet, retailer, at) \
            group by item, outlet, retailer order by item, outlet \
            on conflict (kind, subject_id, outlet_id) do update set mark = outbox.mark + 1",
    },
];
