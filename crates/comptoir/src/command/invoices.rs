use proto::convert::{instant_into, quantity_into};
use proto::ledger::{InvoiceKind, InvoiceLine, RecordInvoiceRequest};
use uuid::Uuid;

use super::Place;
use super::parked::act;
use super::sales::find_sale;
use crate::arguments::InvoiceArguments;
use crate::exit::Exit;
use crate::output::Screen;
use crate::tables;

/// Tells the ledger of an invoice or a credit note (EF-9).
pub(crate) async fn record_invoice(
    screen: Screen,
    place: &Place,
    asked: InvoiceArguments,
) -> anyhow::Result<Exit> {
    let InvoiceArguments {
        sale,
        number,
        lines,
        credit,
        at,
        id,
        act: by,
    } = asked;
    let ledger = place.ledger().await?;
    let sale = find_sale(place, &ledger, sale).await?;
    let kind = if credit {
        InvoiceKind::CreditNote
    } else {
        InvoiceKind::Invoice
    };
    let recorded = ledger
        .record_invoice(RecordInvoiceRequest {
            retailer_id: String::new(),
            invoice_id: id
                .unwrap_or_else(|| named(&sale.sale_id, &number))
                .to_string(),
            sale_id: sale.sale_id,
            kind: kind.into(),
            number,
            issued_at: at.map(instant_into),
            lines: lines
                .into_iter()
                .map(|(line_key, quantity)| InvoiceLine {
                    line_key,
                    quantity: Some(quantity_into(quantity)),
                })
                .collect(),
            act: Some(act(by)),
        })
        .await?;
    if screen.is_json() {
        screen.json(&recorded)?;
    } else {
        tables::invoiced(screen, &sale.receipt_number, &recorded);
    }
    Ok(Exit::Done)
}

/// The same number of the same sale is the same document, however often it is told.
fn named(sale: &str, number: &str) -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{sale}/{number}").as_bytes())
}
