//! Goods on their way from one outlet to another.

use proto::ledger as wire;
use tonic::Code;
use wire::MovementCause as Cause;
use wire::TransferState as State;

use crate::held::violation;
use crate::stockroom::{Stockroom, units};
use crate::support::{OTHER_OUTLET, OTHER_RETAILER, OUTLET, RETAILER, id};

/// Of each SKU: sent, received, in transit, short, over.
fn told(transfer: &wire::Transfer) -> Vec<(&str, [i64; 5])> {
    let lines = transfer.lines.iter();
    lines
        .map(|line| {
            let wire::TransferLine {
                item_id: _,
                sku,
                name: _,
                sent,
                received,
                in_transit,
                short,
                over,
            } = line;
            let all = [sent, received, in_transit, short, over];
            (sku.as_str(), all.map(|quantity| units(quantity.clone())))
        })
        .collect()
}

async fn levels(room: &Stockroom, sku: &str) -> (i64, i64) {
    let there = room.ledger.on_hand(sku, OTHER_OUTLET).await.unwrap_or(0);
    (room.on_hand(sku).await, there)
}

#[tokio::test]
async fn what_is_sent_leaves_and_what_is_received_arrives() {
    let mut room = Stockroom::with(&["A", "B", "C"]).await;
    room.receive(&[("A", 6), ("B", 1)]).await.unwrap();
    let sent = room.send(&[("B", 2), ("A", 5)]).await.unwrap();
    assert_eq!(sent.state(), State::InTransit);
    let expected = [("A", [5, 0, 5, 0, 0]), ("B", [2, 0, 2, 0, 0])];
    assert_eq!(told(&sent), expected);
    assert_eq!(levels(&room, "A").await, (1, 0));
    assert_eq!(levels(&room, "B").await, (-1, 0), "shown, never refused");

    let transfer = &*sent.transfer_id;
    let some = room.arrive(transfer, &[("A", 3)], true).await.unwrap();
    assert_eq!(
        (some.state(), some.has_differences),
        (State::InTransit, false)
    );
    let expected = [("A", [5, 3, 2, 0, 0]), ("B", [2, 0, 2, 0, 0])];
    assert_eq!(told(&some), expected);
    assert_eq!(levels(&room, "A").await, (1, 3));

    let rest = &[("A", 1), ("B", 3), ("C", 1)];
    let all = room.arrive(transfer, rest, false).await.unwrap();
    assert_eq!((all.state(), all.has_differences), (State::Received, true));
    let expected = [
        ("A", [5, 4, 0, 1, 0]),
        ("B", [2, 3, 0, 0, 1]),
        ("C", [0, 1, 0, 0, 1]),
    ];
    assert_eq!(told(&all), expected);
    assert_eq!(levels(&room, "A").await, (1, 4));
    assert_eq!(levels(&room, "C").await, (0, 1));
    assert_eq!(all.receipts.len(), 2);
    let of_it = |receipt: &wire::StockEntry| {
        receipt.transfer_id == sent.transfer_id && receipt.cause() == Cause::TransferReceived
    };
    assert!(all.receipts.iter().all(of_it));
    let movements = room.explain("A").await.movements;
    let entry = movements[0].entry.clone().unwrap();
    assert_eq!(movements[0].cause(), Cause::TransferSent);
    assert_eq!(
        (&entry.transfer_id, &entry.reference),
        (&sent.transfer_id, &sent.reference)
    );

    let late = room.arrive(transfer, &[("A", 1)], false).await;
    assert_eq!(violation(&late.unwrap_err()), "transfer_received");
    let request = wire::GetTransferRequest {
        retailer_id: RETAILER.to_string(),
        transfer_id: sent.transfer_id.clone(),
    };
    let found = room.client.transfers.get_transfer(request).await.unwrap();
    assert_eq!(found.into_inner().transfer.unwrap(), all);
    room.ledger.assert_sound().await;
}

