//! What ingest tells the ledger.

use prost::Message as _;
use proto::convert::{order_from, order_into};
use retail::{ConnectionId, Customer, Order};

/// An order that decodes is the same when it is sent again.
pub fn order_message(input: &[u8]) {
    let Ok(message) = proto::order::Order::decode(input) else {
        return;
    };
    let connection = ConnectionId::new(uuid::Uuid::from_u128(7));
    let Ok(order) = order_from(connection, message, None::<Customer>) else {
        return;
    };
    let again = order_into(&order, Vec::new()).encode_to_vec();
    let again =
        proto::order::Order::decode(&*again).map(|again| order_from(connection, again, None));
    assert!(
        matches!(&again, Ok(Ok(again)) if *again == order),
        "{order:?} was sent again as {again:?}"
    );
}

pub fn seeds(orders: &[Order]) -> Vec<Vec<u8>> {
    let orders = orders.iter();
    orders
        .map(|order| order_into(order, Vec::new()).encode_to_vec())
        .collect()
}
