//! What people do to stock: adjustments, goods received, safety stock, and what is oversold.

use std::collections::BTreeSet;

use ledger::desk::Act;
use ledger::store::{self, Asked, AskedItem, AskedLine, Begun};
use prost::Message as _;
use proto::ledger as wire;
use retail::{Quantity, Sku};
use wire::MovementCause as Cause;

use crate::events::{heard, listen};
use crate::order::an_order;
use crate::service::{Ingest, System};
use crate::stockroom::{Stockroom, line, units};
use crate::support::{OTHER_OUTLET, OTHER_RETAILER, OUTLET, RETAILER, a_store, app, id};

#[tokio::test]
async fn r_03_what_people_did_to_stock_is_explained_by_who_and_why() {
    let mut room = Stockroom::with(&["A", "B"]).await;
    let received = room.receive(&[("B", 4), ("A", 10)]).await.unwrap();
    let skus: Vec<&str> = received.lines.iter().map(|line| &*line.sku).collect();
    assert_eq!(skus, ["A", "B"]);
    assert_eq!(received.cause(), Cause::GoodsReceived);
    room.ledger
        .apply_one(&an_order(1).line("A", 3).build())
        .await;
    let damaged = room.adjust(&[("A", -2)]).await.unwrap();
    assert_eq!(damaged.reason(), wire::AdjustmentReason::Damaged);

    let told = room.explain("A").await;
    assert_eq!(units(told.level.unwrap().on_hand), 5);
    let causes: Vec<(Cause, i64, i64)> = told
        .movements
        .iter()
        .map(|movement| {
            (
                movement.cause(),
                units(movement.quantity.clone()),
                units(movement.on_hand_after.clone()),
            )
        })
        .collect();
    let expected = [
        (Cause::Adjustment, -2, 5),
        (Cause::Sale, -3, 7),
        (Cause::GoodsReceived, 10, 10),
        (Cause::Sale, 1, 0),
        (Cause::Sale, -1, -1),
    ];
    assert_eq!(causes, expected);
    for movement in &told.movements {
        let is_sale = movement.cause() == Cause::Sale;
        assert_eq!(movement.entry.is_none(), is_sale);
        assert_eq!(!movement.sale_id.is_empty(), is_sale);
        assert_eq!(movement.delivery.is_some(), is_sale);
    }
    let entry = told.movements[0].entry.clone().unwrap();
    assert_eq!(
        (&*entry.actor, &*entry.note),
        ("Ada", "asked at the counter")
    );
    let without_lines = |entry: &wire::StockEntry| wire::StockEntry {
        lines: Vec::new(),
        ..entry.clone()
    };
    assert_eq!(entry, without_lines(&damaged));
    let entry = told.movements[2].entry.clone().unwrap();
    assert_eq!(entry.reference, "DN-7");
    assert_eq!(entry, without_lines(&received));

    // By itself it tells all that it moved.
    let request = wire::GetStockEntryRequest {
        retailer_id: RETAILER.to_string(),
        entry_id: received.entry_id.clone(),
    };
    let alone = room.client.stock_work.get_stock_entry(request).await;
    assert_eq!(alone.unwrap().into_inner().entry.unwrap(), received);
    room.ledger.assert_sound().await;
}

#[tokio::test]
async fn entries_are_listed_newest_first_by_outlet_and_cause() {
    let mut room = Stockroom::with(&["A"]).await;
    let mut entries = Vec::new();
    for _ in 0..3 {
        entries.push(room.receive(&[("A", 1)]).await.unwrap().entry_id);
        entries.push(room.adjust(&[("A", -1)]).await.unwrap().entry_id);
    }
    let there = room.receive_in(OTHER_OUTLET, &[("A", 1)]).await.unwrap();
    entries.push(there.entry_id.clone());
    entries.reverse();
    let list = |page_size, page_token: &str| wire::ListStockEntriesRequest {
        retailer_id: RETAILER.to_string(),
        page_size,
        page_token: page_token.to_owned(),
        ..Default::default()
    };
    for size in [1, 3, 100] {
        let (mut token, mut seen) = (String::new(), Vec::new());
        loop {
            let page = room
                .client
                .stock_work
                .list_stock_entries(list(size, &token));
            let page = page.await.unwrap().into_inner();
            seen.extend(page.entries.into_iter().map(|entry| entry.entry_id));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, entries, "pages of {size}");
    }
    let here = wire::ListStockEntriesRequest {
        outlet_id: OUTLET.to_string(),
        cause: Cause::Adjustment.into(),
        ..list(0, "")
    };
    let page = room.client.stock_work.list_stock_entries(here).await;
    let adjusted = page.unwrap().into_inner().entries;
    assert_eq!(adjusted.len(), 3);
    assert!(adjusted.iter().all(|entry| entry.lines.is_empty()));
    let foreign = wire::ListStockEntriesRequest {
        retailer_id: OTHER_RETAILER.to_string(),
        ..list(0, "")
    };
    let page = room.client.stock_work.list_stock_entries(foreign).await;
    assert!(page.unwrap().into_inner().entries.is_empty());
}

