//! The fifth promise: no shop can hurt another.

use std::time::{Duration, Instant};

use futures::StreamExt as _;

use service_kit::within;

use crate::database::connection_id;
use crate::running::{HOOKS_PER_SECOND, Running, SECRET, ago};
use crate::stall::{HINT, Mood, POISON, Shop, ShopOrder, WHOLE};

/// The connections by what they do.
const WELL: u128 = 1;
const HANGS: u128 = 2;
const FLOODS: u128 = 3;
const POISONS: u128 = 4;

/// Far above what an order takes on an idle machine, far below any time-out that could hold it.
const SOON: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_hanging_one_flooding_and_one_sending_poison_hold_no_other() {
    let in_mood = |mood| Shop {
        mood,
        clock: Some(ago(0)),
        ..Shop::default()
    };
    let flooding = Shop {
        orders: (0..2_000)
            .map(|number| ShopOrder::new(&number.to_string(), ago(60), "paid"))
            .collect(),
        lists_bodies: false,
        orders_per_page: 20,
        ..in_mood(Mood::Well)
    };
    let running = Running::start(vec![
        in_mood(Mood::Well),
        in_mood(Mood::Hangs),
        flooding,
        in_mood(Mood::Panics),
    ])
    .await;
    for number in 0..50 {
        running.post(HANGS, HINT, number.to_string()).await;
        running.post(FLOODS, HINT, number.to_string()).await;
        running.post(POISONS, WHOLE, POISON.to_owned()).await;
        running.post(POISONS, HINT, number.to_string()).await;
    }
    let books = &running.books;
    let id = connection_id(WELL);
    for number in 0..5 {
        // By webhook, by a hint, and by polling alone.
        let order = |kind: &str| ShopOrder::new(&format!("{kind}-{number}"), ago(1), "paid");
        let (sent, hinted, silent) = (order("sent"), order("hinted"), order("silent"));
        running.shop(WELL, |shop| {
            shop.clock = Some(ago(0));
            shop.orders.extend([hinted.clone(), silent.clone()]);
        });
        let began = Instant::now();
        running.post(WELL, WHOLE, sent.body()).await;
        running.post(WELL, HINT, hinted.id.to_string()).await;
        within(async || {
            let told = books.told_of(id);
            [&sent, &hinted, &silent]
                .into_iter()
                .all(|order| told.iter().any(|told| told.order == order.id.as_str()))
                .then_some(())
        })
        .await;
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    }
    let failed = running.store.poll_state(connection_id(POISONS)).await;
    assert!(failed.unwrap().failures > 0);
    assert!(running.shop(FLOODS, |shop| shop.listed.len()) > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_asks_to_be_left_alone_is_left_alone_by_all() {
    let pause = Duration::from_secs(3);
    let shop = Shop {
        orders: vec![ShopOrder::new("1", ago(60), "paid")],
        clock: Some(ago(0)),
        mood: Mood::Busy(pause),
        lists_bodies: false,
        ..Shop::default()
    };
    let running = Running::start(vec![shop]).await;
    running.polls(WELL, 1).await;
    let began = Instant::now();
    let asked = || running.shop(WELL, |shop| shop.listed.len() + shop.fetched.len());
    let before = asked();
    running.shop(WELL, |shop| shop.mood = Mood::Well);
    running.post(WELL, HINT, "1".to_owned()).await;
    let books = &running.books;
    within(async || (asked() > before).then_some(())).await;
    let waited = began.elapsed();
    assert!(waited > pause / 2, "{waited:?}");
    within(async || (!books.told().is_empty()).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_is_turned_away_and_neither_another_shop_nor_a_forger_uses_up_what_a_shop_may_send()
{
    let running = Running::start(vec![Shop::default(), Shop::default()]).await;
    let flood = 60 * HOOKS_PER_SECOND + 50;
    let send = async |connection, by: &'static str, count: usize| {
        let posts = (0..count).map(|number| {
            let order = ShopOrder::new(&number.to_string(), ago(1), "paid");
            running.post_signed(connection, by, WHOLE, order.body())
        });
        futures::stream::iter(posts)
            .buffer_unordered(16)
            .collect::<Vec<u16>>()
            .await
    };
    let forged = send(WELL, "forged", flood).await;
    assert!(forged.iter().all(|status| *status == 401));
    let flooded = send(HANGS, SECRET, flood).await;
    let taken = flooded.iter().filter(|status| **status == 200).count();
    assert!(taken >= 60 * HOOKS_PER_SECOND, "{taken}");
    assert!(flooded.contains(&429), "{taken} of {flood} were taken");
    assert_eq!(send(WELL, SECRET, 5).await, [200; 5]);
}
