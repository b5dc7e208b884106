//! Online sales as somebody hands them over (POS-2).

use proto::convert::{instant_into, quantity_into, state_into};
use proto::ledger as wire;
use retail::{Balance, SaleState};
use tonic::{Request, Response, Status};

use super::ask;
use super::error::bad_field;
use super::page::Page;
use crate::decide::ItemKind;
use crate::store::{FulfilmentState, FulfilmentView, LineView, Reader, SaleKey, SaleView};

#[derive(Clone, Debug)]
pub struct Fulfilment {
    reader: Reader,
}

impl Fulfilment {
    pub fn new(reader: Reader) -> Self {
        Self { reader }
    }
}

#[tonic::async_trait]
impl wire::fulfilment_server::Fulfilment for Fulfilment {
    async fn list_fulfilment(
        &self,
        request: Request<wire::ListFulfilmentRequest>,
    ) -> Result<Response<wire::ListFulfilmentResponse>, Status> {
        let mut request = request.into_inner();
        let token = std::mem::take(&mut request.page_token);
        let size = std::mem::take(&mut request.page_size);
        let page: Page<SaleKey> = Page::asked(&request, size, &token)?;
        let wire::ListFulfilmentRequest {
            retailer_id,
            page_size: _,
            page_token: _,
            outlet_id,
            state,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let outlet = ask::optional("outlet_id", &outlet_id)?;
        let state = state_from(state)?;
        let mut entries = self
            .reader
            .list_fulfilment(retailer, outlet, state, page.after, page.rows())
            .await?;
        let next_page_token = page.cut(&mut entries, |last| SaleKey {
            placed_at: last.sale.placed_at,
            sale: last.sale.sale,
        });
        Ok(Response::new(wire::ListFulfilmentResponse {
            entries: entries.into_iter().map(entry_into).collect(),
            next_page_token,
        }))
    }
}

fn state_from(state: i32) -> Result<Option<FulfilmentState>, Status> {
    match wire::FulfilmentState::try_from(state) {
        Ok(wire::FulfilmentState::Unspecified) => Ok(None),
        Ok(wire::FulfilmentState::Open) => Ok(Some(FulfilmentState::Open)),
        Ok(wire::FulfilmentState::Done) => Ok(Some(FulfilmentState::Done)),
        Err(error) => Err(bad_field("state", error)),
    }
}

fn entry_into(entry: FulfilmentView) -> wire::FulfilmentEntry {
    let FulfilmentView {
        sale,
        has_held_update,
    } = entry;
    let state = match sale.fulfilment_state() {
        FulfilmentState::Open => wire::FulfilmentState::Open,
        FulfilmentState::Done => wire::FulfilmentState::Done,
    };
    wire::FulfilmentEntry {
        sale_id: sale.sale.to_string(),
        outlet_id: sale.outlet.to_string(),
        connection_id: sale.connection.to_string(),
        placed_at: Some(instant_into(sale.placed_at)),
        customer_id: sale.customer.to_string(),
        sale_state: state_into(sale.state).into(),
        state: state.into(),
        is_unpaid: is_unpaid(&sale),
        has_held_update,
        shipping_method: shipping_method(&sale),
        lines: lines_into(&sale),
        order_id: sale.order,
        receipt_number: sale.receipt_number,
        customer_name: sale.customer_name,
        shop_status: sale.shop_status,
    }
}

const fn is_unpaid(sale: &SaleView) -> bool {
    match (sale.state, sale.balance) {
        (SaleState::Closed, Balance::Unpaid | Balance::PartPaid) => true,
        (SaleState::Closed, Balance::Paid)
        | (
            SaleState::Voided | SaleState::NotImported,
            Balance::Unpaid | Balance::PartPaid | Balance::Paid,
        ) => false,
    }
}

/// The lines of what was charged for it bear its name.
fn shipping_method(sale: &SaleView) -> String {
    let is_shipping = |line: &&LineView| line.kind == ItemKind::Shipping;
    let names = sale.lines.iter().filter(is_shipping);
    let names: Vec<&str> = names.map(|line| line.name.as_str()).collect();
    names.join(", ")
}

fn lines_into(sale: &SaleView) -> Vec<wire::FulfilmentLine> {
    let is_product = |line: &&LineView| line.kind == ItemKind::Product;
    let products = sale.lines.iter().filter(is_product);
    products
        .map(|line| {
            let LineView {
                key,
                item,
                sku,
                name,
                kind: _,
                quantity,
                restocked,
                fulfilled,
                deducted: _,
                net: _,
                tax: _,
                awaiting: _,
            } = line;
            wire::FulfilmentLine {
                line_key: key.clone(),
                item_id: item.to_string(),
                sku: sku.clone().unwrap_or_default(),
                name: name.clone(),
                ordered: Some(quantity_into(*quantity)),
                restocked: Some(quantity_into(*restocked)),
                fulfilled: Some(quantity_into(*fulfilled)),
                remaining: Some(quantity_into(sale.to_hand_over(line))),
            }
        })
        .collect()
}