#[tokio::test]
async fn r_04_oversold_items_are_listed_with_the_orders_that_go_without() {
    let mut room = Stockroom::with(&["A", "B", "C"]).await;
    room.receive(&[("A", 5), ("C", 1)]).await.unwrap();
    // Seven of A, of which there are five: the order placed last, though told first, goes without.
    let order = |id, units| {
        an_order(id)
            .line("A", units)
            .placed(i64::try_from(id).unwrap())
    };
    for order in [
        order(3, 3),
        order(1, 2),
        order(2, 2),
        an_order(4).line("C", 1),
    ] {
        room.ledger.apply_one(&order.build()).await;
    }
    // Of B more was handed over than there was by the books.
    let handed_over = an_order(5).line("B", 2).fulfilled(0, 2).build();
    room.ledger.apply_one(&handed_over).await;
    let oversold = room.oversold().await;
    let levels: Vec<(String, i64, i64)> = oversold
        .iter()
        .map(|oversold| {
            let level = oversold.level.clone().unwrap();
            let unexplained = units(oversold.unexplained.clone());
            (level.sku, units(level.on_hand), unexplained)
        })
        .collect();
    assert_eq!(levels, [("A".into(), -2, 0), ("B".into(), -2, 2)]);
    let orders = |oversold: &wire::OversoldLevel| -> Vec<(String, i64, i64)> {
        let orders = oversold.orders.iter().cloned();
        orders
            .map(|order| {
                (
                    order.receipt_number,
                    units(order.to_hand_over),
                    units(order.missing),
                )
            })
            .collect()
    };
    assert_eq!(orders(&oversold[0]), [("#3".into(), 3, 2)]);
    assert_eq!(orders(&oversold[1]), []);

    // Two more are gone: it falls on the order before, too.
    room.adjust(&[("A", -2)]).await.unwrap();
    let oversold = room.oversold().await;
    let expected = [("#3".into(), 3, 3), ("#2".into(), 2, 1)];
    assert_eq!(orders(&oversold[0]), expected);
    // What is below zero is shown and still sold.
    let more = an_order(6).line("A", 1).placed(9).build();
    room.ledger.apply_one(&more).await;
    assert_eq!(room.on_hand("A").await, -5);
    room.receive(&[("A", 5), ("B", 2)]).await.unwrap();
    assert_eq!(room.oversold().await, []);
    room.ledger.assert_sound().await;
}

#[tokio::test]
async fn oversold_items_are_paged_by_sku_and_outlet() {
    let mut room = Stockroom::with(&["A", "B", "C"]).await;
    room.adjust(&[("A", -1), ("B", -1), ("C", -1)])
        .await
        .unwrap();
    let there = room.adjustment(OTHER_OUTLET, &[("B", -1)]);
    room.client.stock_work.adjust(there).await.unwrap();
    let list = |outlet: &str, page_token: String| wire::ListOversoldRequest {
        retailer_id: RETAILER.to_string(),
        page_size: 1,
        page_token,
        outlet_id: outlet.to_owned(),
    };
    for (outlet, expected) in [
        ("", vec!["A Laurier", "B Laurier", "B Bernard", "C Laurier"]),
        (&*OTHER_OUTLET.to_string(), vec!["B Bernard"]),
        (&*id(13).to_string(), vec![]),
    ] {
        let (mut token, mut seen) = (String::new(), Vec::new());
        loop {
            let page = room.client.stock_work.list_oversold(list(outlet, token));
            let page = page.await.unwrap().into_inner();
            let levels = page.levels.into_iter().filter_map(|level| level.level);
            seen.extend(levels.map(|level| format!("{} {}", level.sku, level.outlet_name)));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, expected, "{outlet}");
    }
}

