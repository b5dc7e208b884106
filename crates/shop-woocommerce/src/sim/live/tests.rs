use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::Value;
use service::clock::ManualClock;

use super::webhooks::{Switch, Webhook};
use super::*;
use crate::sim::mapping::{compare, platform, read};
use crate::sim::{Dice, Status};

const OPENED: &str = "2026-11-21T14:00:00Z";

fn shop(seed: u64, orders: usize) -> (Live, ManualClock) {
    let clock = ManualClock::at(OPENED.parse().unwrap());
    let plot = Shop::open(&Options::new(seed, orders));
    let running = Running::new(plot, seed, Arc::new(clock.clone()));
    (Live(Arc::new(running)), clock)
}

fn listen(shop: &Live, topics: &[&str]) {
    for topic in topics {
        shop.0.state().webhooks.add(|id| Webhook {
            id,
            name: String::new(),
            topic: (*topic).to_owned(),
            switch: Switch::Active,
            delivery_url: "http://127.0.0.1/hook".to_owned(),
            secret: "secret".to_owned(),
            failures: 0,
            created_at: OPENED.parse().unwrap(),
            modified_at: None,
        });
    }
    for ping in shop.due() {
        shop.answered(ping.id, Some(200));
    }
}

fn header<'a>(outgoing: &'a Outgoing, name: &str) -> &'a str {
    outgoing.headers[name].to_str().unwrap()
}

#[test]
fn r_12_everything_is_stamped_when_it_happens() {
    let (shop, clock) = shop(1, 80);
    let mut paid = 0;
    while {
        clock.advance(SignedDuration::from_millis(1_700));
        shop.step()
    } {
        let state = shop.0.state();
        let newest = state.current().max_by_key(|order| order.modified_at);
        let second = Timestamp::from_second(clock.now().as_second()).unwrap();
        assert_eq!(newest.unwrap().modified_at, second);
    }
    for versions in &shop.0.state().orders {
        assert!(!versions.is_empty());
        for pair in versions.windows(2) {
            assert_eq!(pair[0].created_at, pair[1].created_at);
            assert!(pair[0].modified_at <= pair[1].modified_at);
            if let (None, Some(at)) = (pair[0].paid_at, pair[1].paid_at) {
                assert_eq!(at, pair[1].modified_at);
                paid += 1;
            }
        }
        assert_eq!(versions[0].created_at, versions[0].modified_at);
    }
    assert!(paid > 0);
    assert_eq!(shop.placed(), 80);
    assert!(!shop.step());
}

#[test]
fn a_new_order_is_told_twice_and_a_burst_of_changes_once() {
    let (shop, clock) = shop(2, 40);
    listen(&shop, &["order.created", "order.updated"]);
    let mut topics = BTreeSet::new();
    for _ in 0..20 {
        assert!(shop.step());
        let told = shop.due();
        let topic = |outgoing: &Outgoing| header(outgoing, "x-wc-webhook-topic").to_owned();
        topics.insert(told.iter().map(topic).collect::<Vec<_>>());
    }
    let both = |first: &str, second: &str| vec![first.to_owned(), second.to_owned()];
    assert!(topics.contains(&both("order.created", "order.updated")));
    assert!(topics.contains(&["order.updated".to_owned()][..]));

    // What nobody collects is merged, and its body is as of when it is sent.
    while shop.step() {}
    let told = shop.due();
    let is_updated = |told: &&Outgoing| header(told, "x-wc-webhook-topic") == "order.updated";
    let mut orders = BTreeSet::new();
    for outgoing in told.iter().filter(is_updated) {
        let body: Value = serde_json::from_slice(&outgoing.body).unwrap();
        assert!(orders.insert(body["id"].as_u64().unwrap()));
        let state = shop.0.state();
        let order = state
            .current()
            .find(|order| body["id"] == order.id)
            .unwrap();
        assert_eq!(outgoing.body, shop.0.render(order));
    }
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(shop.due().len(), 0);
    assert_eq!(shop.next_due(), None);
}

/// `observations/failing-listener`: off at the seventh failure in a row; switched on, at the next one.
#[test]
fn a_listener_that_fails_is_given_up_as_a_real_shop_does() {
    let (shop, clock) = shop(3, 60);
    listen(&shop, &["order.updated"]);
    let seen = |shop: &Live| {
        let state = shop.0.state();
        let webhook = &state.webhooks.all[0];
        (webhook.failures, webhook.switch)
    };
    let fail = |status: Option<u16>| {
        while shop.next_due().is_none() {
            assert!(shop.step());
        }
        let told = shop.due();
        assert_eq!(told.len(), 1);
        match status {
            Some(status) => shop.answered(told[0].id, Some(status)),
            // Nobody answers.
            None => clock.advance(SignedDuration::from_secs(61)),
        }
        assert!(shop.due().is_empty());
    };
    fail(Some(500));
    fail(Some(404));
    assert_eq!(seen(&shop), (2, Switch::Active));
    fail(Some(302));
    assert_eq!(seen(&shop), (0, Switch::Active));
    for failures in 1..=6 {
        fail(if failures % 2 == 0 { None } else { Some(303) });
        assert_eq!(seen(&shop), (failures, Switch::Active));
    }
    fail(Some(500));
    assert_eq!(seen(&shop), (6, Switch::Disabled));
    shop.0.state().webhooks.all[0].switch = Switch::Active;
    fail(Some(500));
    assert_eq!(seen(&shop), (6, Switch::Disabled));
    while shop.step() {}
    assert_eq!(shop.next_due(), None, "nobody is told any more");
}

