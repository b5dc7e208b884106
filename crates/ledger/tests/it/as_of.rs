//! Stock as of an instant.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use ledger::decide::Incoming;
use ledger::store::{self, AsOf, Reader};
use proto::convert::instant_into;
use proto::ledger as wire;
use retail::SaleState;
use service::clock::{Clock as _, SystemClock};
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::task::JoinSet;
use tonic::Code;
use tonic_types::StatusExt as _;
use uuid::Uuid;

use crate::client::Client;
use crate::order::{PLACED_AT, an_order};
use crate::rows_read::{one_connection, rows_read};
use crate::support::{
    Ledger, OTHER_CONNECTION, OTHER_OUTLET, OTHER_RETAILER, OUTLET, RETAILER, admin, app,
};
use crate::till::Till;

const MICROSECOND: SignedDuration = SignedDuration::from_micros(1);

fn asked(at: Timestamp) -> wire::ListLevelsAsOfRequest {
    wire::ListLevelsAsOfRequest {
        retailer_id: RETAILER.to_string(),
        as_of: Some(instant_into(at)),
        ..wire::ListLevelsAsOfRequest::default()
    }
}

fn shown(sku: &str, outlet: &str, on_hand: Option<proto::google::r#type::Decimal>) -> String {
    format!("{sku} {outlet} {}", on_hand.unwrap().value)
}

/// SKU, outlet and what was on hand; all pages.
async fn levels(client: &mut Client, mut asked: wire::ListLevelsAsOfRequest) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let answer = client.stock.list_levels_as_of(asked.clone()).await;
        let wire::ListLevelsAsOfResponse {
            levels,
            next_page_token,
        } = answer.unwrap().into_inner();
        for level in levels {
            all.push(shown(&level.sku, &level.outlet_name, level.on_hand));
        }
        if next_page_token.is_empty() {
            return all;
        }
        asked.page_token = next_page_token;
    }
}

/// As `ListLevels` says them.
async fn levels_now(client: &mut Client) -> Vec<String> {
    let asked = wire::ListLevelsRequest {
        retailer_id: RETAILER.to_string(),
        ..wire::ListLevelsRequest::default()
    };
    let answer = client.stock.list_levels(asked).await.unwrap();
    let levels = answer.into_inner().levels.into_iter();
    levels
        .map(|level| shown(&level.sku, &level.outlet_name, level.on_hand))
        .collect()
}

/// A sale, another one in the other outlet, an edit of the first, the second cancelled: a minute after each other.
/// Gives the moments at which they were booked.
async fn with_a_history() -> (Till, [Timestamp; 4]) {
    let till = Till::new().await;
    let there = |order: crate::order::Builder| order.of(RETAILER, OTHER_CONNECTION);
    let second = |state| there(an_order(2)).line("A", 1).line("B", 2).state(state);
    let told: [Incoming; 4] = [
        an_order(1).line("A", 3).build(),
        second(SaleState::Closed).build(),
        an_order(1).line("A", 5).at(1).build(),
        second(SaleState::Voided).at(1).build(),
    ];
    let mut booked = [Timestamp::UNIX_EPOCH; 4];
    for (message, at) in told.iter().zip(&mut booked) {
        *at = till.clock.now();
        till.ledger.apply_one(message).await;
        till.clock.advance(SignedDuration::from_mins(1));
    }
    (till, booked)
}

#[tokio::test]
async fn r_07_stock_is_told_as_it_was_when_the_ledger_had_booked_so_much() {
    let (mut till, [sold, sold_there, edited, cancelled]) = with_a_history().await;
    let there = ["A Bernard -1", "B Bernard -2"];
    let of = |here: &str, there: [&str; 2]| vec![here.to_owned(), there[0].into(), there[1].into()];
    let first_instant = "0001-01-01T00:00:00Z".parse().unwrap();
    let cases = [
        (first_instant, vec![]),
        // What the shop says was ordered then was not known yet.
        (PLACED_AT, vec![]),
        (sold - MICROSECOND, vec![]),
        (sold, vec!["A Laurier -3".to_owned()]),
        (sold_there - MICROSECOND, vec!["A Laurier -3".to_owned()]),
        (sold_there, of("A Laurier -3", there)),
        (edited - MICROSECOND, of("A Laurier -3", there)),
        (edited, of("A Laurier -5", there)),
        (cancelled - MICROSECOND, of("A Laurier -5", there)),
        (
            cancelled,
            of("A Laurier -5", ["A Bernard 0", "B Bernard 0"]),
        ),
    ];
    for (at, expected) in cases {
        for size in [0, 1, 2] {
            let question = wire::ListLevelsAsOfRequest {
                page_size: size,
                ..asked(at)
            };
            let told = levels(&mut till.client, question).await;
            assert_eq!(told, expected, "{at} in pages of {size}");
        }
    }
    let now = till.clock.now();
    let told = levels(&mut till.client, asked(now - MICROSECOND)).await;
    assert_eq!(told, levels_now(&mut till.client).await);

    let answer = till.client.stock.list_levels_as_of(asked(edited)).await;
    let levels = answer.unwrap().into_inner().levels;
    let moved: Vec<_> = levels.into_iter().map(|level| level.moved_at).collect();
    let there = Some(instant_into(sold_there));
    assert_eq!(moved, [Some(instant_into(edited)), there, there]);
}