#[tokio::test]
async fn r_04_safety_stock_is_part_of_the_level_and_moves_nothing() {
    let mut room = Stockroom::with(&["A", "B"]).await;
    room.receive(&[("A", 5)]).await.unwrap();
    let set = room.set_safety(&[("B", 1), ("A", 2)]).await.unwrap();
    let told: Vec<(&str, i64, i64)> = set
        .iter()
        .map(|level| {
            let on_hand = units(level.on_hand.clone());
            (&*level.sku, on_hand, units(level.safety_stock.clone()))
        })
        .collect();
    assert_eq!(told, [("B", 0, 1), ("A", 5, 2)]);
    let level = room.explain("A").await.level.unwrap();
    assert_eq!(level, set[1]);
    assert_eq!(level.version, 4, "two of the sale, one received, and this");
    // A sale leaves it as it is, and takes from it.
    room.ledger
        .apply_one(&an_order(1).line("A", 4).build())
        .await;
    let level = room.explain("A").await.level.unwrap();
    assert_eq!((units(level.on_hand), units(level.safety_stock)), (1, 2));
    room.set_safety(&[("A", 0)]).await.unwrap();
    let level = room.explain("A").await.level.unwrap();
    assert_eq!((units(level.safety_stock), level.version), (0, 6));
    room.ledger.assert_sound().await;
}

fn an_act() -> Act {
    Act {
        request: id(1),
        actor: "Ada".to_owned(),
        note: String::new(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r_04_levels_are_told_with_their_safety_stock() {
    let system = System::new().await;
    let root = system.provision().await;
    let ingest = Ingest::of(&system).await;
    let mut levels = listen(&root, "ledger.stock.changed").await;
    let running = system.serve();
    ingest.send(&an_order(1).line("A", 1).build()).await;
    let first: Vec<wire::StockChanged> = heard(&mut levels, 1).await;
    assert_eq!(
        (
            units(first[0].on_hand.clone()),
            units(first[0].safety_stock.clone())
        ),
        (-1, 0)
    );
    let store = a_store(store::write_pool(&app(&system.database)));
    let asked = Asked::new(
        RETAILER,
        an_act(),
        "test",
        &wire::SetSafetyStockResponse::default(),
    );
    let begun = store.once::<wire::SetSafetyStockResponse>(asked).await;
    let Begun::Now(mut once) = begun.unwrap() else {
        panic!("nobody asked before");
    };
    let three_of_a = AskedLine {
        item: AskedItem::Sku(Sku::new("A").unwrap()),
        quantity: Quantity::units(3).unwrap(),
    };
    once.set_safety_stock(OUTLET, &[three_of_a]).await.unwrap();
    once.finish(&wire::SetSafetyStockResponse::default())
        .await
        .unwrap();
    let next: Vec<wire::StockChanged> = heard(&mut levels, 1).await;
    assert_eq!(
        (
            units(next[0].on_hand.clone()),
            units(next[0].safety_stock.clone())
        ),
        (-1, 3)
    );
    assert_eq!(next[0].version, first[0].version + 1);
    running.kill().await;
}

#[tokio::test]
async fn stock_work_asked_for_again_is_answered_and_not_done_again() {
    let mut room = Stockroom::with(&["A"]).await;
    let request = room.adjustment(OUTLET, &[("A", 4)]);
    let asked: BTreeSet<Vec<u8>> = {
        let mut answers = BTreeSet::new();
        for _ in 0..3 {
            let answer = room.client.stock_work.adjust(request.clone()).await;
            answers.insert(answer.unwrap().into_inner().encode_to_vec());
        }
        answers
    };
    assert_eq!(asked.len(), 1);
    assert_eq!(room.on_hand("A").await, 4);
    let another = wire::AdjustRequest {
        lines: vec![line("A", 5)],
        ..request
    };
    let refused = room.client.stock_work.adjust(another).await.unwrap_err();
    assert_eq!(crate::held::violation(&refused), "request_reused");
    assert_eq!(room.on_hand("A").await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_and_shops_at_once_do_not_wait_in_a_circle_and_lose_nothing() {
    let mut room = Stockroom::with(&["A", "B", "C"]).await;
    let mut working = tokio::task::JoinSet::new();
    for round in 0..8_u64 {
        let mut changes = [("A", 1), ("B", 1), ("C", 1)];
        if round % 2 == 0 {
            changes.reverse();
        }
        let asked: Vec<_> = (0..5).map(|_| room.adjustment(OUTLET, &changes)).collect();
        let mut client = room.client.stock_work.clone();
        working.spawn(async move {
            for request in asked {
                client.adjust(request).await.unwrap();
            }
        });
        let store = room.ledger.store.clone();
        working.spawn(async move {
            for number in 0..5 {
                let order = an_order(100 + round * 10 + number)
                    .line("C", 1)
                    .line("A", 1);
                store.apply(&[order.build()]).await.unwrap();
            }
        });
    }
    while let Some(done) = working.join_next().await {
        done.unwrap();
    }
    for (sku, on_hand) in [("A", 0), ("B", 40), ("C", 0)] {
        assert_eq!(room.on_hand(sku).await, on_hand, "{sku}");
    }
    room.ledger.assert_sound().await;
}