#[tokio::test]
async fn transfers_are_listed_by_outlet_state_and_differences() {
    let mut room = Stockroom::with(&["A"]).await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(room.send(&[("A", 2)]).await.unwrap().transfer_id);
    }
    room.arrive(&ids[1], &[("A", 2)], false).await.unwrap();
    room.arrive(&ids[2], &[], false).await.unwrap();
    room.arrive(&ids[3], &[("A", 3)], true).await.unwrap();
    let all = wire::ListTransfersRequest {
        retailer_id: RETAILER.to_string(),
        page_size: 1,
        ..Default::default()
    };
    let in_state = |state: State| wire::ListTransfersRequest {
        state: state.into(),
        ..all.clone()
    };
    let of_outlet = |outlet: uuid::Uuid| wire::ListTransfersRequest {
        outlet_id: outlet.to_string(),
        ..all.clone()
    };
    let differing = wire::ListTransfersRequest {
        only_differences: true,
        ..all.clone()
    };
    let foreign = wire::ListTransfersRequest {
        retailer_id: OTHER_RETAILER.to_string(),
        ..all.clone()
    };
    for (request, expected) in [
        (all.clone(), vec![3, 2, 1, 0]),
        (in_state(State::InTransit), vec![3, 0]),
        (in_state(State::Received), vec![2, 1]),
        (of_outlet(OUTLET), vec![3, 2, 1, 0]),
        (of_outlet(OTHER_OUTLET), vec![3, 2, 1, 0]),
        (of_outlet(id(13)), vec![]),
        (differing, vec![3, 2]),
        (foreign, vec![]),
    ] {
        let (mut token, mut seen) = (String::new(), Vec::new());
        loop {
            let asked = wire::ListTransfersRequest {
                page_token: token,
                ..request.clone()
            };
            let page = room.client.transfers.list_transfers(asked).await.unwrap();
            let page = page.into_inner();
            seen.extend(
                page.transfers
                    .into_iter()
                    .map(|transfer| transfer.transfer_id),
            );
            token = page.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        let expected: Vec<String> = expected
            .into_iter()
            .map(|place: usize| ids[place].clone())
            .collect();
        assert_eq!(seen, expected, "{request:?}");
    }
}

#[tokio::test]
async fn transfers_that_make_no_sense_are_refused_and_leave_nothing() {
    let mut room = Stockroom::with(&["A"]).await;
    let before = room.ledger.levels().await;
    let nowhere = wire::SendTransferRequest {
        to_outlet_id: OUTLET.to_string(),
        ..room.transfer(&[("A", 1)])
    };
    let refused = room.client.transfers.send_transfer(nowhere).await;
    assert_eq!(refused.unwrap_err().code(), Code::InvalidArgument);
    for outlet in [id(13), id(99)] {
        let foreign = wire::SendTransferRequest {
            to_outlet_id: outlet.to_string(),
            ..room.transfer(&[("A", 1)])
        };
        let refused = room.client.transfers.send_transfer(foreign).await;
        assert_eq!(refused.unwrap_err().code(), Code::NotFound);
    }
    for (lines, code) in [
        (vec![], Code::InvalidArgument),
        (vec![("A", 0)], Code::InvalidArgument),
        (vec![("A", -1)], Code::InvalidArgument),
        (vec![("A", 1), ("A", 1)], Code::InvalidArgument),
        (vec![("Z", 1)], Code::NotFound),
    ] {
        assert_eq!(room.send(&lines).await.unwrap_err().code(), code);
    }
    assert_eq!(room.ledger.levels().await, before);
    let sent = room.send(&[("A", 1)]).await.unwrap();
    let refused = room.arrive(&sent.transfer_id, &[], true).await;
    assert_eq!(refused.unwrap_err().code(), Code::InvalidArgument);
    let refused = room.arrive(&id(99).to_string(), &[("A", 1)], true).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
    let entry = room.receive(&[("A", 1)]).await.unwrap().entry_id;
    let refused = room.arrive(&entry, &[("A", 1)], true).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound, "no transfer");
    let foreign = wire::GetTransferRequest {
        retailer_id: OTHER_RETAILER.to_string(),
        transfer_id: sent.transfer_id,
    };
    let refused = room.client.transfers.get_transfer(foreign).await;
    assert_eq!(refused.unwrap_err().code(), Code::NotFound);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_those_who_receive_the_rest_at_once_one_does() {
    let mut room = Stockroom::with(&["A"]).await;
    let sent = room.send(&[("A", 2)]).await.unwrap();
    let mut receiving = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let request = wire::ReceiveTransferRequest {
            retailer_id: RETAILER.to_string(),
            transfer_id: sent.transfer_id.clone(),
            lines: crate::stockroom::lines(&[("A", 2)]),
            more_to_come: false,
            act: Some(room.act()),
        };
        let mut client = room.client.transfers.clone();
        receiving.spawn(async move { client.receive_transfer(request).await });
    }
    let mut received = 0;
    while let Some(answer) = receiving.join_next().await {
        match answer.unwrap() {
            Ok(_) => received += 1,
            Err(refused) => assert_eq!(violation(&refused), "transfer_received"),
        }
    }
    assert_eq!(received, 1);
    assert_eq!(levels(&room, "A").await, (-2, 2));
    room.ledger.assert_sound().await;
}
