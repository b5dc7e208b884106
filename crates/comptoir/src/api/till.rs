use proto::convert::WireError;
use proto::ledger::tills_client::TillsClient;
use proto::ledger::{
    Act, ListTillLinesRequest, RecordSaleRequest, RecordSaleResponse, VoidSaleRequest,
    VoidSaleResponse,
};
use service::access::Authorized;

use super::{ApiError, Ledger, MAX_ANSWER_BYTES};
use crate::view::{Sale, TillLine};

impl Ledger {
    pub(crate) async fn record_sale(&self, request: RecordSaleRequest) -> Result<Sale, ApiError> {
        let request = RecordSaleRequest {
            retailer_id: self.retailer_id(),
            ..request
        };
        let answer = self.tills_client().record_sale(request).await;
        let RecordSaleResponse { sale } =
            answer.map_err(|status| self.refused(&status))?.into_inner();
        recorded(sale)
    }

    /// Its money is given back where it was taken, unless a register is named.
    pub(crate) async fn void_sale(
        &self,
        sale_id: String,
        register_id: String,
        act: Act,
    ) -> Result<Sale, ApiError> {
        let request = VoidSaleRequest {
            retailer_id: self.retailer_id(),
            sale_id,
            register_id,
            act: Some(act),
        };
        let answer = self.tills_client().void_sale(request).await;
        let VoidSaleResponse { sale } =
            answer.map_err(|status| self.refused(&status))?.into_inner();
        recorded(sale)
    }

    pub(crate) async fn till_lines(&self, sale_id: String) -> Result<Vec<TillLine>, ApiError> {
        let request = ListTillLinesRequest {
            retailer_id: self.retailer_id(),
            sale_id,
        };
        let answer = self.tills_client().list_till_lines(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        let lines = answer.lines.into_iter().map(TillLine::try_from);
        Ok(lines.collect::<Result<_, _>>()?)
    }

    fn tills_client(&self) -> TillsClient<Authorized> {
        TillsClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}

fn recorded(sale: Option<proto::ledger::Sale>) -> Result<Sale, ApiError> {
    let sale = sale.ok_or(WireError::Missing("sale"))?;
    Ok(Sale::try_from(sale)?)
}
