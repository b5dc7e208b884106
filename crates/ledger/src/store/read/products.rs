//! What was sold over some days, by item (SH-8).

use jiff::Timestamp;
use jiff::tz::TimeZone;
use retail::{Money, Quantity, RetailerId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Reader;
use crate::days::Days;
use crate::decide::ItemKind;
use crate::store::row::SqlTimestamp;
use crate::store::{StoreError, row};

/// What is to be added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProductQuestion {
    pub days: Days,
    pub outlet: Option<Uuid>,
    pub connection: Option<Uuid>,
    pub kind: Option<ItemKind>,
}

/// What was sold of an item in a currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductView {
    pub item: Uuid,
    /// Empty when the item has none.
    pub sku: String,
    pub name: String,
    pub kind: ItemKind,
    pub quantity: Quantity,
    pub restocked: Quantity,
    pub net: Money,
    pub tax: Money,
    pub sales: i64,
}

/// A row's place in the report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProductKey {
    pub sku: String,
    pub item: Uuid,
    pub currency: String,
}

/// What was sold of a kind of item in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindView {
    pub kind: ItemKind,
    pub net: Money,
    pub tax: Money,
    pub sales: i64,
}

/// A page of the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductReport {
    pub products: Vec<ProductView>,
    /// Of all pages; only with the first.
    pub kinds: Vec<KindView>,
}

/// The days of each outlet in instants: columns of equal length.
struct Periods {
    outlets: Vec<Uuid>,
    from: Vec<SqlTimestamp>,
    until: Vec<SqlTimestamp>,
    /// From the first instant of all to the last: what the index can be asked for.
    first: Timestamp,
    last: Timestamp,
}

impl Reader {
    /// Up to `limit` rows after `after`, by SKU, item and currency.
    pub async fn report_products(
        &self,
        retailer: RetailerId,
        question: &ProductQuestion,
        after: Option<&ProductKey>,
        limit: i64,
    ) -> Result<ProductReport, StoreError> {
        let mut db = self.snapshot().await?;
        let Some(periods) = Periods::load(&mut db, retailer, question).await? else {
            return Ok(ProductReport::default());
        };
        Ok(ProductReport {
            products: products(&mut db, retailer, question, &periods, after, limit).await?,
            kinds: match after {
                None => kinds(&mut db, retailer, question, &periods).await?,
                Some(_) => Vec::new(),
            },
        })
    }
}

impl Periods {
    /// `None` where no outlet is asked for.
    async fn load(
        db: &mut PgConnection,
        retailer: RetailerId,
        question: &ProductQuestion,
    ) -> Result<Option<Self>, StoreError> {
        let outlets = sqlx::query!(
            "select outlet_id, time_zone from ledger.outlet
            where retailer_id = $1 and ($2::uuid is null or outlet_id = $2)",
            retailer.uuid(),
            question.outlet,
        )
        .fetch_all(db)
        .await?;
        let mut spans = Vec::with_capacity(outlets.len());
        for outlet in outlets {
            let zone = TimeZone::get(&outlet.time_zone)
                .map_err(|_| StoreError::corrupt("outlet", "time_zone", &outlet.time_zone))?;
            let (from, until) = question.days.within(&zone);
            spans.push((outlet.outlet_id, from, until));
        }
        let first = spans.iter().map(|(_, from, _)| *from).min();
        let last = spans.iter().map(|(_, _, until)| *until).max();
        Ok(first.zip(last).map(|(first, last)| Self {
            outlets: spans.iter().map(|(outlet, _, _)| *outlet).collect(),
            from: spans.iter().map(|(_, from, _)| row::at(*from)).collect(),
            until: spans.iter().map(|(_, _, until)| row::at(*until)).collect(),
            first,
            last,
        }))
    }
}

