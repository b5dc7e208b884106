//! Online sales as somebody hands them over (POS-2).

use proto::convert::{instant_into, quantity_into, state_into};
use proto::ledger as wire;
use retail::{Balance, Quantity, SaleId, SaleState};
use tonic::{Request, Response, Status};

use super::ask;
use super::error::{bad_field, not_found};
use super::fulfilment_act::{act_into, parts, stage_from, step_from, tracking, undone_from};
use super::once::once;
use super::page::Page;
use crate::decide::ItemKind;
use crate::store::{
    Asked, FulfilmentFilter, FulfilmentState, FulfilmentView, LineView, Reader, SaleKey, SaleView,
    StepAsked, Store, UndoAsked,
};
use crate::wake::Wake;

#[derive(Clone, Debug)]
pub struct Fulfilment {
    store: Store,
    reader: Reader,
    wake: Wake,
}

impl Fulfilment {
    pub fn new(store: Store, reader: Reader, wake: Wake) -> Self {
        Self {
            store,
            reader,
            wake,
        }
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
            connection_id,
            step,
            placed_before,
        } = request;
        let retailer = ask::retailer(&retailer_id)?;
        let filter = FulfilmentFilter {
            outlet: ask::optional("outlet_id", &outlet_id)?,
            connection: ask::optional("connection_id", &connection_id)?,
            state: state_from(state)?,
            stage: stage_from(step)?,
            placed_before: ask::instant("placed_before", placed_before)?,
        };
        let mut entries = self
            .reader
            .list_fulfilment(retailer, filter, page.after, page.rows())
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

    async fn get_fulfilment(
        &self,
        request: Request<wire::GetFulfilmentRequest>,
    ) -> Result<Response<wire::GetFulfilmentResponse>, Status> {
        let wire::GetFulfilmentRequest {
            retailer_id,
            sale_id,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let sale = SaleId::new(ask::required("sale_id", &sale_id)?);
        let found = self.reader.fulfilment(retailer, sale).await?;
        let (entry, acts) = found.ok_or_else(|| not_found("sale", &sale_id))?;
        Ok(Response::new(wire::GetFulfilmentResponse {
            entry: Some(entry_into(entry)),
            acts: acts.into_iter().map(act_into).collect(),
        }))
    }

    async fn take_step(
        &self,
        request: Request<wire::TakeStepRequest>,
    ) -> Result<Response<wire::TakeStepResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Fulfilment.TakeStep", &request);
        let wire::TakeStepRequest {
            retailer_id: _,
            sale_id,
            step,
            parts: asked_parts,
            tracking: asked_tracking,
            accept_unpaid,
            accept_held_update,
            act: _,
        } = request;
        let step = step_from(step)?;
        let taken = StepAsked {
            sale: SaleId::new(ask::required("sale_id", &sale_id)?),
            step,
            parts: parts(asked_parts)?,
            tracking: tracking(step, asked_tracking)?,
            may_be_unpaid: accept_unpaid,
            may_have_held_update: accept_held_update,
        };
        let answer = once(&self.store, asked, async |once| {
            let (entry, done) = once.take_step(&taken).await?;
            Ok(wire::TakeStepResponse {
                entry: Some(entry_into(without_name(entry))),
                act: Some(act_into(done)),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }

    async fn undo_step(
        &self,
        request: Request<wire::UndoStepRequest>,
    ) -> Result<Response<wire::UndoStepResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Fulfilment.UndoStep", &request);
        let wire::UndoStepRequest {
            retailer_id: _,
            sale_id,
            step,
            parts: asked_parts,
            act: _,
        } = request;
        let undone = UndoAsked {
            sale: SaleId::new(ask::required("sale_id", &sale_id)?),
            step: undone_from(step)?,
            parts: parts(asked_parts)?,
        };
        let answer = once(&self.store, asked, async |once| {
            let (entry, done) = once.undo_step(&undone).await?;
            Ok(wire::UndoStepResponse {
                entry: Some(entry_into(without_name(entry))),
                act: Some(act_into(done)),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
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

fn without_name(entry: FulfilmentView) -> FulfilmentView {
    FulfilmentView {
        sale: entry.sale.without_name(),
        ..entry
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
            SaleState::Voided | SaleState::Unfinished | SaleState::NotImported,
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
                progress,
                deducted: _,
                net: _,
                tax: _,
                awaiting: _,
            } = line;
            let is_closed = sale.state == SaleState::Closed;
            let here = |quantity| quantity_into(if is_closed { quantity } else { Quantity::ZERO });
            wire::FulfilmentLine {
                line_key: key.clone(),
                item_id: item.to_string(),
                sku: sku.clone().unwrap_or_default(),
                name: name.clone(),
                ordered: Some(quantity_into(*quantity)),
                restocked: Some(quantity_into(*restocked)),
                fulfilled: Some(quantity_into(*fulfilled)),
                remaining: Some(quantity_into(sale.to_hand_over(line))),
                to_pick: Some(here(progress.to_pick())),
                picked: Some(here(progress.to_pack())),
                packed: Some(here(progress.to_send())),
                handed_over: Some(quantity_into(progress.handed_over)),
            }
        })
        .collect()
}
