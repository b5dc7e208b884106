//! The tests' own ingest service: it lends every shop, but for those that it is told not to.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use proto::connect as wire;
use retail::ConnectionId;
use service::refusal::precondition;
use service_kit::StandIn;
use tokio::task::JoinSet;
use tonic::Status;

#[derive(Clone, Default)]
pub struct Lender(Arc<Mutex<Lent>>);

#[derive(Default)]
struct Lent {
    refused: BTreeMap<String, &'static str>,
    unread: bool,
    listed: bool,
    units: u32,
}

impl Lender {
    pub async fn serve(&self, tasks: &mut JoinSet<()>) -> String {
        let lender = self.clone();
        StandIn::default()
            .answers(
                "comptoir.connect.v1.Leases/LeaseShop",
                move |asked: wire::LeaseShopRequest| lender.lend(&asked),
            )
            .serve(tasks)
            .await
    }

    /// It is not lent, for that reason; `None`: it is.
    pub fn refuse(&self, shop: ConnectionId, why: Option<&'static str>) {
        let mut lent = self.0.lock().unwrap();
        match why {
            Some(why) => lent.refused.insert(shop.to_string(), why),
            None => lent.refused.remove(&shop.to_string()),
        };
    }

    /// Deliveries wait unread.
    pub fn unread(&self, unread: bool) {
        self.0.lock().unwrap().unread = unread;
    }

    /// All orders of the shops have been listed.
    pub fn lists(&self, listed: bool) {
        self.0.lock().unwrap().listed = listed;
    }

    /// Units that were lent and not given back.
    pub fn units(&self) -> u32 {
        self.0.lock().unwrap().units
    }

    fn lend(&self, asked: &wire::LeaseShopRequest) -> Result<wire::LeaseShopResponse, Status> {
        let mut lent = self.0.lock().unwrap();
        if let Some(why) = lent.refused.get(&asked.connection_id) {
            return Err(precondition(why, "connection", "it is not lent"));
        }
        let settled = lent.units.saturating_add_signed(-asked.settled);
        lent.units = settled + asked.units;
        Ok(wire::LeaseShopResponse {
            url: "http://127.0.0.1:1".to_owned(),
            key: "key".to_owned(),
            secret: "secret".to_owned(),
            is_plain_http: true,
            valid_until: Some(prost_types::Timestamp {
                seconds: 9_999_999_999,
                nanos: 0,
            }),
            units: asked.units,
            more_in_ms: 0,
            per_second: 10,
            at_once: 20,
            orders_listed_to: lent.listed.then_some(prost_types::Timestamp {
                seconds: 9_999_999_999,
                nanos: 0,
            }),
            unread_since: lent.unread.then_some(prost_types::Timestamp {
                seconds: 1_700_000_000,
                nanos: 0,
            }),
        })
    }
}
