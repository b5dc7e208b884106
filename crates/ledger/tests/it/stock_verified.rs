//! What people did to stock is recomputed, and every row that was tampered with is named.

use ledger::store::CheckView;

use crate::stockroom::Stockroom;
use crate::support::{OUTLET, RETAILER};

async fn failing(room: &Stockroom) -> Vec<&'static str> {
    let checks = room.ledger.reader.verify(Some(RETAILER.uuid())).await;
    let wrong = |check: CheckView| (check.failure_count > 0).then_some(check.name);
    checks.unwrap().into_iter().filter_map(wrong).collect()
}

#[tokio::test]
async fn verify_names_what_people_did_that_does_not_hold() {
    let mut room = Stockroom::with(&["A", "B"]).await;
    room.receive(&[("A", 9)]).await.unwrap();
    let sent = room.send(&[("A", 2)]).await.unwrap().transfer_id;
    room.arrive(&sent, &[("A", 2)], false).await.unwrap();
    let take = room.start(OUTLET).await.unwrap().stock_take_id;
    room.count(&take, &[("A", 5), ("B", 1)]).await.unwrap();
    room.post(&take).await.unwrap();
    let checks = room.ledger.reader.verify(Some(RETAILER.uuid())).await;
    let of_stock: Vec<(i64, i64)> = checks
        .unwrap()
        .into_iter()
        .rev()
        .take(3)
        .map(|check| (check.examined, check.failure_count))
        .collect();
    assert_eq!(of_stock, [(2, 0), (2, 0), (5, 0)]);

    for (damage, repair, name) in [
        (
            "update ledger.stock_entry set outlet_id = '0195c0de-0000-7000-8000-00000000000c'
                where cause = 'goods_received'",
            "update ledger.stock_entry set outlet_id = '0195c0de-0000-7000-8000-00000000000b'
                where cause = 'goods_received'",
            "entries_move_their_own",
        ),
        (
            "update ledger.item set kind = 'fee', sku = null where sku = 'B'",
            "update ledger.item set kind = 'product', sku = 'B' where kind = 'fee'",
            "entries_move_their_own",
        ),
        (
            "update ledger.transfer set to_outlet_id = '0195c0de-0000-7000-8000-00000000000b'",
            "update ledger.transfer set to_outlet_id = '0195c0de-0000-7000-8000-00000000000c'",
            "transfers_go_where_they_are_sent",
        ),
        (
            "update ledger.stock_take_count set counted_milli = 4000 where counted_milli = 5000",
            "update ledger.stock_take_count set counted_milli = 5000 where counted_milli = 4000",
            "stock_takes_move_differences",
        ),
        (
            "update ledger.stock_take_end set outcome = 'cancelled'",
            "update ledger.stock_take_end set outcome = 'posted'",
            "stock_takes_move_differences",
        ),
    ] {
        room.ledger.sql(damage);
        assert_eq!(failing(&room).await, [name], "{damage}");
        room.ledger.sql(repair);
        assert_eq!(failing(&room).await, Vec::<&str>::new(), "{repair}");
    }
    // Who takes goods from a delivery is found by the level, too.
    room.ledger.sql(
        "update ledger.stock_movement m set quantity_milli = -9000 from ledger.stock_entry e
            where e.entry_id = m.entry_id and e.cause = 'goods_received'",
    );
    let names = ["levels_equal_sums", "entries_move_their_own"];
    assert_eq!(failing(&room).await, names);
}