/// Of two versions of one second nobody can tell which is the newer, unless the shop is asked later.
#[test]
fn r_12_an_order_is_put_aside_only_when_its_newest_version_is_known() {
    let packed = |step: SignedDuration| {
        let (shop, clock) = shop(3, 300);
        listen(&shop, &["order.created", "order.updated"]);
        while shop.step() {
            clock.advance(step);
            for outgoing in shop.due() {
                shop.answered(outgoing.id, Some(200));
            }
        }
        let state = shop.0.state();
        let at = |order: &Order| order.status == Status::Packing;
        let places = state
            .orders
            .iter()
            .filter_map(|all| all.iter().position(at));
        places.collect::<Vec<_>>()
    };
    assert!(
        packed(SignedDuration::from_secs(1))
            .iter()
            .any(|place| *place > 1)
    );
    assert!(packed(SignedDuration::ZERO).iter().all(|place| *place <= 1));
}

/// However many deliveries are lost and in whatever order the rest is read: with what the shop shows
/// at last, they come to what is in its books.
#[test]
fn r_12_the_books_are_what_deliveries_and_the_last_look_come_to() {
    let (mut forgotten, mut packing) = (0, 0);
    for seed in 0..2 {
        let (shop, clock) = shop(seed, 150);
        listen(&shop, &["order.created", "order.updated"]);
        let platform = platform();
        let mut dice = Dice::new(seed);
        let mut taken: BTreeMap<String, Vec<retail::Order>> = BTreeMap::new();
        let mut take = |order: retail::Order| {
            let id = order.key.order.to_string();
            taken.entry(id).or_default().push(order);
        };
        while shop.step() {
            clock.advance(SignedDuration::from_secs(1));
            for outgoing in shop.due() {
                let is_lost = dice.percent(30);
                shop.answered(outgoing.id, (!is_lost).then_some(200));
                if !is_lost {
                    take(read(&platform, &outgoing.body));
                }
            }
            if dice.percent(5) {
                for webhook in &mut shop.0.state().webhooks.all {
                    webhook.switch = Switch::Active;
                }
            }
        }
        for order in shop.0.state().current() {
            take(read(&platform, &shop.0.render(order)));
            forgotten += order.lines.iter().filter(|line| line.is_forgotten).count();
            packing += usize::from(order.status == Status::Packing);
        }
        let books = shop.books();
        for (id, orders) in &mut taken {
            dice.shuffle(orders);
            match books.sales.get(id) {
                Some(sale) => compare(orders.iter(), sale),
                None => assert!(books.drafts.contains_key(id), "order {id}"),
            }
        }
        assert_eq!(books.sales.len() + books.drafts.len(), shop.placed());
    }
    assert!(forgotten > 0 && packing > 0, "{forgotten} {packing}");
}

/// What is on the shelf is what there was less what orders hold.
#[test]
fn pos_05_orders_take_from_the_shelf_what_they_hold() {
    let (shop, clock) = shop(5, 120);
    let catalogue = shop.0.plot.catalogue();
    let ids: Vec<u64> = catalogue.products().iter().map(shelf::id).collect();
    let quantities = |state: &State| -> Vec<i64> {
        let thing = |id: &u64| state.shelf.thing(*id).unwrap().quantity.unwrap();
        ids.iter().map(thing).collect()
    };
    let before = quantities(&shop.0.state());
    let mut given_back = 0;
    let mut last: i64 = before.iter().sum();
    while {
        clock.advance(SignedDuration::from_secs(1));
        shop.step()
    } {
        let now = quantities(&shop.0.state()).iter().sum();
        given_back += i64::from(now > last);
        last = now;
    }
    let state = shop.0.state();
    let mut held = vec![0; ids.len()];
    for order in state.current() {
        let place = usize::try_from(order.id - 1001).unwrap();
        let units: i64 = state.taken[&place].values().sum();
        let lines = order.lines.iter().filter(|line| line.product.is_some());
        let all: i64 = lines.map(|line| line.quantity - line.restocked).sum();
        match order.status {
            Status::OnHold | Status::Processing | Status::Completed => {
                assert_eq!(units, all, "order {}", order.id);
            }
            Status::Cancelled | Status::Pending | Status::CheckoutDraft => assert_eq!(units, 0),
            Status::Refunded | Status::Failed => assert!(units == 0 || units == all),
            // A plugin's: as it was before.
            Status::Packing => {}
        }
        for (product, units) in &state.taken[&place] {
            held[*product] += units;
        }
    }
    let left: Vec<i64> = before
        .iter()
        .zip(&held)
        .map(|(had, held)| had - held)
        .collect();
    assert_eq!(quantities(&state), left);
    assert!(given_back > 0 && held.iter().sum::<i64>() > 0);
}
