//! What is forgotten, and what never is.

use jiff::SignedDuration;
use proto::ledger as wire;
use retail::SaleState;

use crate::client::Client;
use crate::order::{PLACED_AT, an_order};
use crate::support::{CONNECTION, Ledger, RETAILER};

async fn receipt(client: &mut Client, order: &str) -> wire::GetReceiptResponse {
    let request = wire::GetReceiptRequest {
        retailer_id: RETAILER.to_string(),
        connection_id: CONNECTION.to_string(),
        order_id: order.to_owned(),
    };
    client
        .orders
        .get_receipt(request)
        .await
        .unwrap()
        .into_inner()
}

/// Outcomes of the deliveries that are listed.
fn outcomes(receipt: &wire::GetReceiptResponse) -> Vec<wire::DeliveryOutcome> {
    receipt
        .deliveries
        .iter()
        .map(wire::ReceivedDelivery::outcome)
        .collect()
}

#[tokio::test]
async fn r_01_and_r_03_repeats_are_forgotten_and_the_reason_for_a_number_never_is() {
    use wire::DeliveryOutcome::{AlreadyRecorded, NotImported, Recorded};
    let ledger = Ledger::new().await;
    let first = an_order(1).line("A", 2);
    let edited = first.clone().line("B", 1).at(5);
    let draft = an_order(2).state(SaleState::NotImported);
    for (place, order) in [&first, &first, &edited, &first, &edited]
        .into_iter()
        .enumerate()
    {
        let delivery = format!("d{place}");
        ledger
            .apply_one(&order.clone().delivery(&delivery).build())
            .await;
    }
    ledger.apply_one(&draft.build()).await;
    let mut client = Client::of(&ledger).await;
    let before = receipt(&mut client, "1").await;
    assert_eq!(
        outcomes(&before),
        [
            Recorded,
            AlreadyRecorded,
            Recorded,
            AlreadyRecorded,
            AlreadyRecorded
        ]
    );

    let long_ago = PLACED_AT - SignedDuration::from_hours(24);
    assert_eq!(ledger.store.forget_repeats(long_ago).await.unwrap(), 0);
    let later = PLACED_AT + SignedDuration::from_hours(24 * 10_000);
    assert_eq!(ledger.store.forget_repeats(later).await.unwrap(), 3);
    assert_eq!(ledger.store.forget_repeats(later).await.unwrap(), 0);

    let after = receipt(&mut client, "1").await;
    assert_eq!(outcomes(&after), [Recorded, Recorded]);
    assert_eq!(
        (before.forgotten_deliveries, after.forgotten_deliveries),
        (0, 3)
    );
    assert_eq!(
        (&after.sale, &after.movements),
        (&before.sale, &before.movements)
    );
    let causes = after
        .movements
        .iter()
        .all(|movement| movement.delivery.is_some());
    assert!(
        causes && after.movements.len() == 2,
        "{:?}",
        after.movements
    );
    assert_eq!(outcomes(&receipt(&mut client, "2").await), [NotImported]);
    ledger.assert_sound().await;

    // A repeat that comes again after that repeats still.
    ledger.apply_one(&first.delivery("d1").build()).await;
    let again = receipt(&mut client, "1").await;
    assert_eq!(
        (outcomes(&again).len(), &again.movements),
        (3, &before.movements)
    );
}
