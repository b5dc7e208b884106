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
/// Orders that the ledger takes in one question.
const ORDERS_LIMIT: usize = 1_000;
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
        let pages = subject.orders.len().div_ceil(ORDERS_LIMIT).max(1);
        let mut was_anybody = false;
        for page in 0..pages {
            let request = person_asked(erasure, subject, page);
            let answer = self.client()?.erase_person(request).await?.into_inner();
            let wire::ErasePersonResponse {
                customer_ids,
                order_count,
            } = answer;
            was_anybody |= !customer_ids.is_empty() || order_count > 0;
        }
        Ok(was_anybody)
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

/// The question with the `page`th of the orders. The first one names the address: whoever went by it is found once.
fn person_asked(
    erasure: &OpenErasure,
    PrivacySubject { email, orders }: &PrivacySubject,
    page: usize,
) -> wire::ErasePersonRequest {
    let email = email.as_ref().filter(|_| page == 0);
    let orders = orders.iter().skip(page * ORDERS_LIMIT).take(ORDERS_LIMIT);
    wire::ErasePersonRequest {
        retailer_id: erasure.retailer.to_string(),
        connection_id: erasure.connection.to_string(),
        email: email
            .map(|email| email.as_str().to_owned())
            .unwrap_or_default(),
        order_ids: orders.map(ToString::to_string).collect(),
        act: Some(wire::Act {
            request_id: request_id(erasure, page).to_string(),
            actor: ACTOR.to_owned(),
            note: String::new(),
        }),
    }
}

/// The same for the same question, whichever process asks; another one when the shop asks again.
fn request_id(erasure: &OpenErasure, page: usize) -> Uuid {
    let OpenErasure {
        connection,
        delivery,
        received_at,
        ..
    } = erasure;
    let mut name = format!("{connection}/{delivery}/{received_at}");
    if page > 0 {
        name = format!("{name}/{page}");
    }
    Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
}
