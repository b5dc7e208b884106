//! Sales made at tills (POS-6).

use prost::Message as _;
use proto::convert::{money_into, quantity_into};
use proto::ledger as wire;
use retail::RetailerId;
use tonic::{Request, Response, Status};

use super::convert::sale_into;
use super::error::not_found;
use super::once::once;
use super::{ask, till_ask};
use crate::store::{Asked, Reader, Store, TillLineView};
use crate::wake::Wake;

#[derive(Clone, Debug)]
pub struct Tills {
    store: Store,
    reader: Reader,
    wake: Wake,
}

impl Tills {
    pub fn new(store: Store, reader: Reader, wake: Wake) -> Self {
        Self {
            store,
            reader,
            wake,
        }
    }

    /// The question as it is remembered: whoever has its hash cannot try addresses on it.
    fn unnamed(
        &self,
        retailer: RetailerId,
        mut request: wire::RecordSaleRequest,
    ) -> wire::RecordSaleRequest {
        if let Some(wire::record_sale_request::Customer::Buyer(buyer)) = &mut request.customer {
            let mark = self
                .store
                .erasures()
                .mark_of(retailer, &buyer.encode_to_vec());
            *buyer = wire::Buyer {
                email: format!("{mark:?}"),
                ..wire::Buyer::default()
            };
        }
        request
    }
}

#[tonic::async_trait]
impl wire::tills_server::Tills for Tills {
    async fn record_sale(
        &self,
        request: Request<wire::RecordSaleRequest>,
    ) -> Result<Response<wire::RecordSaleResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let question = self.unnamed(retailer, request.clone());
        let asked = Asked::new(retailer, act, "Tills.RecordSale", &question);
        let sale = till_ask::sale(request)?;
        let answer = once(&self.store, asked, async |once| {
            let sale = once.record_sale(&sale).await?;
            Ok(wire::RecordSaleResponse {
                sale: Some(sale_into(sale.without_name())),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }

    async fn void_sale(
        &self,
        request: Request<wire::VoidSaleRequest>,
    ) -> Result<Response<wire::VoidSaleResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act, "Tills.VoidSale", &request);
        let void = till_ask::void(&request)?;
        let answer = once(&self.store, asked, async |once| {
            let sale = once.void_sale(&void).await?;
            Ok(wire::VoidSaleResponse {
                sale: Some(sale_into(sale.without_name())),
            })
        })
        .await?;
        self.wake.all(false);
        Ok(Response::new(answer))
    }

    async fn list_till_lines(
        &self,
        request: Request<wire::ListTillLinesRequest>,
    ) -> Result<Response<wire::ListTillLinesResponse>, Status> {
        let wire::ListTillLinesRequest {
            retailer_id,
            sale_id,
        } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let sale = ask::required("sale_id", &sale_id)?;
        let lines = self.reader.till_lines(retailer, sale).await?;
        let lines = lines.ok_or_else(|| not_found("sale", &sale_id))?;
        Ok(Response::new(wire::ListTillLinesResponse {
            lines: lines.into_iter().map(line_into).collect(),
        }))
    }
}

fn line_into(line: TillLineView) -> wire::TillLine {
    let TillLineView {
        key,
        item,
        quantity,
        returned,
        returnable,
        refund,
        price,
        returns,
    } = line;
    let (unit_price, discount, is_tax_included) = match price {
        Some(price) => (
            Some(money_into(price.unit_price)),
            Some(money_into(price.discount)),
            price.is_tax_included,
        ),
        None => (None, None, false),
    };
    let (returned_sale_id, returned_line_key) = match returns {
        Some((sale, line)) => (sale.to_string(), line),
        None => (String::new(), String::new()),
    };
    wire::TillLine {
        line_key: key,
        item_id: item.to_string(),
        quantity: Some(quantity_into(quantity)),
        returned: Some(quantity_into(returned)),
        returnable: Some(quantity_into(returnable)),
        returnable_net: Some(money_into(refund.net)),
        returnable_tax: Some(money_into(refund.tax)),
        unit_price,
        discount,
        is_tax_included,
        returned_sale_id,
        returned_line_key,
    }
}
