//! Hints that are lost, late and repeated, and hooks that nobody listens to.

use std::collections::BTreeSet;

use http::Method;
use jiff::SignedDuration;
use serde_json::json;
use service::clock::Clock as _;

use super::{World, ask, out};
use crate::sim::Dice;

/// Orders are placed, paid, edited, refunded, cancelled; a tenth of the deliveries is lost at first,
/// all come late and shuffled, some are read twice; and the quota of the smallest plan is in force.
#[tokio::test]
async fn a_store_read_by_hints_becomes_what_its_own_books_say() {
    for seed in 1..=2 {
        let mut world = World::open(seed, 150).await;
        let mut chance = Dice::new(seed + 100);
        for _ in 0..45 {
            world.store.place();
            world.clock.advance(SignedDuration::from_secs(1));
        }
        for _ in 0..5 {
            for id in world.store.orders() {
                if chance.percent(60) {
                    world.store.turn(id);
                    world.clock.advance(SignedDuration::from_secs(1));
                }
            }
            let mut due = world.store.due();
            chance.shuffle(&mut due);
            let mut read = BTreeSet::new();
            for delivery in due {
                let lost = chance.percent(10);
                let status = if lost { 503 } else { 200 };
                world.store.answered(delivery.attempt, Some(status));
                // Hints at one order that wait together are one reading; some are read again.
                if !lost && (read.insert(delivery.order) || chance.percent(20)) {
                    world.take(&delivery).await;
                }
            }
        }
        // What was lost comes again.
        while world.store.undelivered() > 0 {
            world.clock.advance(SignedDuration::from_mins(2));
            for delivery in world.store.due() {
                world.take(&delivery).await;
                world.store.answered(delivery.attempt, Some(200));
            }
        }
        let books = world.store.books();
        let (sales, expected) = (world.ledger.sales(), &books.sales);
        assert_eq!(sales.len(), expected.len(), "seed {seed}");
        for (id, expected) in expected {
            assert_eq!(&sales[id], expected, "seed {seed}, order {id}");
        }
        assert_eq!(world.ledger.sold(), out(&books.sold), "seed {seed}");
        let all = books.sales.len() + books.drafts.len();
        assert_eq!(all, world.store.placed(), "seed {seed}");
        let voided = sales.values().filter(|sale| sale.voided).count();
        let refunded = sales.values().filter(|sale| sale.refunded > 0).count();
        assert!(
            voided > 3 && refunded > 3,
            "{voided} voided, {refunded} refunded"
        );
    }
}

#[tokio::test]
async fn a_delivery_is_retried_for_48_hours_and_believed_to_the_last() {
    let mut world = World::open(9, 150).await;
    world.store.place();
    let mut tries = 0;
    let start = world.clock.now();
    while world.store.undelivered() > 0 {
        for delivery in world.store.due() {
            world.take(&delivery).await;
            world.store.answered(delivery.attempt, Some(503));
            tries += 1;
        }
        world.clock.advance(SignedDuration::from_secs(60));
        assert!(tries < 100);
    }
    let lasted = world.clock.now().duration_since(start);
    assert!(lasted > SignedDuration::from_hours(48), "{lasted:?}");
    assert!(lasted < SignedDuration::from_hours(50), "{lasted:?}");

    // Nobody was told: the hook is off, and what happens now is not told either.
    let off = "/v3/hooks?is_active=false";
    let (_, off) = ask(&world.connection, Method::GET, off, None).await;
    let hook = off["data"][0]["id"].to_string();
    assert_eq!(off["data"][0]["scope"], "store/order/*");
    let id = world.store.place();
    assert_eq!(world.store.undelivered(), 0);
    let wake = Some(&json!({"is_active": true}));
    let below = format!("/v3/hooks/{hook}");
    let woken = ask(&world.connection, Method::PUT, &below, wake).await;
    assert_eq!(woken.0, 200);
    world.clock.advance(SignedDuration::from_secs(1));
    world.store.turn(id);
    assert!(world.store.undelivered() > 0);
}

#[tokio::test]
async fn an_attempt_is_given_out_once_and_its_answer_waited_for_ten_seconds() {
    let world = World::open(9, 150).await;
    world.store.place();
    let first = world.store.due();
    assert!(!first.is_empty());
    assert!(world.store.due().is_empty(), "all are out");
    let start = world.clock.now();
    let patience = SignedDuration::from_secs(10);
    assert_eq!(world.store.next_due(), Some(start + patience));
    world.clock.advance(patience);
    assert!(world.store.due().is_empty(), "too late, and not yet again");
    // The answer comes after all: the attempt is over.
    world.store.answered(first[0].attempt, Some(200));
    assert_eq!(world.store.undelivered(), first.len());
    let again = start + patience + SignedDuration::from_secs(60);
    assert_eq!(world.store.next_due(), Some(again));
    world.clock.set(again);
    let second = world.store.due();
    assert_eq!(second.len(), first.len());
    for (first, second) in first.iter().zip(&second) {
        assert_ne!(first.attempt, second.attempt);
        assert_eq!(
            (&first.headers, &first.body),
            (&second.headers, &second.body)
        );
        world.store.answered(second.attempt, Some(204));
    }
    assert_eq!(
        (world.store.undelivered(), world.store.next_due()),
        (0, None)
    );
}

#[tokio::test]
async fn a_listener_that_fails_most_is_left_alone_until_its_second_retry() {
    let world = World::open(10, 150).await;
    for _ in 0..60 {
        world.store.place();
    }
    let due = world.store.due();
    assert!(due.len() > 100, "{}", due.len());
    for delivery in due {
        world.store.answered(delivery.attempt, Some(500));
    }
    // Blocked for 180 seconds when the first retry is due, after 60: the second is due 180 later.
    for (seconds, sends) in [(60, false), (179, false), (1, true)] {
        world.clock.advance(SignedDuration::from_secs(seconds));
        assert_eq!(!world.store.due().is_empty(), sends);
    }
}

#[tokio::test]
async fn lost_hooks_are_found_off_and_switched_on() {
    let world = World::open(11, 150).await;
    world.store.lose_hooks();
    world.store.place();
    assert_eq!(world.store.undelivered(), 0);
    let address = shop::HookAddress(shop::ShopUrl::new("https://pos.example/hooks/7").unwrap());
    let report = shop::Platform::ensure_hooks(&world.platform, &world.connection, &address).await;
    assert_eq!(report.unwrap().mended, 2);
    world.store.place();
    assert!(world.store.undelivered() > 0);
}

#[tokio::test]
async fn an_archived_order_can_be_read_and_its_sale_stays() {
    let mut world = World::open(4, 150).await;
    let id = world.store.place();
    for delivery in world.store.due() {
        world.take(&delivery).await;
        world.store.answered(delivery.attempt, Some(200));
    }
    let before = world.ledger.sales();
    world.clock.advance(SignedDuration::from_secs(5));
    world.store.archive(id);
    for delivery in world.store.due() {
        world.take(&delivery).await;
    }
    assert_eq!(world.ledger.sales(), before);
}
