//! Recomputes what must hold, in one snapshot.

use uuid::Uuid;

use super::{Reader, verify_fulfilment, verify_rules, verify_stock, verify_till};
use crate::store::StoreError;

/// Failures of one check that are named.
pub const FAILURES_SHOWN_LIMIT: usize = 20;

/// One thing that must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckView {
    pub name: &'static str,
    pub title: &'static str,
    pub examined: i64,
    /// The first failures, each naming its row.
    pub failures: Vec<String>,
    pub failure_count: i64,
}

/// What each statement below gives: how many rows were looked at, how many are wrong, the first of these.
pub(super) struct Found {
    pub(super) examined: i64,
    pub(super) failure_count: i64,
    pub(super) failures: Vec<String>,
}

impl Reader {
    /// All checks, for one retailer or for everyone.
    pub async fn verify(&self, retailer: Option<Uuid>) -> Result<Vec<CheckView>, StoreError> {
        let mut db = self.snapshot().await?;
        let levels = sqlx::query_as!(
            Found,
            r#"with summed as (
                select m.item_id, m.outlet_id, sum(m.quantity_milli) as total
                from ledger.stock_movement m join ledger.item i on i.item_id = m.item_id
                where $1::uuid is null or i.retailer_id = $1
                group by m.item_id, m.outlet_id
            ), kept as (
                select l.item_id, l.outlet_id, l.on_hand_milli
                from ledger.stock_level l join ledger.item i on i.item_id = l.item_id
                where $1::uuid is null or i.retailer_id = $1
            ), compared as (
                select item_id, outlet_id, coalesce(on_hand_milli, 0) as kept, coalesce(total, 0) as summed
                from kept full join summed using (item_id, outlet_id)
            ), wrong as (
                select format('item %s, outlet %s: on hand %s, movements add up to %s',
                    item_id, outlet_id, kept, summed) as failure
                from compared where kept <> summed
            )
            select (select count(*) from compared) as "examined!",
                (select count(*) from wrong) as "failure_count!",
                array(select failure from wrong order by failure limit 20) as "failures!""#,
            retailer,
        )
        .fetch_one(&mut *db)
        .await?;
        let orders = sqlx::query_as!(
            Found,
            r#"with counted as (
                select s.connection_id, s.shop_order_id, count(*) as sales,
                    count(*) filter (where h.sale_id = s.sale_id) as own
                from ledger.sale s
                left join ledger.shop_order h
                    on h.connection_id = s.connection_id and h.shop_order_id = s.shop_order_id
                where $1::uuid is null or s.retailer_id = $1
                group by s.connection_id, s.shop_order_id
            ), wrong as (
                select format('connection %s, order %s: %s sales, %s of them its own',
                    connection_id, shop_order_id, sales, own) as failure
                from counted where sales <> 1 or own <> 1
            )
            select (select count(*) from counted) as "examined!",
                (select count(*) from wrong) as "failure_count!",
                array(select failure from wrong order by failure limit 20) as "failures!""#,
            retailer,
        )
        .fetch_one(&mut *db)
        .await?;
        let deductions = sqlx::query_as!(
            Found,
            r#"with deducted as (
                select l.sale_id, coalesce(p.part_item_id, l.item_id) as item_id,
                    sum(trunc(l.deducted_milli::numeric * coalesce(p.quantity_milli, 1000) / 1000)) as total
                from ledger.sale_line l join ledger.sale s on s.sale_id = l.sale_id
                left join ledger.sale_kit_part p on p.sale_id = l.sale_id
                    and p.line_key = l.line_key and p.kit_item_id = l.item_id
                where $1::uuid is null or s.retailer_id = $1
                group by l.sale_id, coalesce(p.part_item_id, l.item_id)
            ), moved as (
                select m.sale_id, m.item_id, -sum(m.quantity_milli) as total,
                    bool_and(m.outlet_id = s.outlet_id) as in_its_outlet
                from ledger.stock_movement m left join ledger.sale s on s.sale_id = m.sale_id
                where m.sale_id is not null
                    and ($1::uuid is null or s.retailer_id = $1 or s.sale_id is null)
                group by m.sale_id, m.item_id
            ), compared as (
                select sale_id, item_id, coalesce(d.total, 0) as deducted, coalesce(m.total, 0) as moved,
                    coalesce(m.in_its_outlet, m.sale_id is null) as in_its_outlet
                from deducted d full join moved m using (sale_id, item_id)
            ), wrong as (
                select format('sale %s, item %s: lines took %s, movements %s%s', sale_id, item_id,
                    deducted, moved, case when in_its_outlet then '' else ', not all in its outlet' end)
                    as failure
                from compared where deducted <> moved or not in_its_outlet
            )
            select (select count(*) from compared) as "examined!",
                (select count(*) from wrong) as "failure_count!",
                array(select failure from wrong order by failure limit 20) as "failures!""#,
            retailer,
        )
        .fetch_one(&mut *db)
        .await?;
        let payments = sqlx::query_as!(
            Found,
            r#"with booked as (
                select p.sale_id, p.currency,
                    coalesce(sum(p.amount_minor) filter (where p.kind = 'received'), 0) as received,
                    coalesce(sum(p.amount_minor) filter (where p.kind = 'refunded'), 0) as refunded
                from ledger.payment p
                group by p.sale_id, p.currency
            ), compared as (
                select s.sale_id, s.currency, s.received_minor, s.refunded_minor,
                    coalesce(b.received, 0) as received, coalesce(b.refunded, 0) as refunded
                from ledger.sale s
                left join booked b on b.sale_id = s.sale_id and b.currency = s.currency
                where $1::uuid is null or s.retailer_id = $1
            ), wrong as (
                select format('sale %s: says received %s and refunded %s, payments add up to %s and %s',
                    sale_id, received_minor, refunded_minor, received, refunded) as failure
                from compared where received_minor <> received or refunded_minor <> refunded
                union all
                select format('sale %s: is in %s, payments in %s add up to %s and %s, not to nothing',
                    c.sale_id, c.currency, b.currency, b.received, b.refunded)
                from compared c
                join booked b on b.sale_id = c.sale_id and b.currency <> c.currency
                where b.received <> 0 or b.refunded <> 0
            )
            select (select count(*) from compared) as "examined!",
                (select count(*) from wrong) as "failure_count!",
                array(select failure from wrong order by failure limit 20) as "failures!""#,
            retailer,
        )
        .fetch_one(&mut *db)
        .await?;
        let totals = sqlx::query_as!(
            Found,
            r#"with compared as (
                select s.sale_id, s.total_minor, s.tax_minor,
                    coalesce(sum(l.net_minor + l.tax_minor), 0) as lines, coalesce(sum(l.tax_minor), 0) as tax
                from ledger.sale s left join ledger.sale_line l on l.sale_id = s.sale_id
                where $1::uuid is null or s.retailer_id = $1
                group by s.sale_id
            ), wrong as (
                select format('sale %s: total %s with tax %s, lines add up to %s with %s',
                    sale_id, total_minor, tax_minor, lines, tax) as failure
                from compared where total_minor <> lines or tax_minor <> tax
            )
            select (select count(*) from compared) as "examined!",
                (select count(*) from wrong) as "failure_count!",
                array(select failure from wrong order by failure limit 20) as "failures!""#,
            retailer,
        )
        .fetch_one(&mut *db)
        .await?;
        let receipts = sqlx::query_as!(
            Found,
            r#"with compared as (
                select s.sale_id, s.revision, exists (
                    select from ledger.order_delivery d
                    where d.connection_id = s.connection_id and d.shop_order_id = s.shop_order_id
                        and d.revision = s.revision) as is_told
                from ledger.sale s
                where $1::uuid is null or s.retailer_id = $1
            ), wrong as (
                select format('sale %s: no delivery made revision %s', sale_id, revision) as failure
                from compared where not is_told
            )
            select (select count(*) from compared) as "examined!",
                (select count(*) from wrong) as "failure_count!",
                array(select failure from wrong order by failure limit 20) as "failures!""#,
            retailer,
        )
        .fetch_one(&mut *db)
        .await?;
        let waiting = sqlx::query_as!(
            Found,
            r#"with compared as (
                select h.connection_id, h.shop_order_id, w.what,
                    coalesce((w.at, w.hash) > (h.version_at, h.version_hash), true) as is_newer
                from ledger.shop_order h
                join ledger.connection c on c.connection_id = h.connection_id
                join lateral (
                    select 'open' as what, h.open_at as at, h.open_hash as hash
                    union all
                    select 'parked', p.version_at, p.version_hash from ledger.parked_order p
                    where p.connection_id = h.connection_id and p.parked_kind = 'order'
                        and p.parked_key = h.shop_order_id
                    union all
                    select 'held', u.version_at, u.version_hash from ledger.held_order u
                    where u.connection_id = h.connection_id and u.shop_order_id = h.shop_order_id
                ) w on w.at is not null
                where $1::uuid is null or c.retailer_id = $1
            ), wrong as (
                select format('connection %s, order %s: what is %s is no newer than the sale',
                    connection_id, shop_order_id, what) as failure
                from compared where not is_newer
            )
            select (select count(*) from compared) as "examined!",
                (select count(*) from wrong) as "failure_count!",
                array(select failure from wrong order by failure limit 20) as "failures!""#,
            retailer,
        )
        .fetch_one(&mut *db)
        .await?;
        let fulfilment = verify_fulfilment::check(&mut db, retailer).await?;
        let till = verify_till::checks(&mut db, retailer).await?;
        let stock = verify_stock::checks(&mut db, retailer).await?;
        let rules = verify_rules::check(&mut db, retailer).await?;
        let mut checks = vec![
            levels.titled(
                "levels_equal_sums",
                "every stock level is the sum of its movements",
            ),
            orders.titled("one_sale_per_order", "every order is one sale"),
            deductions.titled(
                "deductions_equal_movements",
                "what a sale's lines took from stock is what moved, in the sale's outlet",
            ),
            payments.titled(
                "payments_add_up",
                "what a sale says was received and refunded is the sum of its payments, in its currency",
            ),
            totals.titled("lines_add_up", "every sale's lines add up to its total"),
            receipts.titled(
                "revisions_have_deliveries",
                "every sale's newest revision came with a delivery",
            ),
            waiting.titled(
                "waiting_is_newer",
                "what waits of an order is newer than what is recorded of it",
            ),
        ];
        checks.push(fulfilment);
        checks.extend(till);
        checks.push(rules);
        checks.extend(stock);
        Ok(checks)
    }
}

impl Found {
    pub(super) fn titled(self, name: &'static str, title: &'static str) -> CheckView {
        let Self {
            examined,
            failure_count,
            failures,
        } = self;
        CheckView {
            name,
            title,
            examined,
            failures,
            failure_count,
        }
    }
}
