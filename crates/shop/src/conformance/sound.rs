use retail::posting::{OrderUpdates, Policy, Posting, Refusal, post};
use retail::{ItemId, MoneyError, Order, Quantity, QuantityError, StockRule};
use uuid::Uuid;

use crate::{Connection, Platform, Reading, Source, content_hash};

/// Reads `body`, whatever it is, and checks what must hold of every reading: the same bytes read the same, and an
/// order is one that the ledger can book, or park for what the shop itself says wrong. The reading.
pub fn sound(
    platform: &dyn Platform,
    connection: &Connection,
    source: Source<'_>,
    body: &[u8],
) -> Reading {
    let reading = platform.read(connection, source, body);
    assert_eq!(
        reading,
        platform.read(connection, source, body),
        "the same bytes read differently"
    );
    if let Reading::Order {
        order,
        status_known,
    } = &reading
    {
        assert!(
            *status_known || !order.state.is_imported(),
            "a status that is not known makes a sale"
        );
        bookable(connection, order);
    }
    reading
}

fn bookable(connection: &Connection, order: &Order) {
    assert_eq!(
        order.key.connection, connection.id,
        "order of another connection"
    );
    assert_eq!(
        order.version.content,
        content_hash(order),
        "content was hashed before it was complete"
    );
    for line in &order.lines {
        assert!(
            line.restocked >= Quantity::ZERO,
            "restocked is negative: {line:?}"
        );
    }
    let items: Vec<ItemId> = (1..=order.lines.len())
        .map(|n| ItemId::new(Uuid::from_u128(n as u128)))
        .collect();
    let policy = Policy {
        updates: OrderUpdates::Apply,
        stock_rule: StockRule::AtOrder,
    };
    match post(None, policy, order, &items) {
        Ok(Posting::Record(_)) => assert!(order.state.is_imported()),
        Ok(Posting::NotImported { .. }) => assert!(!order.state.is_imported()),
        Ok(Posting::AlreadyRecorded | Posting::Held | Posting::Repoint(_)) => {
            panic!("an order that nobody knows yet has a history")
        }
        // What a shop says can be more than can be booked, or contradict itself: the ledger parks it.
        Err(
            Refusal::LineTwice(_)
            | Refusal::PaymentTwice(_)
            | Refusal::RestockExceedsQuantity(_)
            | Refusal::Money(MoneyError::Overflow)
            | Refusal::Quantity(QuantityError::Overflow),
        ) => {}
        Err(refusal) => panic!("order cannot be booked: {refusal}: {order:#?}"),
    }
}
