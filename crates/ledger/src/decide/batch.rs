//! Messages grouped by the order they speak of, in the one order in which everything is locked.

use std::collections::{BTreeMap, HashMap};

use retail::{ConnectionId, ShopOrderId};

use super::{Connection, Incoming, Outcome};

/// The messages of a batch that speak of known connections.
#[derive(Debug)]
pub struct Batch<'a> {
    /// Sorted by connection and order.
    pub groups: Vec<Group<'a>>,
    /// Messages that do not even tell their order.
    pub strays: Vec<Stray<'a>>,
    /// What is already clear of each message, by its place in the batch; `None` is still to be decided.
    pub outcomes: Vec<Option<Outcome>>,
}

/// One order's messages, by arrival.
#[derive(Debug)]
pub struct Group<'a> {
    pub connection: ConnectionId,
    pub order: &'a ShopOrderId,
    pub settings: Connection,
    /// Each with its place in the batch.
    pub messages: Vec<(usize, &'a Incoming)>,
}

/// A message without an order.
#[derive(Debug)]
pub struct Stray<'a> {
    pub settings: Connection,
    pub place: usize,
    pub message: &'a Incoming,
}

impl<'a> Batch<'a> {
    #[must_use]
    pub fn new(incoming: &'a [Incoming], connections: &HashMap<ConnectionId, Connection>) -> Self {
        let mut outcomes = vec![None; incoming.len()];
        let mut groups: BTreeMap<(ConnectionId, &ShopOrderId), Group<'_>> = BTreeMap::new();
        let mut strays = Vec::new();
        for (place, message) in incoming.iter().enumerate() {
            let connection = message.connection;
            // A connection of another retailer is as good as none: the message is not what it says.
            let Some(settings) = connections
                .get(&connection)
                .filter(|settings| settings.retailer == message.retailer)
            else {
                outcomes[place] = Some(Outcome::UnknownConnection);
                continue;
            };
            match message.order_id() {
                None => strays.push(Stray {
                    settings: *settings,
                    place,
                    message,
                }),
                Some(order) => groups
                    .entry((connection, order))
                    .or_insert_with(|| Group {
                        connection,
                        order,
                        settings: *settings,
                        messages: Vec::with_capacity(1),
                    })
                    .messages
                    .push((place, message)),
            }
        }
        Self {
            groups: groups.into_values().collect(),
            strays,
            outcomes,
        }
    }
}
