//! Counting what is there.

use proto::ledger as wire;
use tonic::Code;
use wire::StockTakeState as State;

use crate::held::violation;
use crate::order::an_order;
use crate::stockroom::{Stockroom, units};
use crate::support::{OTHER_OUTLET, OTHER_RETAILER, OUTLET, RETAILER, id};

/// Of each SKU: counted, on hand by the books, difference, how often.
fn told(lines: &[wire::StockTakeLine]) -> Vec<(&str, i64, i64, i64, i32)> {
    let lines = lines.iter();
    lines
        .map(|line| {
            let [counted, on_hand, difference] =
                [&line.counted, &line.on_hand, &line.difference].map(|of| units(of.clone()));
            (line.sku.as_str(), counted, on_hand, difference, line.counts)
        })
        .collect()
}

#[tokio::test]
async fn what_is_sold_between_count_and_posting_stays_sold() {
    let mut room = Stockroom::with(&["A", "B", "C", "D"]).await;
    let there = [("A", 10), ("B", 5), ("C", 4), ("D", 7)];
    room.receive(&there).await.unwrap();
    let take = room.start(OUTLET).await.unwrap();
    assert_eq!((take.number, take.state()), (1, State::Open));
    let id = &*take.stock_take_id;
    let counted = room.count(id, &[("C", 4), ("A", 8)]).await.unwrap();
    assert_eq!(told(&counted), [("C", 4, 4, 0, 1), ("A", 8, 10, -2, 1)]);
    room.ledger
        .apply_one(&an_order(1).line("A", 3).line("B", 1).line("D", 1).build())
        .await;
    // Counted after the sale, B is one less already; counted once more, it is the last count that stands.
    room.count(id, &[("B", 9)]).await.unwrap();
    let counted = room.count(id, &[("B", 6)]).await.unwrap();
    assert_eq!(told(&counted), [("B", 6, 4, 2, 2)]);
    room.ledger
        .apply_one(&an_order(2).line("B", 1).build())
        .await;

    let posted = room.post(id).await.unwrap();
    assert_eq!(posted.state(), State::Posted);
    assert_eq!((posted.counted_items, posted.differing_items), (3, 2));
    assert_eq!(
        (&*posted.ended_by, posted.ended_at.is_some()),
        ("Ada", true)
    );
    for (sku, on_hand) in [("A", 5), ("B", 5), ("C", 4), ("D", 6)] {
        assert_eq!(room.on_hand(sku).await, on_hand, "{sku}");
    }
    let newest = room.explain("A").await.movements.remove(0);
    assert_eq!(newest.cause(), wire::MovementCause::StockTake);
    let entry = newest.entry.unwrap();
    assert_eq!(entry.entry_id, take.stock_take_id);
    assert!(
        room.explain("C").await.movements.len() < 4,
        "nothing differed"
    );
    room.ledger.assert_sound().await;
}

#[tokio::test]
async fn one_stock_take_of_an_outlet_is_open_and_none_is_left_out() {
    let mut room = Stockroom::with(&["A"]).await;
    room.receive(&[("A", 3)]).await.unwrap();
    let first = room.start(OUTLET).await.unwrap().stock_take_id;
    let refused = room.start(OUTLET).await.unwrap_err();
    assert_eq!(violation(&refused), "stock_take_open");
    let there = room.start(OTHER_OUTLET).await.unwrap();
    assert_eq!(there.number, 1, "of its outlet");
    room.count(&first, &[("A", 1)]).await.unwrap();
    let cancelled = room.cancel(&first).await.unwrap();
    assert_eq!(cancelled.state(), State::Cancelled);
    assert_eq!(room.on_hand("A").await, 3, "nothing moved");
    let refused = [
        room.count(&first, &[("A", 1)]).await.unwrap_err(),
        room.post(&first).await.unwrap_err(),
        room.cancel(&first).await.unwrap_err(),
    ];
    for refused in refused {
        assert_eq!(violation(&refused), "stock_take_ended");
    }
    let second = room.start(OUTLET).await.unwrap();
    assert_eq!(second.number, 2);
    // What was counted right moves nothing, and leaves no entry.
    room.count(&second.stock_take_id, &[("A", 3)])
        .await
        .unwrap();
    let posted = room.post(&second.stock_take_id).await.unwrap();
    assert_eq!((posted.counted_items, posted.differing_items), (1, 0));
    let entries = "select count(*) from ledger.stock_entry where cause = 'stock_take'";
    assert_eq!(room.ledger.sql(entries), "0");
    assert_eq!(room.start(OUTLET).await.unwrap().number, 3);

    let list = |outlet: &str, page_token| wire::ListStockTakesRequest {
        retailer_id: RETAILER.to_string(),
        page_size: 1,
        page_token,
        outlet_id: outlet.to_owned(),
    };
    for (outlet, expected) in [(String::new(), 4), (OUTLET.to_string(), 3)] {
        let (mut token, mut seen) = (String::new(), Vec::new());
        loop {
            let page = room
                .client
                .stock_takes
                .list_stock_takes(list(&outlet, token));
            let page = page.await.unwrap().into_inner();
            seen.extend(page.stock_takes);
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(seen.len(), expected);
        assert!(seen.is_sorted_by_key(|take| {
            let at = take.started_at.unwrap();
            std::cmp::Reverse((at.seconds, at.nanos))
        }));
    }
    room.ledger.assert_sound().await;
}

#[tokio::test]
async fn what_was_counted_is_listed_by_sku_and_by_what_differs() {
    let mut room = Stockroom::with(&["A", "B", "C"]).await;
    let take = room.start(OUTLET).await.unwrap().stock_take_id;
    let counted = [("C", 2), ("B", 0), ("A", 1)];
    room.count(&take, &counted).await.unwrap();
    for (only_differences, expected) in [(false, vec!["A", "B", "C"]), (true, vec!["A", "C"])] {
        let (mut token, mut seen) = (String::new(), Vec::new());
        loop {
            let asked = wire::ListStockTakeLinesRequest {
                retailer_id: RETAILER.to_string(),
                stock_take_id: take.clone(),
                page_size: 1,
                page_token: token,
                only_differences,
            };
            let page = room.client.stock_takes.list_stock_take_lines(asked).await;
            let page = page.unwrap().into_inner();
            seen.extend(page.lines.into_iter().map(|line| line.sku));
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, expected);
    }
    let foreign = wire::GetStockTakeRequest {
        retailer_id: OTHER_RETAILER.to_string(),
        stock_take_id: take.clone(),
    };
    let refused = room.client.stock_takes.get_stock_take(foreign).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
    let refused = room.start(id(13)).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound, "another retailer's outlet");
    let refused = room.count(&id(99).to_string(), &[("A", 1)]).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
    let refused = room.count(&take, &[("A", -1)]).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_those_who_start_a_stock_take_at_once_one_does() {
    let mut room = Stockroom::with(&["A"]).await;
    let mut starting = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let request = wire::StartStockTakeRequest {
            retailer_id: RETAILER.to_string(),
            outlet_id: OUTLET.to_string(),
            act: Some(room.act()),
        };
        let mut client = room.client.stock_takes.clone();
        starting.spawn(async move { client.start_stock_take(request).await });
    }
    let mut started = 0;
    while let Some(answer) = starting.join_next().await {
        match answer.unwrap() {
            Ok(_) => started += 1,
            Err(refused) => assert_eq!(violation(&refused), "stock_take_open"),
        }
    }
    assert_eq!(started, 1);
}
