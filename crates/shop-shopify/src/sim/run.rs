//! The running shop, asked and listened to as a real one is.

use std::collections::{BTreeMap, BTreeSet};

use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use retail::ShopOrderId;
use shop::sim::{Outgoing, SimShop as _};
use shop::{
    FetchError, HookAddress, HookReport, Listing, Notice, Page, Platform as _, Reading, ShopUrl,
};

use super::Dice;
use super::mapping::{World, sale, world};

/// Longer than the index of orders lags.
const SETTLED: SignedDuration = SignedDuration::from_secs(10);
/// A page of whole orders costs as much as flows in within ten seconds.
const POINTS_COME_BACK_S: i64 = 10;
const TOPICS: usize = 8;

impl World {
    fn start(&self) -> Timestamp {
        self.shop.orders()[0][0].created_at
    }

    fn pass(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    async fn page(&self, listing: Listing, after: Option<&Page>) -> Page {
        let token = after.and_then(|page| page.next.as_ref());
        loop {
            match self.platform.list(&self.connection, listing, token).await {
                Ok(page) => return page,
                Err(FetchError::TryLater { .. }) => self.pass(POINTS_COME_BACK_S),
                Err(error) => panic!("{error}"),
            }
        }
    }

    /// Everything that is listed, with `meanwhile` between any two pages: each order with the latest instant
    /// it was given with.
    async fn listed(
        &self,
        listing: Listing,
        mut meanwhile: impl FnMut(&Self),
    ) -> BTreeMap<String, Timestamp> {
        let mut all = BTreeMap::new();
        let mut page = self.page(listing, None).await;
        loop {
            for row in &page.orders {
                let known = all.entry(row.order.to_string()).or_insert(row.modified_at);
                *known = row.modified_at.max(*known);
            }
            if page.next.is_none() {
                return all;
            }
            meanwhile(self);
            page = self.page(listing, Some(&page)).await;
        }
    }

    fn address(&self) -> HookAddress {
        let url = format!("http://127.0.0.1:9/hooks/{}", self.connection.id);
        HookAddress(ShopUrl::new(&url).unwrap())
    }

    async fn ensure(&self) -> HookReport {
        let report = self
            .platform
            .ensure_hooks(&self.connection, &self.address())
            .await;
        report.unwrap()
    }

    fn verified(&self, headers: &HeaderMap, body: &[u8]) -> Notice {
        self.platform
            .verify(&self.connection, headers, body)
            .unwrap()
    }
}

#[tokio::test]
async fn r_06_every_order_is_listed_whatever_happens_between_two_pages() {
    for seed in 1..=4 {
        let world = world(600).await;
        let mut dice = Dice::new(seed);
        while world.server.placed() < 500 {
            world.server.step();
            world.pass(i64::from(dice.percent(40)));
        }
        world.clock.advance(SETTLED);
        let there: BTreeSet<String> = world.server.books().sales.into_keys().collect();
        assert!(there.len() > 400);
        let since = world.start();
        for listing in [
            Listing::Changed { since },
            Listing::Placed { since: Some(since) },
            Listing::Placed { since: None },
        ] {
            // Rows move while the pages are read, and the listing ends all the same.
            let meanwhile = |world: &World| {
                for _ in 0..dice.between(0, 60) {
                    world.server.step();
                }
                world.pass(1);
            };
            let listed = world.listed(listing, meanwhile).await;
            let missing = there.iter().filter(|id| !listed.contains_key(*id));
            assert_eq!(missing.count(), 0, "{listing:?}, seed {seed}");
        }
        // In the end each is listed as it then is.
        while world.server.step() {}
        world.clock.advance(SETTLED);
        let listed = world.listed(Listing::Changed { since }, |_| ()).await;
        assert_eq!(listed.len(), 600);
        for (id, modified_at) in listed.iter().step_by(60) {
            if let Reading::Order { order, .. } = world.read(&ShopOrderId::new(id).unwrap()).await {
                assert_eq!(order.version.modified_at, *modified_at, "{id}");
            }
        }
    }
}

#[tokio::test]
async fn one_instant_may_be_shared_by_more_orders_than_a_page_holds() {
    let world = world(600).await;
    while world.server.placed() < 600 {
        world.server.step();
    }
    world.clock.advance(SETTLED);
    let since = world.start();
    for (listing, expected) in [
        (Listing::Changed { since }, vec![250, 250, 100]),
        (Listing::Placed { since: Some(since) }, vec![20; 30]),
    ] {
        let mut page = world.page(listing, None).await;
        let mut sizes = vec![page.orders.len()];
        let mut seen: BTreeSet<String> = BTreeSet::new();
        seen.extend(page.orders.iter().map(|row| row.order.to_string()));
        while page.next.is_some() {
            page = world.page(listing, Some(&page)).await;
            sizes.push(page.orders.len());
            seen.extend(page.orders.iter().map(|row| row.order.to_string()));
        }
        assert_eq!((sizes, seen.len()), (expected, 600));
    }
}

#[tokio::test]
async fn a_listing_is_of_what_changed_since_and_tells_the_shops_clock() {
    let world = world(30).await;
    while world.server.step() {
        world.pass(1);
    }
    world.clock.advance(SETTLED);
    let all = world.listed(Listing::Placed { since: None }, |_| ()).await;
    let since = *all.values().nth(15).unwrap();
    let late: BTreeMap<String, Timestamp> = all
        .iter()
        .filter(|(_, at)| **at >= since)
        .map(|(id, at)| (id.clone(), *at))
        .collect();
    assert!(late.len() < all.len());
    // A part of a second more, or another zone's hour, is the same second.
    for since in [since, since + SignedDuration::from_millis(999)] {
        assert_eq!(world.listed(Listing::Changed { since }, |_| ()).await, late);
    }
    let since = world.start() + SignedDuration::from_hours(24);
    let none = world.page(Listing::Changed { since }, None).await;
    let at = service::clock::Clock::now(&world.clock);
    assert_eq!(none.answered_at, Some(at));
    assert!(none.orders.is_empty() && none.next.is_none());
}

#[tokio::test]
async fn an_order_of_this_moment_is_listed_a_moment_later() {
    let world = world(1).await;
    world.server.step();
    let listing = Listing::Changed {
        since: world.start(),
    };
    assert!(world.page(listing, None).await.orders.is_empty());
    world.clock.advance(SETTLED);
    assert_eq!(world.page(listing, None).await.orders.len(), 1);
}

#[tokio::test]
async fn sh_04_an_order_older_than_sixty_days_is_not_shown() {
    let world = world(1).await;
    world.server.step();
    let listing = Listing::Placed { since: None };
    let id = ShopOrderId::new(&world.shop.orders()[0][0].id.to_string()).unwrap();
    world.clock.advance(SignedDuration::from_hours(60 * 24));
    assert_eq!(world.page(listing, None).await.orders.len(), 1);
    assert!(world.platform.fetch(&world.connection, &id).await.is_ok());
    world.pass(1);
    assert!(world.page(listing, None).await.orders.is_empty());
    assert_eq!(
        world.platform.fetch(&world.connection, &id).await,
        Err(FetchError::Gone)
    );
}

#[tokio::test]
async fn r_10_the_shop_is_known_by_its_number() {
    let world = world(1).await;
    let store = world.platform.store(&world.connection).await.unwrap();
    assert_eq!(store.id, "60000000007");
    assert_eq!(store.name, "Maison simulée 7");
    assert_eq!(store.currency.as_deref(), Some("EUR"));
    assert_eq!(store.time_zone.as_deref(), Some("Europe/Brussels"));
}

#[tokio::test]
async fn webhooks_are_made_once_and_made_again_when_they_are_lost() {
    let world = world(1).await;
    let created = HookReport {
        created: TOPICS,
        ..HookReport::default()
    };
    let sound = HookReport {
        sound: TOPICS,
        ..HookReport::default()
    };
    assert_eq!(world.ensure().await, created);
    assert_eq!(world.ensure().await, sound);
    world.server.lose_hooks();
    assert_eq!(world.ensure().await, created);
    let removed = world
        .platform
        .remove_hooks(&world.connection, &world.address())
        .await;
    assert_eq!(removed, Ok(TOPICS));
    assert_eq!(world.ensure().await, created);
}

#[tokio::test]
async fn r_12_what_the_shop_tells_leads_to_what_its_books_say() {
    let world = world(60).await;
    world.ensure().await;
    let mut hinted = BTreeSet::new();
    let mut topics = BTreeSet::new();
    while world.server.step() {
        world.pass(2);
        for Outgoing {
            id,
            url,
            headers,
            body,
        } in world.server.due()
        {
            assert_eq!(url, world.address().0.as_str());
            let Notice::Delivery { topic, order } = world.verified(&headers, &body) else {
                panic!("a ping");
            };
            hinted.extend(order);
            topics.insert(topic.as_str().to_owned());
            world.server.answered(id, Some(200));
        }
    }
    let books = world.server.books();
    assert_eq!(hinted.len(), world.server.placed());
    assert!(topics.len() >= 6, "{topics:?}");
    for id in hinted {
        match world.read(&id).await {
            Reading::Order { order, .. } if !order.state.is_imported() => {
                assert!(books.drafts.contains_key(id.as_str()), "{id}");
            }
            Reading::Order { order, .. } => {
                assert_eq!(Some(&sale(&order)), books.sales.get(id.as_str()), "{id}");
            }
            Reading::Refused(refusal) => {
                assert_eq!(
                    books.parked.get(id.as_str()),
                    Some(&refusal.reason.as_str())
                );
            }
            Reading::Nothing(_) => assert!(books.drafts.contains_key(id.as_str()), "{id}"),
            Reading::Hint(_) | Reading::Event(_) => panic!("{id} is no order"),
        }
    }
}

#[tokio::test]
async fn a_delivery_is_repeated_as_it_was_and_its_webhook_removed_in_the_end() {
    let world = world(1).await;
    world.ensure().await;
    world.server.step();
    world.pass(2);
    let first = world.server.due();
    assert!(first.len() >= 3 && world.server.due().is_empty());
    let since = service::clock::Clock::now(&world.clock);
    let mut attempts = 0;
    let mut due = first.clone();
    while !due.is_empty() {
        attempts += 1;
        for (again, before) in due.iter().zip(&first) {
            assert_eq!(
                (&again.headers, &again.body),
                (&before.headers, &before.body)
            );
            // Not answered, refused, redirected: none of it is taken.
            if attempts % 3 > 0 {
                let status = if attempts % 3 == 1 { 500 } else { 302 };
                world.server.answered(again.id, Some(status));
            } else {
                world.pass(6);
            }
        }
        let Some(next) = world.server.next_due() else {
            break;
        };
        world.clock.set(next);
        due = world.server.due();
        if due.is_empty()
            && let Some(next) = world.server.next_due()
        {
            world.clock.set(next);
            due = world.server.due();
        }
    }
    assert_eq!(attempts, 9, "once, and eight times more");
    let hours = service::clock::Clock::now(&world.clock)
        .duration_since(since)
        .as_hours();
    assert_eq!(hours, 4);
    let report = world.ensure().await;
    assert_eq!(report.created, first.len());
    assert_eq!(report.sound, TOPICS - first.len());
}
