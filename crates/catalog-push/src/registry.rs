//! The ledger's register of items, which is told before the catalogue keeps anything.
//!
//! A process that is killed between the two leaves items without a product: whoever asked was not answered, and asks
//! again under the same request id. What the ledger is asked carries ids that are made of that one, so it answers as
//! before.

use std::time::Duration;

use proto::ledger as wire;
use proto::ledger::item_registry_client::ItemRegistryClient;
use retail::catalogue::Product;
use retail::{Barcode, ItemId, RetailerId, Sku};
use service::access::{Authorized, Bearer};
use service::refusal::unavailable;
use tonic::transport::Endpoint;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::store::{Act, Identity};

/// For a connection to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// For one answer: a transaction waits for it.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(8);
/// Items told of at once; the ledger takes no more.
const ITEMS_AT_ONCE: usize = 500;

/// The way to the register. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Registry(ItemRegistryClient<Authorized>);

/// An item that the ledger has, whether or not it is of a product here.
#[derive(Clone, Debug)]
pub struct LedgerItem {
    pub item: ItemId,
    pub identity: Identity,
    /// It has stock, and can be a variant.
    pub is_counted: bool,
}

/// For whom the ledger is asked, and on whose behalf.
#[derive(Clone, Copy, Debug)]
pub struct OnBehalf<'a> {
    pub retailer: RetailerId,
    pub act: &'a Act,
}

impl Registry {
    /// Connects when it is first asked.
    pub fn at(url: String, bearer: Bearer) -> Result<Self, tonic::transport::Error> {
        let endpoint = Endpoint::from_shared(url)?
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT);
        let channel = bearer.on(endpoint.connect_lazy());
        Ok(Self(ItemRegistryClient::new(channel)))
    }

    /// Tells what a product's items are known by. A refusal is the ledger's own.
    pub async fn register(&self, by: OnBehalf<'_>, product: &Product) -> Result<(), Status> {
        let items = product.variants.iter().map(|variant| wire::ItemIdentity {
            item_id: variant.item.to_string(),
            sku: text_of(variant.sku.as_ref()),
            barcode: text_of(variant.barcode.as_ref()),
            name: product.item_name(variant),
        });
        let request = wire::RegisterItemsRequest {
            retailer_id: by.retailer.to_string(),
            items: items.collect(),
            act: Some(by.act_for("register")),
        };
        let answer = self.0.clone().register_items(request).await;
        heard(answer)
    }

    /// The same of items of several products, at most 500; `what` tells one question of an act from another.
    pub async fn tell(
        &self,
        by: OnBehalf<'_>,
        what: &str,
        items: &[(ItemId, &Identity)],
    ) -> Result<(), Status> {
        let item = |(item, identity): &(ItemId, &Identity)| wire::ItemIdentity {
            item_id: item.to_string(),
            sku: text_of(identity.sku.as_ref()),
            barcode: text_of(identity.barcode.as_ref()),
            name: identity.name.clone(),
        };
        let request = wire::RegisterItemsRequest {
            retailer_id: by.retailer.to_string(),
            items: items.iter().map(item).collect(),
            act: Some(by.act_for(what)),
        };
        let answer = self.0.clone().register_items(request).await;
        heard(answer)
    }

    /// Those of its items that live and have one of the SKUs, of which there are at most 500.
    pub async fn with_skus(
        &self,
        retailer: RetailerId,
        skus: Vec<String>,
    ) -> Result<Vec<LedgerItem>, Status> {
        let request = wire::ListItemsRequest {
            retailer_id: retailer.to_string(),
            page_size: i32::try_from(ITEMS_AT_ONCE).unwrap_or(i32::MAX),
            page_token: String::new(),
            include_deleted: false,
            skus,
        };
        let answer = self.0.clone().list_items(request).await;
        let answer = answer.map_err(|status| cannot_be_asked(&status))?;
        let items = answer.into_inner().items;
        items.into_iter().map(item_from).collect()
    }

    /// Deletes items: orders that sell them wait.
    pub async fn delete(&self, by: OnBehalf<'_>, items: &[ItemId]) -> Result<(), Status> {
        for (place, items) in items.chunks(ITEMS_AT_ONCE).enumerate() {
            let request = wire::DeleteItemsRequest {
                retailer_id: by.retailer.to_string(),
                item_ids: items.iter().map(ToString::to_string).collect(),
                act: Some(by.act_for(&format!("delete {place}"))),
            };
            heard(self.0.clone().delete_items(request).await)?;
        }
        Ok(())
    }

    /// Takes a deletion back.
    pub async fn restore(&self, by: OnBehalf<'_>, items: &[ItemId]) -> Result<(), Status> {
        for (place, items) in items.chunks(ITEMS_AT_ONCE).enumerate() {
            let request = wire::RestoreItemsRequest {
                retailer_id: by.retailer.to_string(),
                item_ids: items.iter().map(ToString::to_string).collect(),
                act: Some(by.act_for(&format!("restore {place}"))),
            };
            heard(self.0.clone().restore_items(request).await)?;
        }
        Ok(())
    }
}

impl OnBehalf<'_> {
    /// The same act asks for the same under the same id.
    fn act_for(&self, what: &str) -> wire::Act {
        let Act {
            request,
            actor,
            note,
        } = self.act;
        wire::Act {
            request_id: Uuid::new_v5(request, what.as_bytes()).to_string(),
            actor: actor.clone(),
            note: note.clone(),
        }
    }
}

/// What the caller can do something about is told as the ledger tells it; the rest is that it cannot be asked.
fn heard<T>(answer: Result<T, Status>) -> Result<(), Status> {
    let Err(status) = answer else {
        return Ok(());
    };
    match status.code() {
        Code::FailedPrecondition | Code::NotFound | Code::InvalidArgument => {
            Err(Status::with_details(
                status.code(),
                status.message(),
                bytes::Bytes::copy_from_slice(status.details()),
            ))
        }
        _ => Err(cannot_be_asked(&status)),
    }
}

fn cannot_be_asked(status: &Status) -> Status {
    // Its message may quote what was asked; its code does not.
    tracing::warn!(code = %status.code(), "the ledger cannot be asked about items");
    unavailable("the ledger cannot be asked")
}

fn item_from(item: wire::RegisteredItem) -> Result<LedgerItem, Status> {
    let wire::RegisteredItem {
        item,
        is_deleted: _,
        is_counted,
        origin: _,
    } = item;
    let unreadable = || unavailable("the ledger's answer cannot be read");
    let wire::ItemIdentity {
        item_id,
        sku,
        barcode,
        name,
    } = item.ok_or_else(unreadable)?;
    Ok(LedgerItem {
        item: item_id.parse().map_err(|_| unreadable())?,
        identity: Identity {
            sku: Sku::new(&sku).ok(),
            barcode: Barcode::new(&barcode).ok(),
            name,
        },
        is_counted,
    })
}

fn text_of(code: Option<&impl ToString>) -> String {
    code.map(ToString::to_string).unwrap_or_default()
}