async fn products(
    db: &mut PgConnection,
    retailer: RetailerId,
    question: &ProductQuestion,
    periods: &Periods,
    after: Option<&ProductKey>,
    limit: i64,
) -> Result<Vec<ProductView>, StoreError> {
    sqlx::query!(
        r#"select i.item_id, i.sku_key as "sku!", i.name, i.kind, s.currency,
            sum(l.quantity_milli)::bigint as "quantity_milli!",
            sum(l.restocked_milli)::bigint as "restocked_milli!",
            sum(l.net_minor)::bigint as "net_minor!", sum(l.tax_minor)::bigint as "tax_minor!",
            count(distinct s.sale_id) as "sales!"
        from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[])
            p (outlet_id, placed_from, placed_until)
        join ledger.sale s on s.outlet_id = p.outlet_id
            and s.placed_at >= p.placed_from and s.placed_at < p.placed_until
        join ledger.sale_line l on l.sale_id = s.sale_id
        join ledger.item i on i.item_id = l.item_id
        where s.retailer_id = $1 and s.state = 'closed' and s.placed_at >= $5 and s.placed_at < $6
            and ($7::uuid is null or s.connection_id = $7)
            and ($8::text is null or i.kind = $8)
            and ($9::text is null
                or (i.sku_key, i.item_id, s.currency) > ($9, $10::uuid, $11::text))
        group by i.item_id, s.currency
        order by i.sku_key, i.item_id, s.currency
        limit $12"#,
        retailer.uuid(),
        &periods.outlets,
        &periods.from as _,
        &periods.until as _,
        row::at(periods.first) as _,
        row::at(periods.last) as _,
        question.connection,
        question.kind.map(ItemKind::as_str),
        after.map(|key| key.sku.as_str()),
        after.map(|key| key.item),
        after.map(|key| key.currency.as_str()),
        limit,
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        let currency = row::currency_from(&row.currency)?;
        Ok(ProductView {
            item: row.item_id,
            sku: row.sku,
            name: row.name,
            kind: row::item_kind_from(&row.kind)?,
            quantity: Quantity::from_milli(row.quantity_milli),
            restocked: Quantity::from_milli(row.restocked_milli),
            net: Money::new(row.net_minor, currency),
            tax: Money::new(row.tax_minor, currency),
            sales: row.sales,
        })
    })
    .collect()
}

async fn kinds(
    db: &mut PgConnection,
    retailer: RetailerId,
    question: &ProductQuestion,
    periods: &Periods,
) -> Result<Vec<KindView>, StoreError> {
    let mut kinds = sqlx::query!(
        r#"select i.kind, s.currency,
            sum(l.net_minor)::bigint as "net_minor!", sum(l.tax_minor)::bigint as "tax_minor!",
            count(distinct s.sale_id) as "sales!"
        from unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[])
            p (outlet_id, placed_from, placed_until)
        join ledger.sale s on s.outlet_id = p.outlet_id
            and s.placed_at >= p.placed_from and s.placed_at < p.placed_until
        join ledger.sale_line l on l.sale_id = s.sale_id
        join ledger.item i on i.item_id = l.item_id
        where s.retailer_id = $1 and s.state = 'closed' and s.placed_at >= $5 and s.placed_at < $6
            and ($7::uuid is null or s.connection_id = $7)
            and ($8::text is null or i.kind = $8)
        group by i.kind, s.currency"#,
        retailer.uuid(),
        &periods.outlets,
        &periods.from as _,
        &periods.until as _,
        row::at(periods.first) as _,
        row::at(periods.last) as _,
        question.connection,
        question.kind.map(ItemKind::as_str),
    )
    .fetch_all(db)
    .await?
    .into_iter()
    .map(|row| {
        let currency = row::currency_from(&row.currency)?;
        Ok(KindView {
            kind: row::item_kind_from(&row.kind)?,
            net: Money::new(row.net_minor, currency),
            tax: Money::new(row.tax_minor, currency),
            sales: row.sales,
        })
    })
    .collect::<Result<Vec<_>, StoreError>>()?;
    kinds.sort_by_key(|view| (view.kind, view.net.currency()));
    Ok(kinds)
}

impl ProductView {
    #[must_use]
    pub fn key(&self) -> ProductKey {
        ProductKey {
            sku: self.sku.clone(),
            item: self.item,
            currency: self.net.currency().code().to_owned(),
        }
    }
}
