//! Invoices and credit notes that the documents service tells of (EF-9).

mod record;
mod view;

use std::collections::{BTreeMap, HashMap};

use retail::posting::InvoiceRefusal;
use retail::{LineKey, Quantity};
use sqlx::PgConnection;
use uuid::Uuid;

use super::StoreError;

pub use record::{InvoiceAsked, InvoicedLineView, RecordedInvoice};
pub use view::{InvoiceLineView, InvoiceView};

/// Why an invoice is not recorded.
#[derive(Debug, thiserror::Error)]
pub enum InvoiceError {
    #[error("the retailer has no such sale")]
    UnknownSale,
    #[error("invoice {0} was recorded with other content")]
    Differs(Uuid),
    #[error(transparent)]
    Refused(#[from] InvoiceRefusal),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for InvoiceError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// How much of each line is invoiced, credit notes subtracted, by sale.
pub(super) async fn invoiced(
    db: &mut PgConnection,
    sales: &[Uuid],
) -> Result<HashMap<Uuid, BTreeMap<LineKey, Quantity>>, StoreError> {
    let rows = sqlx::query!(
        r#"select i.sale_id, l.line_key, sum(case i.kind when 'credit_note' then -l.quantity_milli
            else l.quantity_milli end)::bigint as "quantity_milli!"
        from unnest($1::uuid[]) k (sale_id)
        cross join lateral (
            select * from ledger.invoice made where made.sale_id = k.sale_id offset 0) i
        join ledger.invoice_line l on l.retailer_id = i.retailer_id and l.invoice_id = i.invoice_id
        group by i.sale_id, l.line_key"#,
        sales,
    )
    .fetch_all(db)
    .await?;
    let mut invoiced: HashMap<Uuid, BTreeMap<LineKey, Quantity>> = HashMap::new();
    for row in rows {
        let key = LineKey::new(&row.line_key)
            .map_err(|_| StoreError::corrupt("invoice_line", "line_key", &row.line_key))?;
        let of_sale = invoiced.entry(row.sale_id).or_default();
        of_sale.insert(key, Quantity::from_milli(row.quantity_milli));
    }
    Ok(invoiced)
}