#[tokio::test]
async fn r_07_an_outlet_an_item_or_a_sku_may_be_asked_for() {
    let (mut till, [_, _, edited, _]) = with_a_history().await;
    let all = till.client.stock.list_levels_as_of(asked(edited)).await;
    let item = all.unwrap().into_inner().levels[0].item_id.clone();
    let retailer_id = OTHER_RETAILER.to_string();
    let question = asked(edited);
    for (question, expected) in [
        (
            wire::ListLevelsAsOfRequest {
                outlet_id: OTHER_OUTLET.to_string(),
                ..question.clone()
            },
            vec!["A Bernard -1", "B Bernard -2"],
        ),
        (
            wire::ListLevelsAsOfRequest {
                item_id: item.clone(),
                ..question.clone()
            },
            vec!["A Laurier -5", "A Bernard -1"],
        ),
        (
            wire::ListLevelsAsOfRequest {
                item_id: item.clone(),
                outlet_id: OUTLET.to_string(),
                ..question.clone()
            },
            vec!["A Laurier -5"],
        ),
        (
            wire::ListLevelsAsOfRequest {
                sku: "B".to_owned(),
                ..question.clone()
            },
            vec!["B Bernard -2"],
        ),
        (
            wire::ListLevelsAsOfRequest {
                sku: "B".to_owned(),
                item_id: item,
                ..question.clone()
            },
            vec![],
        ),
        (
            wire::ListLevelsAsOfRequest {
                item_id: Uuid::max().to_string(),
                ..question.clone()
            },
            vec![],
        ),
        (
            wire::ListLevelsAsOfRequest {
                retailer_id,
                ..question
            },
            vec![],
        ),
    ] {
        let told = levels(&mut till.client, question.clone()).await;
        assert_eq!(told, expected, "{question:?}");
    }
}

