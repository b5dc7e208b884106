//! A shop that is asked and told, by one who waits for what it costs.

use retail::listing::Terms;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shop::FetchError;
use shop::push::{Purse, To};

use crate::Shopify;
use crate::answer::unreadable;
use crate::client::{Answered, Asker};
use crate::payload::{PageInfo, Paged};

use super::operation::{EXISTING, METAFIELD_DEFINITION_CREATE, Operation, PUBLICATIONS};
use super::stop::{Stop, UserError};
use super::{NAMESPACE, NOTE, NOTE_TYPE, gid};

/// As Shopify calls its own shop window, whatever language its people read.
const ONLINE_STORE: &str = "online_store";
const ONLINE_STORE_TITLE: &str = "Online Store";
/// Pages of publications looked at: a shop has one for each app that sells, tens of them.
const PUBLICATION_PAGES_LIMIT: usize = 10;
/// What carries our ids.
const NOTED: [&str; 2] = ["PRODUCT", "PRODUCTVARIANT"];

#[derive(Clone, Copy)]
pub(super) struct Teller<'a> {
    shop: &'a Shopify,
    asker: Asker<'a>,
    purse: &'a dyn Purse,
    terms: Option<&'a Terms>,
}

/// What the shop made of what it was told.
pub(super) struct Told {
    pub(super) answer: Value,
    pub(super) errors: Vec<UserError>,
}

impl<'a> Teller<'a> {
    pub(super) fn new(shop: &'a Shopify, to: To<'a>) -> Result<Self, FetchError> {
        let To {
            connection,
            terms,
            purse,
        } = to;
        Ok(Self {
            shop,
            asker: Asker::new(shop, connection)?,
            purse,
            terms,
        })
    }

