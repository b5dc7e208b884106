//! A ledger that is told which items there are, by the service that writes to shops.

use proto::ledger as wire;
use retail::ConnectionId;
use tonic::Status;
use uuid::Uuid;

use crate::client::Client;
use crate::held::act;
use crate::stockroom::units;
use crate::support::{CONNECTION, Ledger, RETAILER, id};

pub struct Desk {
    pub ledger: Ledger,
    pub client: Client,
    pub pusher: Client,
    requests: u128,
}

/// What a shop is told by, in whole units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub available: i64,
    pub open: i64,
    pub taken: Option<i64>,
    pub mark: String,
}

/// The item of that number.
pub fn item(number: u128) -> Uuid {
    id(5_000 + number)
}

pub fn identity(number: u128, sku: &str) -> wire::ItemIdentity {
    wire::ItemIdentity {
        item_id: item(number).to_string(),
        sku: sku.to_owned(),
        barcode: String::new(),
        name: format!("Thing {number}"),
    }
}

fn texts(items: &[u128]) -> Vec<String> {
    items
        .iter()
        .map(|number| item(*number).to_string())
        .collect()
}

impl Desk {
    pub async fn new() -> Self {
        let ledger = Ledger::new().await;
        let client = Client::of(&ledger).await;
        let pusher = client.of_pusher();
        Self {
            ledger,
            client,
            pusher,
            requests: 60_000,
        }
    }

    pub fn act(&mut self) -> wire::Act {
        self.requests += 1;
        act(self.requests)
    }

    pub async fn register(
        &mut self,
        items: &[(u128, &str)],
    ) -> Result<wire::RegisterItemsResponse, Status> {
        let items = items.iter().map(|(number, sku)| identity(*number, sku));
        let request = wire::RegisterItemsRequest {
            retailer_id: RETAILER.to_string(),
            items: items.collect(),
            act: Some(self.act()),
        };
        let answer = self.pusher.item_registry.register_items(request).await?;
        Ok(answer.into_inner())
    }

    pub async fn delete(&mut self, items: &[u128]) -> Result<Vec<String>, Status> {
        let request = wire::DeleteItemsRequest {
            retailer_id: RETAILER.to_string(),
            item_ids: texts(items),
            act: Some(self.act()),
        };
        let answer = self.pusher.item_registry.delete_items(request).await?;
        Ok(answer.into_inner().deleted_ids)
    }

    pub async fn restore(&mut self, items: &[u128]) -> Result<wire::RestoreItemsResponse, Status> {
        let request = wire::RestoreItemsRequest {
            retailer_id: RETAILER.to_string(),
            item_ids: texts(items),
            act: Some(self.act()),
        };
        let answer = self.pusher.item_registry.restore_items(request).await?;
        Ok(answer.into_inner())
    }

    /// `None`: none any more.
    pub async fn link(&mut self, variant: &str, number: Option<u128>) -> Result<i64, Status> {
        let item_id = number.map(|number| item(number).to_string());
        let request = wire::LinkVariantsRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: CONNECTION.to_string(),
            links: vec![wire::VariantLink {
                variant_id: variant.to_owned(),
                item_id: item_id.unwrap_or_default(),
            }],
            act: Some(self.act()),
        };
        let answer = self.pusher.item_registry.link_variants(request).await?;
        Ok(answer.into_inner().changed)
    }

    pub async fn ask(
        &mut self,
        of: ConnectionId,
        items: &[(Uuid, &str)],
    ) -> Result<wire::ListPushableResponse, Status> {
        ask(&mut self.pusher, of, items).await
    }

    pub async fn pushable(&mut self, of: ConnectionId, item: Uuid, since: &str) -> Told {
        pushable(&mut self.pusher, of, item, since).await
    }

    /// By SKU, of the living one.
    pub fn item_of(&self, sku: &str) -> Uuid {
        let found = self.ledger.sql(&format!(
            "select item_id from ledger.item where sku = '{sku}' and deleted_at is null and retailer_id = '{RETAILER}'"
        ));
        found.parse().unwrap()
    }
}

pub async fn ask(
    pusher: &mut Client,
    of: ConnectionId,
    items: &[(Uuid, &str)],
) -> Result<wire::ListPushableResponse, Status> {
    let items = items.iter().map(|(item, since)| wire::PushableItem {
        item_id: item.to_string(),
        since: (*since).to_owned(),
    });
    let request = wire::ListPushableRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: of.to_string(),
        items: items.collect(),
    };
    let answer = pusher.shop_stock.list_pushable(request).await?;
    Ok(answer.into_inner())
}

/// Of one item, since a mark.
pub async fn pushable(pusher: &mut Client, of: ConnectionId, item: Uuid, since: &str) -> Told {
    let mut answer = ask(pusher, of, &[(item, since)]).await.unwrap();
    assert_eq!(answer.waiting_since, None);
    let wire::Pushable {
        item_id,
        available,
        open,
        taken,
        mark,
        ..
    } = answer.items.remove(0);
    assert_eq!(item_id, item.to_string());
    Told {
        available: units(available),
        open: units(open),
        taken: taken.map(|taken| units(Some(taken))),
        mark,
    }
}