#[tokio::test]
async fn r_07_an_answer_does_not_change_while_the_next_page_is_fetched() {
    let (mut till, [_, _, edited, _]) = with_a_history().await;
    let mut question = asked(edited);
    question.page_size = 1;
    let expected = ["A Laurier -5", "A Bernard -1", "B Bernard -2"];
    let mut told = Vec::new();
    for id in 10.. {
        let page = till.client.stock.list_levels_as_of(question.clone()).await;
        let page = page.unwrap().into_inner();
        for level in page.levels {
            told.push(shown(&level.sku, &level.outlet_name, level.on_hand));
        }
        if page.next_page_token.is_empty() {
            break;
        }
        question.page_token = page.next_page_token;
        let more = an_order(id).line("A", 1).line("AA", 1).line("B", 1);
        till.ledger.apply_one(&more.build()).await;
    }
    assert_eq!(told, expected);

    // A page of one instant is no page of another.
    question.as_of = Some(instant_into(edited - MICROSECOND));
    let refused = till.client.stock.list_levels_as_of(question).await;
    assert_eq!(refused.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn r_07_an_instant_that_is_not_past_or_none_is_refused() {
    let mut till = Till::new().await;
    let now = till.clock.now();
    let instant = |seconds, nanos| Some(prost_types::Timestamp { seconds, nanos });
    for (as_of, reason) in [
        (None, "is missing"),
        (Some(instant_into(now)), "is not past"),
        (Some(instant_into(now + MICROSECOND)), "is not past"),
        (
            Some(instant_into(now + SignedDuration::from_hours(24))),
            "is not past",
        ),
        (instant(-62_135_596_801, 0), "is before the year 1"),
        (instant(i64::MAX, 0), ""),
        (instant(0, 2_000_000_000), ""),
    ] {
        let question = wire::ListLevelsAsOfRequest {
            as_of,
            ..asked(now)
        };
        let refused = till.client.stock.list_levels_as_of(question).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{as_of:?}");
        let violations = refused.get_details_bad_request().unwrap().field_violations;
        assert_eq!(violations[0].field, "as_of");
        assert!(violations[0].description.contains(reason), "{violations:?}");
    }
    assert!(
        levels(&mut till.client, asked(now - MICROSECOND))
            .await
            .is_empty()
    );
}

#[tokio::test]
async fn r_07_movements_are_added_up_without_reading_their_rows() {
    let (till, [_, _, edited, _]) = with_a_history().await;
    let ledger = &till.ledger;
    ledger.sql(
        "insert into ledger.stock_movement
        select r.* from generate_series(1, 20000) n, ledger.stock_movement m,
            jsonb_populate_record(m, jsonb_build_object('movement_id', gen_random_uuid(), 'revision', 10 + n)) r
        where m.quantity_milli = -3000;
        vacuum analyze ledger.stock_movement",
    );
    let pool = one_connection(ledger);
    let reader = Reader::new(pool.clone());
    let asked = AsOf {
        at: edited,
        outlet: None,
        item: None,
        sku: None,
    };
    let before = rows_read(ledger, &pool, &["stock_movement"]).await;
    let levels = reader.levels_as_of(RETAILER, &asked, None, 50).await;
    assert_eq!(levels.unwrap()[0].on_hand.milli(), -5_000 - 20_000 * 3_000);
    let read = rows_read(ledger, &pool, &["stock_movement"]).await - before;
    assert!(read < 100, "{read} rows");
    pool.close().await;
}

/// A ledger one of whose writers has stamped a sale of two and cannot commit while the other connection holds the level.
async fn with_a_slow_writer() -> (Ledger, PgConnection, JoinSet<()>) {
    let ledger = Ledger::new().await;
    ledger.apply_one(&an_order(1).line("A", 1).build()).await;
    let mut other = PgConnection::connect_with(&admin(&ledger.database))
        .await
        .unwrap();
    other.execute("begin").await.unwrap();
    let level = "select from ledger.stock_level for update";
    other.execute(level).await.unwrap();
    let (store, order) = (ledger.store.clone(), an_order(2).line("A", 2).build());
    let mut writing = JoinSet::new();
    writing.spawn(async move {
        store.apply(&[order]).await.unwrap();
    });
    let blocked = "select count(*) from pg_stat_activity
        where datname = current_database() and usename = 'ledger_app' and wait_event_type = 'Lock'";
    while ledger.sql(blocked) == "0" {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    (ledger, other, writing)
}

#[tokio::test]
async fn r_07_what_was_stamped_by_then_is_waited_for_until_it_is_committed() {
    let (ledger, mut other, mut writing) = with_a_slow_writer().await;
    let mut client = Client::of(&ledger).await;
    let now = SystemClock.now();
    // So long ago nothing that runs can have been stamped.
    let long_ago = now - SignedDuration::from_hours(1);
    assert!(levels(&mut client, asked(long_ago)).await.is_empty());

    let mut asking = Box::pin(levels(&mut client, asked(now)));
    let early = tokio::time::timeout(Duration::from_millis(300), &mut asking).await;
    assert!(early.is_err(), "it was answered without the sale");
    other.execute("commit").await.unwrap();
    assert_eq!(asking.await, ["A Laurier -3"]);
    writing.join_next().await.unwrap().unwrap();
    let stamped =
        format!("select count(*) from ledger.stock_movement where recorded_at <= '{now}'");
    assert_eq!(
        ledger.sql(&stamped),
        "2",
        "it was stamped before the question"
    );
}

#[tokio::test]
async fn r_07_an_answer_that_could_still_change_is_not_given() {
    let (ledger, mut other, mut writing) = with_a_slow_writer().await;
    let mut client = Client::of(&ledger).await;
    let refused = client
        .stock
        .list_levels_as_of(asked(SystemClock.now()))
        .await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    assert!(refused.get_details_retry_info().is_some());
    other.execute("rollback").await.unwrap();
    writing.join_next().await.unwrap().unwrap();

    // A long question holds up nobody.
    let questions = store::own_read_pool(&app(&ledger.database));
    let question = questions.begin().await.unwrap();
    let told = levels(&mut client, asked(SystemClock.now())).await;
    assert_eq!(told, ["A Laurier -3"]);
    question.rollback().await.unwrap();
    questions.close().await;
}
