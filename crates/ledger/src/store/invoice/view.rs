//! Invoices as people see them.

use std::collections::HashMap;

use jiff::Timestamp;
use retail::Quantity;
use retail::posting::InvoiceKind;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::StoreError;
use crate::store::row::SqlTimestamp;

/// A document as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceView {
    pub invoice: Uuid,
    pub sale: Uuid,
    pub kind: InvoiceKind,
    pub number: String,
    pub issued_at: Timestamp,
    /// By key.
    pub lines: Vec<InvoiceLineView>,
    pub recorded_at: Timestamp,
    /// The revision of the sale that it made; `None` where nothing of the sale's lines changed.
    pub revision: Option<i32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvoiceLineView {
    pub key: String,
    pub quantity: Quantity,
}

impl InvoiceView {
    /// Those of some sales, in the order in which they were recorded.
    pub(in crate::store) async fn of_sales(
        db: &mut PgConnection,
        sales: &[Uuid],
    ) -> Result<HashMap<Uuid, Vec<Self>>, StoreError> {
        let mut invoices: HashMap<Uuid, Vec<Self>> = HashMap::new();
        if sales.is_empty() {
            return Ok(invoices);
        }
        let rows = sqlx::query!(
            r#"select i.invoice_id, i.sale_id, i.kind, i.number, i.revision,
                i.issued_at as "issued_at: SqlTimestamp", i.recorded_at as "recorded_at: SqlTimestamp",
                l.line_keys as "line_keys!", l.quantities as "quantities!"
            from unnest($1::uuid[]) k (sale_id)
            cross join lateral (
                select * from ledger.invoice made where made.sale_id = k.sale_id offset 0) i
            cross join lateral (
                select array_agg(line_key order by line_key) as line_keys,
                    array_agg(quantity_milli order by line_key) as quantities
                from ledger.invoice_line of
                where of.retailer_id = i.retailer_id and of.invoice_id = i.invoice_id) l
            order by i.recorded_at, i.invoice_id"#,
            sales,
        )
        .fetch_all(db)
        .await?;
        for row in rows {
            let lines = row.line_keys.into_iter().zip(row.quantities);
            invoices.entry(row.sale_id).or_default().push(Self {
                invoice: row.invoice_id,
                sale: row.sale_id,
                kind: kind_from(&row.kind)?,
                number: row.number,
                issued_at: row.issued_at.to_jiff(),
                lines: lines
                    .map(|(key, milli)| InvoiceLineView {
                        key,
                        quantity: Quantity::from_milli(milli),
                    })
                    .collect(),
                recorded_at: row.recorded_at.to_jiff(),
                revision: row.revision,
            });
        }
        Ok(invoices)
    }
}

fn kind_from(text: &str) -> Result<InvoiceKind, StoreError> {
    InvoiceKind::ALL
        .into_iter()
        .find(|kind| kind.as_str() == text)
        .ok_or_else(|| StoreError::corrupt("invoice", "kind", text))
}
