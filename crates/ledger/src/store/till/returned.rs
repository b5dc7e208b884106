//! What comes back of a sale, wherever that was made.

use std::collections::BTreeSet;

use retail::till::{Amounts, Refusal, Returnable};
use retail::{ItemId, Money, Quantity, RetailerId, SaleState};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{AskedReturn, TillError};
use crate::decide::ItemKind;
use crate::store::{StoreError, row};

/// A line that comes back, in part or in full.
pub(super) struct Returned {
    pub item: ItemId,
    pub kind: ItemKind,
    pub name: String,
    /// Less than nothing.
    pub quantity: Quantity,
    pub amounts: Amounts,
    /// What stock gets back of it, less than nothing: no more than it gave.
    pub stocked: Quantity,
}

/// Locks the heads of sales, as every writer does: nobody returns anything of them, changes them or makes them void
/// until the transaction ends.
pub(super) async fn lock(
    db: &mut PgConnection,
    retailer: RetailerId,
    sales: &BTreeSet<Uuid>,
) -> Result<(), TillError> {
    if sales.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = sales.iter().copied().collect();
    let found = sqlx::query_scalar!(
        "select s.sale_id from ledger.sale s
        join ledger.shop_order h on h.connection_id = s.connection_id
            and h.shop_order_id = s.shop_order_id
        where s.sale_id = any($1) and s.retailer_id = $2
        order by h.connection_id, h.shop_order_id
        for update of h",
        &ids,
        retailer.uuid(),
    )
    .fetch_all(db)
    .await?;
    match ids.iter().find(|id| !found.contains(id)) {
        Some(missing) => Err(TillError::UnknownSale(*missing)),
        None => Ok(()),
    }
}

/// What comes back, each by its place, of sales that are locked.
pub(super) async fn find(
    db: &mut PgConnection,
    asked: &[AskedReturn],
) -> Result<Vec<Returned>, TillError> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let sales: Vec<Uuid> = asked.iter().map(|asked| asked.sale).collect();
    let keys: Vec<&str> = asked.iter().map(|asked| asked.line.as_str()).collect();
    let found = sqlx::query!(
        r#"select s.state, s.currency, l.line_key as "line_key?", l.item_id as "item_id?",
            l.name as "name?", l.quantity_milli as "quantity_milli?",
            l.net_minor as "net_minor?", l.tax_minor as "tax_minor?", i.kind as "kind?",
            l.restocked_milli as "restocked_milli?",
            coalesce(-back.quantity, 0)::bigint as "returned_milli!",
            coalesce(back.net, 0)::bigint as "net_back_minor!",
            coalesce(back.tax, 0)::bigint as "tax_back_minor!",
            greatest(l.deducted_milli + coalesce(back.deducted, 0), 0)::bigint as "taken_milli?"
        from unnest($1::uuid[], $2::text[]) with ordinality k (sale_id, line_key, place)
        join ledger.sale s on s.sale_id = k.sale_id
        left join ledger.sale_line l on l.sale_id = k.sale_id and l.line_key = k.line_key
        left join ledger.item i on i.item_id = l.item_id
        left join lateral (
            select sum(b.quantity_milli) as quantity, sum(b.deducted_milli) as deducted,
                sum(b.net_minor) as net, sum(b.tax_minor) as tax
            from ledger.till_line t
            join ledger.sale x on x.sale_id = t.sale_id and x.state = 'closed'
            join ledger.sale_line b on b.sale_id = t.sale_id and b.line_key = t.line_key
            where t.returned_sale_id = k.sale_id and t.returned_line_key = k.line_key) back on true
        order by k.place"#,
        &sales,
        &keys as _,
    )
    .fetch_all(db)
    .await?;
    let mut seen = BTreeSet::new();
    let mut returned = Vec::with_capacity(asked.len());
    for (place, (found, asked)) in found.into_iter().zip(asked).enumerate() {
        let (
            Some(item),
            Some(name),
            Some(sold),
            Some(net),
            Some(tax),
            Some(kind),
            Some(restocked),
            Some(taken),
        ) = (
            found.item_id,
            found.name,
            found.quantity_milli,
            found.net_minor,
            found.tax_minor,
            found.kind,
            found.restocked_milli,
            found.taken_milli,
        )
        else {
            return Err(TillError::UnknownLine {
                place,
                sale: asked.sale,
                line: asked.line.to_string(),
            });
        };
        if row::state_from(&found.state)? != SaleState::Closed {
            return Err(TillError::Voided);
        }
        if !seen.insert((asked.sale, &asked.line)) {
            let line = asked.line.to_string();
            return Err(TillError::LineTwice { place, line });
        }
        let currency = row::currency_from(&found.currency)?;
        let line = Returnable {
            sold: Quantity::from_milli(sold),
            restocked: Quantity::from_milli(restocked),
            returned: Quantity::from_milli(found.returned_milli),
            amounts: Amounts {
                net: Money::new(net, currency),
                tax: Money::new(tax, currency),
            },
            given_back: Amounts {
                net: Money::new(found.net_back_minor, currency),
                tax: Money::new(found.tax_back_minor, currency),
            },
        };
        let stocked = if asked.is_restocked {
            asked.quantity.min(Quantity::from_milli(taken))
        } else {
            Quantity::ZERO
        };
        returned.push(Returned {
            item: ItemId::new(item),
            kind: row::item_kind_from(&kind)?,
            name,
            quantity: asked.quantity.checked_neg().map_err(Refusal::from)?,
            amounts: refund(place, &line, asked.quantity)?,
            stocked: stocked.checked_neg().map_err(Refusal::from)?,
        });
    }
    Ok(returned)
}

/// For what is still left of the line.
fn refund(place: usize, line: &Returnable, asked: Quantity) -> Result<Amounts, Refusal> {
    let left = line.left()?;
    if asked > left {
        return Err(Refusal::ReturnExceedsSale { place, asked, left });
    }
    line.refund(asked)
}

/// Whether something of the sale came back, and that stands.
pub(super) async fn is_any(db: &mut PgConnection, sale: Uuid) -> Result<bool, StoreError> {
    let is_any = sqlx::query_scalar!(
        r#"select exists (
            select from ledger.till_line t
            join ledger.sale x on x.sale_id = t.sale_id
            where t.returned_sale_id = $1 and x.state = 'closed') as "is_any!""#,
        sale,
    )
    .fetch_one(db)
    .await?;
    Ok(is_any)
}