    pub(super) fn terms(&self) -> Result<&'a Terms, FetchError> {
        let terms = self.terms;
        terms.ok_or_else(|| unreadable("what the shop counts in was not asked for".to_owned()))
    }

    pub(super) fn location(&self) -> Result<String, FetchError> {
        Ok(gid("Location", &self.terms()?.location))
    }

    /// Asks, and reads the answer.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        operation: &Operation,
        variables: Value,
    ) -> Result<T, FetchError> {
        let data = self.send(operation, operation.points, variables).await?;
        serde_json::from_value(data).map_err(|_| not_as_documented())
    }

    /// Tells, whatever comes of it.
    pub(super) async fn tell(
        &self,
        operation: &Operation,
        variables: Value,
    ) -> Result<Told, FetchError> {
        self.tell_for(operation, operation.points, variables).await
    }

    /// The same, where what is told costs as well.
    pub(super) async fn tell_for(
        &self,
        operation: &Operation,
        points: u32,
        variables: Value,
    ) -> Result<Told, FetchError> {
        let mut data = self.send(operation, points, variables).await?;
        let answers = data.as_object_mut().into_iter().flatten();
        let mut answers = answers.map(|(_, answer)| answer.take());
        let mut answer = answers.next().ok_or_else(not_as_documented)?;
        let mut errors = Vec::new();
        for name in ["userErrors", "mediaUserErrors"] {
            if let Some(named) = answer.get_mut(name).map(Value::take) {
                let named: Vec<UserError> =
                    serde_json::from_value(named).map_err(|_| not_as_documented())?;
                errors.extend(named);
            }
        }
        Ok(Told { answer, errors })
    }

    /// Tells of `thing`, and goes on only if it was done.
    pub(super) async fn must(
        &self,
        operation: &Operation,
        variables: Value,
        thing: &str,
    ) -> Result<Value, Stop> {
        let told = self.tell(operation, variables).await?;
        self.done(told, thing).await
    }

    /// What the shop did about `thing`. Not every refusal says that the thing is not there: that is asked.
    pub(super) async fn done(&self, told: Told, thing: &str) -> Result<Value, Stop> {
        let Told { answer, errors } = told;
        let Some(error) = errors.first() else {
            return Ok(answer);
        };
        if errors.iter().any(UserError::says_missing) {
            return Err(Stop::Missing);
        }
        if self.existing(&[thing.to_owned()]).await?.is_empty() {
            return Err(Stop::Missing);
        }
        Err(Stop::Refused(error.refusal()))
    }

    /// Those of these gids that the shop has.
    pub(super) async fn existing(&self, gids: &[String]) -> Result<Vec<String>, FetchError> {
        let Nodes { nodes } = self.ask(&EXISTING, json!({ "ids": gids })).await?;
        let found = nodes.into_iter().flatten();
        Ok(found.map(|Thing { id }| id).collect())
    }

    /// Where buyers see products. Asked for once.
    pub(super) async fn online_store(&self) -> Result<Box<str>, FetchError> {
        let known = &self.shop.known;
        if let Some(publication) = known.online_store(self.asker.url()) {
            return Ok(publication);
        }
        let mut after: Option<String> = None;
        for _ in 0..PUBLICATION_PAGES_LIMIT {
            let Publications {
                publications: Paged { nodes, page_info },
            } = self.ask(&PUBLICATIONS, json!({ "after": after })).await?;
            if let Some(found) = nodes.into_iter().find(Publication::is_online_store) {
                known.set_online_store(self.asker.url(), Some(found.id.clone()));
                return Ok(found.id);
            }
            after = match page_info {
                PageInfo {
                    has_next_page: true,
                    end_cursor: Some(cursor),
                } => Some(cursor),
                PageInfo { .. } => break,
            };
        }
        Err(unreadable("it has no Online Store".to_owned()))
    }

    /// It may have been taken away and made again.
    pub(super) fn forget_online_store(&self) {
        self.shop.known.set_online_store(self.asker.url(), None);
    }

    /// Makes the place where our ids are kept, once in a shop.
    pub(super) async fn ensure_notes(&self) -> Result<(), FetchError> {
        if self.shop.known.has_definitions(self.asker.url()) {
            return Ok(());
        }
        for owner in NOTED {
            let definition = json!({
                "name": "POS id", "namespace": NAMESPACE, "key": NOTE, "type": NOTE_TYPE, "ownerType": owner,
            });
            let definition = json!({ "definition": definition });
            let told = self.tell(&METAFIELD_DEFINITION_CREATE, definition).await?;
            let Told { answer: _, errors } = told;
            if let Some(error) = errors.iter().find(|error| !error.is("TAKEN")) {
                let says = error.refusal().says;
                return Err(unreadable(format!("it has no place for our ids: {says}")));
            }
        }
        self.shop.known.set_has_definitions(self.asker.url());
        Ok(())
    }

    async fn send(
        &self,
        operation: &Operation,
        points: u32,
        variables: Value,
    ) -> Result<Value, FetchError> {
        self.purse.spend(points).await?;
        match self.asker.ask(&operation.text, variables).await {
            Ok(Answered { data, at: _, spent }) => {
                self.purse.settle(points, spent.unwrap_or(points));
                Ok(data)
            }
            Err(error) => {
                if let FetchError::TryLater {
                    why: _,
                    after: Some(wait),
                } = &error
                {
                    self.purse.refused(*wait);
                }
                Err(error)
            }
        }
    }
}

pub(super) fn not_as_documented() -> FetchError {
    unreadable("what it says of its products is not as documented".to_owned())
}

/// What was asked for by ids; what the shop does not have is nothing.
#[derive(Deserialize)]
pub(super) struct Nodes<T> {
    pub(super) nodes: Vec<Option<T>>,
}

#[derive(Deserialize)]
struct Thing {
    id: String,
}

#[derive(Deserialize)]
struct Publications {
    publications: Paged<Publication>,
}

#[derive(Deserialize)]
struct Publication {
    id: Box<str>,
    catalog: Option<Catalog>,
    channels: Option<Channels>,
}

#[derive(Deserialize)]
struct Catalog {
    title: Option<String>,
}

#[derive(Deserialize)]
struct Channels {
    nodes: Vec<Channel>,
}

#[derive(Deserialize)]
struct Channel {
    handle: String,
}

impl Publication {
    fn is_online_store(&self) -> bool {
        let mut channels = self.channels.iter().flat_map(|channels| &channels.nodes);
        let title = self
            .catalog
            .as_ref()
            .and_then(|catalog| catalog.title.as_deref());
        channels.any(|channel| channel.handle == ONLINE_STORE) || title == Some(ONLINE_STORE_TITLE)
    }
}
