//! Levels are the sums of their movements at every instant, and not only when all is quiet.

use ledger::store;
use proto::ledger as wire;
use proto::ledger::stock_work_client::StockWorkClient;
use proto::ledger::transfers_client::TransfersClient;
use service::access::Authorized;
use sqlx::{Connection as _, Executor as _, PgConnection, Row as _};
use tokio::task::JoinSet;

use crate::held::act;
use crate::order::an_order;
use crate::stockroom::{Stockroom, lines};
use crate::support::{OTHER_OUTLET, OUTLET, RETAILER, a_store, admin, app};

const SKUS: [&str; 6] = ["A", "B", "C", "D", "E", "F"];
/// Those that book what shops say.
const SHOPS: u64 = 12;
/// Those that correct, and those that send to another outlet.
const PEOPLE: u64 = 2;
const WRITERS: u64 = SHOPS + 2 * PEOPLE;
/// Transactions of each.
const TURNS: u64 = 12;

/// What one statement sees: levels that are not their sum, and movements.
struct Sample {
    wrong: i64,
    movements: i64,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn levels_are_sums_at_every_instant_of_a_storm_of_sixteen_writers() {
    assert_eq!(WRITERS, 16);
    let room = Stockroom::with(&SKUS).await;
    let mut writers = JoinSet::new();
    for writer in 0..SHOPS {
        // Each as another process would be: with a pool of its own.
        let store = a_store(store::write_pool(&app(&room.ledger.database)));
        writers.spawn(async move {
            for turn in 0..TURNS {
                let batch = told(writer, turn);
                ledger::consume::book(&store, &batch).await.unwrap();
            }
        });
    }
    for person in 0..PEOPLE {
        writers.spawn(adjusts(room.client.stock_work.clone(), person));
        writers.spawn(sends(room.client.transfers.clone(), PEOPLE + person));
    }

    let mut sampler = PgConnection::connect_with(&admin(&room.ledger.database))
        .await
        .unwrap();
    let mut seen = std::collections::BTreeSet::new();
    while !writers.is_empty() {
        let Sample { wrong, movements } = sample(&mut sampler).await;
        assert_eq!(wrong, 0, "after {movements} movements");
        seen.insert(movements);
        while let Some(ended) = writers.try_join_next() {
            ended.unwrap();
        }
    }
    assert!(seen.len() > 10, "sampled while they wrote: {seen:?}");
    room.ledger.assert_sound().await;
}

/// Orders of all items, in an order of their own; every second turn changes what the one before told.
fn told(writer: u64, turn: u64) -> Vec<ledger::decide::Incoming> {
    let first = 1_000 * (writer + 1) + 10 * (turn / 2);
    (0..3)
        .map(|place| {
            let sku = |more: u64| SKUS[usize::try_from((writer + place + more) % 6).unwrap()];
            let order = an_order(first + place)
                .line(sku(0), 1 + i64::try_from(turn % 3).unwrap())
                .line(sku(1), 2)
                .line(sku(2), 1);
            order.at(i64::try_from(turn % 2).unwrap()).build()
        })
        .collect()
}

async fn adjusts(mut client: StockWorkClient<Authorized>, person: u64) {
    for turn in 0..TURNS {
        let request = wire::AdjustRequest {
            retailer_id: RETAILER.to_string(),
            outlet_id: OUTLET.to_string(),
            lines: lines(&[("C", -1), ("A", 5), ("F", 1)]),
            reason: wire::AdjustmentReason::Damaged.into(),
            act: Some(act(request_id(person, turn))),
        };
        client.adjust(request).await.unwrap();
    }
}

async fn sends(mut client: TransfersClient<Authorized>, person: u64) {
    for turn in 0..TURNS {
        let request = wire::SendTransferRequest {
            retailer_id: RETAILER.to_string(),
            from_outlet_id: OUTLET.to_string(),
            to_outlet_id: OTHER_OUTLET.to_string(),
            lines: lines(&[("F", 1), ("B", 2), ("A", 1)]),
            reference: "W-1".to_owned(),
            act: Some(act(request_id(person, turn))),
        };
        client.send_transfer(request).await.unwrap();
    }
}

fn request_id(person: u64, turn: u64) -> u128 {
    u128::from(1_000 * (person + 1) + turn)
}

async fn sample(database: &mut PgConnection) -> Sample {
    let row = database
        .fetch_one(
            "select count(*) filter (where coalesce(l.on_hand_milli, 0) <> coalesce(m.total, 0)),
                coalesce(sum(m.movements), 0)::bigint
            from ledger.stock_level l
            full join (
                select item_id, outlet_id, sum(quantity_milli) as total, count(*) as movements
                from ledger.stock_movement
                group by item_id, outlet_id
            ) m using (item_id, outlet_id)",
        )
        .await
        .unwrap();
    Sample {
        wrong: row.get(0),
        movements: row.get(1),
    }
}
