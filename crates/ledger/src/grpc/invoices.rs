//! What the documents service tells of invoices (EF-9).

use proto::convert::{instant_into, quantity_from, quantity_into};
use proto::ledger as wire;
use retail::posting::{InvoiceKind, InvoicedLine};
use retail::{LineKey, SaleId};
use tonic::{Request, Response, Status};

use super::ask;
use super::error::bad_field;
use super::once::once;
use crate::store::{Asked, InvoiceAsked, InvoiceView, InvoicedLineView, RecordedInvoice, Store};
use crate::wake::Wake;

/// Longest number of a document, in bytes.
const NUMBER_LIMIT_BYTES: usize = 100;
/// Lines of a document at most, as an order's.
const LINES_LIMIT: usize = retail::Order::LINES_LIMIT;

#[derive(Clone, Debug)]
pub struct Invoices {
    store: Store,
    wake: Wake,
}

impl Invoices {
    pub fn new(store: Store, wake: Wake) -> Self {
        Self { store, wake }
    }
}

#[tonic::async_trait]
impl wire::invoices_server::Invoices for Invoices {
    async fn record_invoice(
        &self,
        request: Request<wire::RecordInvoiceRequest>,
    ) -> Result<Response<wire::RecordInvoiceResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let asked = Asked::new(
            retailer,
            ask::act(request.act.clone())?,
            "Invoices.RecordInvoice",
            &request,
        );
        let invoice = asked_from(request)?;
        let answer = once(&self.store, asked, async |once| {
            let RecordedInvoice { invoice, lines } = once.record_invoice(&invoice).await?;
            Ok(wire::RecordInvoiceResponse {
                invoice: Some(invoice_into(invoice)),
                lines: lines.into_iter().map(line_into).collect(),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }
}

fn asked_from(request: wire::RecordInvoiceRequest) -> Result<InvoiceAsked, Status> {
    let wire::RecordInvoiceRequest {
        retailer_id: _,
        sale_id,
        invoice_id,
        kind,
        number,
        issued_at,
        lines,
        act: _,
    } = request;
    if lines.is_empty() {
        return Err(bad_field("lines", "is missing"));
    }
    if lines.len() > LINES_LIMIT {
        let problem = format!("must be at most {LINES_LIMIT}, not {}", lines.len());
        return Err(bad_field("lines", problem));
    }
    let number = ask::text("number", number, NUMBER_LIMIT_BYTES)?;
    if number.trim().is_empty() {
        return Err(bad_field("number", "is missing"));
    }
    Ok(InvoiceAsked {
        sale: SaleId::new(ask::required("sale_id", &sale_id)?),
        invoice: ask::required("invoice_id", &invoice_id)?,
        kind: kind_from(kind)?,
        number,
        issued_at: ask::instant("issued_at", issued_at)?,
        lines: lines
            .into_iter()
            .enumerate()
            .map(line_from)
            .collect::<Result<_, _>>()?,
    })
}

fn kind_from(kind: i32) -> Result<InvoiceKind, Status> {
    match wire::InvoiceKind::try_from(kind) {
        Ok(wire::InvoiceKind::Invoice) => Ok(InvoiceKind::Invoice),
        Ok(wire::InvoiceKind::CreditNote) => Ok(InvoiceKind::CreditNote),
        Ok(wire::InvoiceKind::Unspecified) => Err(bad_field("kind", "is missing")),
        Err(error) => Err(bad_field("kind", error)),
    }
}

fn line_from((place, line): (usize, wire::InvoiceLine)) -> Result<InvoicedLine, Status> {
    let wire::InvoiceLine { line_key, quantity } = line;
    let field = |name| format!("lines[{place}].{name}");
    Ok(InvoicedLine {
        key: LineKey::new(&line_key).map_err(|error| bad_field(&field("line_key"), error))?,
        quantity: quantity_from("quantity", quantity)
            .map_err(|error| bad_field(&field("quantity"), error))?,
    })
}

pub fn invoice_into(invoice: InvoiceView) -> wire::Invoice {
    let InvoiceView {
        invoice,
        sale,
        kind,
        number,
        issued_at,
        lines,
        recorded_at,
        revision,
    } = invoice;
    let kind = match kind {
        InvoiceKind::Invoice => wire::InvoiceKind::Invoice,
        InvoiceKind::CreditNote => wire::InvoiceKind::CreditNote,
    };
    wire::Invoice {
        invoice_id: invoice.to_string(),
        sale_id: sale.to_string(),
        kind: kind.into(),
        number,
        issued_at: Some(instant_into(issued_at)),
        lines: lines
            .into_iter()
            .map(|line| wire::InvoiceLine {
                line_key: line.key,
                quantity: Some(quantity_into(line.quantity)),
            })
            .collect(),
        recorded_at: Some(instant_into(recorded_at)),
        revision: revision.unwrap_or_default(),
    }
}

fn line_into(line: InvoicedLineView) -> wire::InvoicedLine {
    let InvoicedLineView {
        key,
        invoiced,
        deducted,
        awaiting,
    } = line;
    wire::InvoicedLine {
        line_key: key,
        invoiced: Some(quantity_into(invoiced)),
        deducted: Some(quantity_into(deducted)),
        awaiting_invoice: Some(quantity_into(awaiting)),
    }
}
