use proto::convert::WireError;
use proto::ledger::kits_client::KitsClient;
use proto::ledger::{
    Act, DefineKitRequest, GetKitRequest, ListKitsRequest, ListKitsResponse, define_kit_request,
    get_kit_request,
};
use retail::{Quantity, Sku};
use service::access::Authorized;

use super::stock_work::lines_into;
use super::{ApiError, Ledger, MAX_ANSWER_BYTES, Page};
use crate::view::Kit;

impl Ledger {
    /// Without parts it is no kit any more.
    pub(crate) async fn define_kit(
        &self,
        sku: &Sku,
        parts: Vec<(Sku, Quantity)>,
        act: Act,
    ) -> Result<Kit, ApiError> {
        let request = DefineKitRequest {
            retailer_id: self.retailer_id(),
            item: Some(define_kit_request::Item::Sku(sku.to_string())),
            parts: lines_into(parts),
            act: Some(act),
        };
        let answer = self.kits_client().define_kit(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        kit(answer.kit)
    }

    pub(crate) async fn kit(&self, sku: &Sku) -> Result<Kit, ApiError> {
        let request = GetKitRequest {
            retailer_id: self.retailer_id(),
            item: Some(get_kit_request::Item::Sku(sku.to_string())),
        };
        let answer = self.kits_client().get_kit(request).await;
        let answer = answer.map_err(|status| self.refused(&status))?.into_inner();
        kit(answer.kit)
    }

    pub(crate) async fn kits(
        &self,
        page_size: i32,
        page_token: String,
    ) -> Result<Page<Kit>, ApiError> {
        let request = ListKitsRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
        };
        let answer = self.kits_client().list_kits(request).await;
        let ListKitsResponse {
            kits,
            next_page_token,
        } = answer.map_err(|status| self.refused(&status))?.into_inner();
        Ok(Page::read(kits, next_page_token)?)
    }

    fn kits_client(&self) -> KitsClient<Authorized> {
        KitsClient::new(self.channel.clone()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}

fn kit(kit: Option<proto::ledger::Kit>) -> Result<Kit, ApiError> {
    let kit = kit.ok_or(WireError::Missing("kit"))?;
    Ok(Kit::try_from(kit)?)
}
