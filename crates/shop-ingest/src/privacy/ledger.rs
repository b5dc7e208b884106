//! The ledger's side of erasures.

use std::time::Duration;

use proto::ledger as wire;
use proto::ledger::erasures_client::ErasuresClient;
use service::access::Authorized;
use shop::PrivacySubject;
use uuid::Uuid;

use super::NotYet;
use crate::ledger::LedgerWay;
use crate::store::OpenErasure;

/// For one answer: an erasure looks through all orders that wait.
const ANSWER_TIMEOUT: Duration = Duration::from_mins(1);
/// Who asks, as the ledger notes it.
const ACTOR: &str = "shop";

/// The way to the ledger's erasures.
#[derive(Clone, Debug)]
pub(crate) struct LedgerErasures {
    erasures: Option<ErasuresClient<Authorized>>,
}

impl LedgerErasures {
    /// Connects when it is first asked. Without an address nobody can be erased.
    pub(crate) fn at(way: &LedgerWay) -> Result<Self, tonic::transport::Error> {
        let channel = way.channel(ANSWER_TIMEOUT)?;
        Ok(Self {
            erasures: channel.map(ErasuresClient::new),
        })
    }

    pub(super) const fn is_known(&self) -> bool {
        self.erasures.is_some()
    }

    /// Whether anybody was. Asked again for the same request, it is answered as before.
    pub(super) async fn erase_person(
        &self,
        erasure: &OpenErasure,
        subject: &PrivacySubject,
    ) -> Result<bool, NotYet> {
        let PrivacySubject { email, orders } = subject;
        let request = wire::ErasePersonRequest {
            retailer_id: erasure.retailer.to_string(),
            connection_id: erasure.connection.to_string(),
            email: email
                .as_ref()
                .map(|email| email.as_str().to_owned())
                .unwrap_or_default(),
            order_ids: orders.iter().map(ToString::to_string).collect(),
            act: Some(wire::Act {
                request_id: request_id(erasure).to_string(),
                actor: ACTOR.to_owned(),
                note: String::new(),
            }),
        };
        let answer = self.client()?.erase_person(request).await?.into_inner();
        let wire::ErasePersonResponse {
            customer_ids,
            order_count,
        } = answer;
        Ok(!customer_ids.is_empty() || order_count > 0)
    }

    /// Some of a shop's people; whether nobody remains.
    pub(super) async fn erase_shop(&self, erasure: &OpenErasure) -> Result<bool, NotYet> {
        let request = wire::EraseShopRequest {
            retailer_id: erasure.retailer.to_string(),
            connection_id: erasure.connection.to_string(),
        };
        let answer = self.client()?.erase_shop(request).await?;
        Ok(answer.into_inner().is_done)
    }

    pub(super) async fn shredding(
        &self,
        platform: &str,
    ) -> Result<wire::ListShreddingResponse, NotYet> {
        let request = wire::ListShreddingRequest {
            platform: platform.to_owned(),
        };
        Ok(self.client()?.list_shredding(request).await?.into_inner())
    }

    pub(super) async fn report(
        &self,
        platform: &str,
        orders: Vec<wire::OrderToShred>,
        searches: Vec<wire::ArchiveSearch>,
    ) -> Result<(), NotYet> {
        let request = wire::ReportShreddingRequest {
            platform: platform.to_owned(),
            orders,
            searches,
        };
        self.client()?.report_shredding(request).await?;
        Ok(())
    }

    fn client(&self) -> Result<ErasuresClient<Authorized>, NotYet> {
        self.erasures.clone().ok_or(NotYet::NoLedger)
    }
}

/// The same for the same request, whichever process asks; another one when the shop asks again.
fn request_id(erasure: &OpenErasure) -> Uuid {
    let OpenErasure {
        connection,
        delivery,
        received_at,
        ..
    } = erasure;
    let name = format!("{connection}/{delivery}/{received_at}");
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}
