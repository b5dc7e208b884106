//! What shops list and the ledger does not know enters by the road of the webhooks.

use std::sync::atomic::Ordering;

use retail::ShopOrderId;
use service_kit::within;

use crate::books::Told;
use crate::database::connection_id;
use crate::running::{Running, ago, plus_millis};
use crate::stall::{HINT, Shop, ShopOrder, WHOLE};

const POLLED: &str = "comptoir.poll";

fn orders(count: i64) -> Vec<ShopOrder> {
    (1..=count)
        .map(|number| ShopOrder::new(&number.to_string(), ago(60 + number), "paid"))
        .collect()
}

fn words(told: &[Told]) -> Vec<&str> {
    told.iter().map(|told| told.word.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_ledger_does_not_know_is_told_once_and_settled() {
    let shop = Shop {
        orders: orders(5),
        clock: Some(ago(0)),
        orders_per_page: 2,
        ..Shop::default()
    };
    let listed = shop.orders.clone();
    let running = Running::start(vec![shop]).await;
    let books = &running.books;
    within(async || (books.told().len() >= 5).then_some(())).await;
    running.polls(1, 9).await;
    let mut told = books.told();
    told.sort_by(|a, b| a.order.cmp(&b.order));
    assert_eq!(told.len(), 5, "{told:#?}");
    for (told, listed) in told.iter().zip(listed) {
        assert_eq!(told.order, listed.id.as_str());
        assert_eq!(told.modified_at, plus_millis(listed.modified_at, 999));
        assert_eq!(told.topic, POLLED);
    }
    assert!(running.shop(1, |shop| shop.fetched.is_empty()));
    assert_eq!(running.messages("DEAD").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_that_a_listing_does_not_hold_are_fetched_and_settled() {
    let shop = Shop {
        orders: orders(3),
        clock: Some(ago(0)),
        lists_bodies: false,
        ..Shop::default()
    };
    let running = Running::start(vec![shop]).await;
    let books = &running.books;
    within(async || (books.told().len() >= 3).then_some(())).await;
    running.polls(1, 4).await;
    let told = books.told();
    assert_eq!(told.len(), 3, "{told:#?}");
    assert!(
        told.iter()
            .all(|told| told.modified_at.subsec_millisecond() == 999)
    );
    assert_eq!(running.shop(1, |shop| shop.fetched.len()), 3);
}

/// Two edits of one second: which one a webhook carried last, nobody can say; what is there when the second
/// is over has the last word.
#[tokio::test(flavor = "multi_thread")]
async fn polling_has_the_last_word_on_edits_within_one_second() {
    let second = ago(30);
    let edits = ["first", "last"].map(|word| ShopOrder::new("29", second, word));
    let shop = Shop {
        orders: vec![edits[1].clone()],
        // The second is not over yet.
        clock: Some(second),
        ..Shop::default()
    };
    let running = Running::start(vec![shop]).await;
    let books = &running.books;
    // Wherever the two stand in the order of their hashes, one of them is the wrong one.
    for edit in [&edits[1], &edits[0]] {
        running.post(1, WHOLE, edit.body()).await;
    }
    within(async || {
        let told = books.told();
        let words = words(&told);
        (words.contains(&"first") && words.contains(&"last")).then_some(())
    })
    .await;
    running.polls(1, 3).await;
    assert!(books.told().iter().all(|told| told.modified_at == second));

    running.shop(1, |shop| shop.clock = Some(ago(0)));
    let settled = plus_millis(second, 999);
    let newest = within(async || {
        let told = books.told().into_iter();
        told.max_by_key(|told| told.modified_at)
            .filter(|told| told.modified_at == settled)
    })
    .await;
    assert_eq!(newest.word, "last");
    running.polls(1, 3).await;
    let settled = books
        .told()
        .into_iter()
        .filter(|told| told.modified_at == settled);
    assert_eq!(settled.count(), 1, "the last word is said once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_does_not_tell_its_time_has_no_last_word() {
    let shop = Shop {
        orders: orders(1),
        clock: None,
        ..Shop::default()
    };
    let modified_at = shop.orders[0].modified_at;
    let running = Running::start(vec![shop]).await;
    let books = &running.books;
    within(async || (!books.told().is_empty()).then_some(())).await;
    running.polls(1, 4).await;
    let told = books.told();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(told[0].modified_at, modified_at);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_ledger_everything_is_told_and_the_ids_make_it_once() {
    let shop = Shop {
        orders: orders(4),
        clock: Some(ago(0)),
        ..Shop::default()
    };
    let running = Running::start(vec![shop]).await;
    let books = &running.books;
    within(async || (books.told().len() >= 4).then_some(())).await;
    books.is_away.store(true, Ordering::Relaxed);
    let before = books.asked.load(Ordering::Relaxed);
    running.shop(1, |shop| {
        shop.orders.push(ShopOrder::new("9", ago(20), "late"));
    });
    within(async || words(&books.told()).contains(&"late").then_some(())).await;
    running.polls(1, 5).await;
    assert!(books.asked.load(Ordering::Relaxed) > before);
    assert_eq!(running.messages("INBOX_STALL").await, 5);
    assert_eq!(books.told().len(), 5);
    let missed = running.store.missed(connection_id(1)).await.unwrap();
    assert_eq!(missed.confirmed, 0, "nobody can tell");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cursor_moves_only_after_the_broker_has_the_page() {
    let shop = Shop {
        clock: Some(ago(0)),
        ..Shop::default()
    };
    let running = Running::start(vec![shop]).await;
    let id = connection_id(1);
    running.polls(1, 1).await;
    running.nats().kill();
    running.shop(1, |shop| {
        shop.clock = Some(ago(0));
        shop.orders = orders(2);
    });
    let store = &running.store;
    let failed = within(async || {
        let state = store.poll_state(id).await.unwrap();
        (state.failures > 0).then_some(state)
    })
    .await;
    assert!(failed.last_failure.unwrap().contains("broker"));
    running.polls(1, 1).await;
    let later = store.poll_state(id).await.unwrap();
    assert_eq!(later.polled_to, failed.polled_to);
    running.nats().restart().unwrap();
    let books = &running.books;
    within(async || (books.told().len() == 2).then_some(())).await;
    within(async || {
        let state = store.poll_state(id).await.unwrap();
        (state.failures == 0 && state.polled_to > failed.polled_to).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_goes_on_with_its_page_after_a_crash() {
    let shop = Shop {
        orders: orders(6),
        clock: Some(ago(0)),
        orders_per_page: 2,
        fails_from_page: Some(2),
        ..Shop::default()
    };
    let mut running = Running::start(vec![shop]).await;
    let id = connection_id(1);
    let store = running.store.clone();
    let underway = within(async || {
        let underway = store.poll_state(id).await.unwrap().underway;
        underway.filter(|underway| underway.next.as_str() == "2")
    })
    .await;
    running.crash().await;
    let asked = running.shop(1, |shop| {
        shop.fails_from_page = None;
        shop.listed.len()
    });
    running.serve().await;
    let books = running.books.clone();
    within(async || (books.told().len() == 6).then_some(())).await;
    let listed = running.shop(1, |shop| shop.listed.clone());
    assert_eq!(listed[asked], (underway.since, Some("2".to_owned())));
    within(async || {
        let state = store.poll_state(id).await.unwrap();
        (state.underway.is_none() && state.polled_to == underway.to).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r_6_changes_that_no_webhook_told_of_are_fetched_and_counted() {
    let shop = Shop {
        clock: Some(ago(0)),
        lists_bodies: false,
        ..Shop::default()
    };
    let running = Running::start(vec![shop, Shop::default()]).await;
    running.polls(1, 1).await;
    // One that is told of by its webhook alone, one by webhook and poll at once, two by no webhook.
    let orders: Vec<ShopOrder> = ["1", "2", "3", "4"]
        .into_iter()
        .map(|id| ShopOrder::new(id, ago(2), "paid"))
        .collect();
    running.post(1, WHOLE, orders[0].body()).await;
    let books = &running.books;
    within(async || (!books.told().is_empty()).then_some(())).await;
    running.shop(1, |shop| {
        shop.clock = Some(ago(0));
        shop.orders = orders;
    });
    running.post(1, HINT, "2".to_owned()).await;
    let id = connection_id(1);
    let store = &running.store;
    let missed = within(async || {
        let missed = store.missed(id).await.unwrap();
        (missed.confirmed >= 2 && missed.suspected == 0).then_some(missed)
    })
    .await;
    running.polls(1, 3).await;
    assert_eq!(store.missed(id).await.unwrap(), missed);
    assert_eq!(missed.confirmed, 2);
    let told = books.told_of(id);
    for order in ["1", "2", "3", "4"] {
        assert!(told.iter().any(|told| told.order == order), "{order}");
    }
    let fetched = running.shop(1, |shop| shop.fetched.clone());
    assert!(fetched.contains(&ShopOrderId::new("3").unwrap()));
    assert_eq!(store.missed(connection_id(2)).await.unwrap().confirmed, 0);
}
