//! Looks through all that is kept of a retailer for people whom the ledger erased.

use std::sync::Arc;

use jiff::Timestamp;
use proto::convert::instant_from;
use proto::ledger as wire;
use retail::{ConnectionId, EmailKey, RetailerId};
use tokio::task::spawn_blocking;

use super::name::{Names, searchable};
use super::shred::{as_hint, opened};
use super::{NotYet, Privacy};
use crate::store::{DeliveryPlace, Searched, StoreError};

/// Deliveries, or orders of an import, that are looked through at once.
const PAGE_ROWS: i64 = 500;

/// Whom to look for.
pub(super) struct Person {
    erasure_id: String,
    names: Names,
    /// What came later may be of a new customer.
    until: Timestamp,
}

impl Person {
    /// With the retailer whose archive it is. `None`: the ledger speaks of somebody in words of its own.
    pub(super) fn read(person: wire::PersonToShred) -> Option<(RetailerId, Self)> {
        let wire::PersonToShred {
            erasure_id,
            retailer_id,
            emails,
            erased_at,
        } = person;
        let emails = emails.iter().map(|email| EmailKey::new(email));
        let person = Self {
            erasure_id,
            names: Names::of(&emails.collect::<Option<Vec<_>>>()?),
            until: instant_from("erased_at", erased_at).ok()?,
        };
        Some((retailer_id.parse().ok()?, person))
    }
}

/// One pass for all people of a retailer.
pub(super) struct Search {
    retailer: RetailerId,
    people: Arc<Vec<Person>>,
    /// Nobody is looked for in what came later.
    until: Timestamp,
    seen: Seen,
}

/// What a pass came upon.
#[derive(Default)]
struct Seen {
    /// For each person, how many deliveries named it.
    found: Vec<i64>,
    unopened: Unopened,
}

/// What cannot be opened: whom it names is not known.
#[derive(Default)]
struct Unopened {
    count: u64,
    first: Option<String>,
}

impl Unopened {
    fn note(&mut self, what: impl FnOnce() -> String) {
        self.count += 1;
        self.first.get_or_insert_with(what);
    }
}

impl Search {
    pub(super) fn new(retailer: RetailerId, people: Vec<Person>) -> Self {
        let until = people.iter().map(|person| person.until).max();
        Self {
            retailer,
            until: until.unwrap_or(Timestamp::MIN),
            seen: Seen {
                found: vec![0; people.len()],
                unopened: Unopened::default(),
            },
            people: Arc::new(people),
        }
    }

    /// How often each was found; else why that is not known.
    pub(super) fn end(self) -> Result<Vec<wire::ArchiveSearch>, String> {
        let Unopened { count, first } = self.seen.unopened;
        if let Some(first) = first {
            return Err(format!("{count} cannot be opened, the first is {first}"));
        }
        let found = self.people.iter().zip(self.seen.found);
        Ok(found
            .map(|(person, delivery_count)| wire::ArchiveSearch {
                erasure_id: person.erasure_id.clone(),
                delivery_count,
            })
            .collect())
    }

    /// Those of a page that name somebody. Opening takes longer than others should wait for.
    async fn look(
        &mut self,
        page: Vec<Searched>,
        open: impl Fn(&Searched) -> Option<Vec<u8>> + Send + 'static,
    ) -> Result<Vec<Searched>, NotYet> {
        let people = Arc::clone(&self.people);
        let mut seen = std::mem::take(&mut self.seen);
        let looked = spawn_blocking(move || {
            let named = page
                .into_iter()
                .filter(|row| seen.look(&people, row, &open));
            let named: Vec<Searched> = named.collect();
            (named, seen)
        });
        let (named, seen) = looked.await?;
        self.seen = seen;
        Ok(named)
    }
}

impl Seen {
    /// Whether the delivery names somebody.
    fn look(
        &mut self,
        people: &[Person],
        row: &Searched,
        open: impl Fn(&Searched) -> Option<Vec<u8>>,
    ) -> bool {
        let DeliveryPlace {
            connection,
            delivery,
        } = &row.place;
        let Some(body) = open(row) else {
            let what = || format!("delivery {delivery} of connection {connection}");
            self.unopened.note(what);
            return false;
        };
        let text = searchable(&body);
        let mut is_named = false;
        for (person, found) in people.iter().zip(&mut self.found) {
            if row.received_at <= person.until && person.names.are_in(&text) {
                *found += 1;
                is_named = true;
            }
        }
        is_named
    }
}

impl Privacy {
    pub(super) async fn search(&self, search: &mut Search) -> Result<(), NotYet> {
        for connection in self.store.connections_of(search.retailer).await? {
            self.search_archive(connection, search).await?;
            self.search_kept(connection, search).await?;
        }
        self.search_imports(search).await
    }

    async fn search_archive(
        &self,
        connection: ConnectionId,
        search: &mut Search,
    ) -> Result<(), NotYet> {
        let mut after = String::new();
        loop {
            let page = self
                .store
                .archived_page(connection, search.until, &after, PAGE_ROWS)
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after.clone_from(&last.place.delivery);
            let bodies = self.bodies.clone();
            let named = search.look(page, move |row| {
                let opened = bodies.opened(connection, &row.place.delivery, &row.sealed);
                opened.ok()
            });
            let named: Vec<DeliveryPlace> = named.await?.into_iter().map(|row| row.place).collect();
            if !named.is_empty() {
                self.store.shred_deliveries(&named).await?;
            }
        }
    }

    /// What waits becomes a hint: the order is asked for anew once it is released.
    async fn search_kept(
        &self,
        connection: ConnectionId,
        search: &mut Search,
    ) -> Result<(), NotYet> {
        let shop = (search.retailer, connection);
        let mut after = String::new();
        loop {
            let page = self
                .store
                .kept_page(connection, search.until, &after, PAGE_ROWS)
                .await?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            after.clone_from(&last.place.delivery);
            let (keyring, code) = (Arc::clone(&self.keyring), self.code.clone());
            let named = search.look(page, move |row| opened(&keyring, &code, shop, &row.sealed));
            for Searched { place, sealed, .. } in named.await? {
                let hint = as_hint(&self.keyring, &self.code, shop, &sealed, None);
                self.store.rewrite_kept(&place, hint.as_ref()).await?;
            }
        }
    }

    /// Orders of a plan are shown as refused: the people's are not imported.
    async fn search_imports(&self, search: &mut Search) -> Result<(), NotYet> {
        for (import, connection) in self.store.untold_imports(search.retailer).await? {
            let mut after = None;
            loop {
                let page = self.store.untold(import, after.as_ref(), PAGE_ROWS).await;
                let page = match page {
                    Err(StoreError::Corrupt { key, .. }) => {
                        let what = || format!("order {key} of import {import}");
                        search.seen.unopened.note(what);
                        break;
                    }
                    page => page?,
                };
                let Some(last) = page.last() else {
                    break;
                };
                after = Some(last.order.clone());
                let named = page.into_iter().filter(|order| {
                    let text = searchable(&order.body);
                    search
                        .people
                        .iter()
                        .any(|person| person.names.are_in(&text))
                });
                let named: Vec<_> = named.map(|order| (connection, order.order)).collect();
                if !named.is_empty() {
                    self.store.shred_orders(&named, self.clock.now()).await?;
                }
            }
        }
        Ok(())
    }
}
