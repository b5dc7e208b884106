//! Telling the ledger.

use std::fmt::Write as _;
use std::sync::Arc;

use bus::{Message, Publisher, subject};
use prost::Message as _;
use proto::convert::{instant_into, order_into, outline_into};
use proto::order as wire;
use retail::{Customer, ImportId, Order, OrderKey, Version};
use service::seal::Keyring;
use shop::{Connection, Refusal};

use crate::reading::Origin;

/// The way to the ledger.
#[derive(Clone)]
pub(crate) struct Orders {
    pub(crate) publisher: Publisher,
    pub(crate) keyring: Arc<Keyring>,
}

impl Orders {
    /// The message with one snapshot. The same version published again within the broker's memory is one message.
    pub(crate) fn snapshot(
        &self,
        connection: &Connection,
        origin: &Origin,
        order: &Order,
    ) -> Message {
        let id = message_id(&order.key, order.version);
        message(connection, origin, None, self.body(order), &id)
    }

    /// The same, brought by an import: another message for the broker, though the version be the same.
    pub(crate) fn imported_snapshot(
        &self,
        connection: &Connection,
        origin: &Origin,
        import: ImportId,
        order: &Order,
    ) -> Message {
        let id = format!("{import}:{}", message_id(&order.key, order.version));
        message(connection, origin, Some(import), self.body(order), &id)
    }

    /// The message that an order of an import cannot be read, and why: the ledger parks it.
    pub(crate) fn imported_refusal(
        connection: &Connection,
        origin: &Origin,
        import: ImportId,
        refusal: &Refusal,
    ) -> Message {
        let id = format!("refused:{}", origin.delivery_id);
        message(connection, origin, Some(import), refused(refusal), &id)
    }

    /// What the ledger is asked about, without the customer: whom an order is of moves no stock.
    pub(crate) fn previewed(connection: &Connection, order: &Order) -> wire::OrderMessage {
        wire::OrderMessage {
            retailer_id: connection.retailer.to_string(),
            connection_id: connection.id.to_string(),
            delivery: Some(wire::Delivery {
                delivery_id: "preview".to_owned(),
                received_at: Some(instant_into(order.version.modified_at)),
                topic: "preview".to_owned(),
            }),
            body: Some(wire::order_message::Body::Order(Box::new(order_into(
                order,
                Vec::new(),
            )))),
            import_id: String::new(),
        }
    }

    /// The message that an order could not be read, and why: the ledger parks it.
    pub(crate) fn refusal(connection: &Connection, origin: &Origin, refusal: &Refusal) -> Message {
        let id = format!("refused:{}", origin.delivery_id);
        message(connection, origin, None, refused(refusal), &id)
    }

    fn body(&self, order: &Order) -> wire::order_message::Body {
        let sealed = match &order.customer {
            Some(customer) => self.sealed(&order.key, customer),
            None => Vec::new(),
        };
        wire::order_message::Body::Order(Box::new(order_into(order, sealed)))
    }

    fn sealed(&self, key: &OrderKey, customer: &Customer) -> Vec<u8> {
        let Customer { email, name, phone } = customer.clone();
        let plain = wire::Customer { email, name, phone }.encode_to_vec();
        let OrderKey { connection, order } = key;
        self.keyring
            .seal(format!("{connection}/{order}").as_bytes(), &plain)
    }
}

fn refused(refusal: &Refusal) -> wire::order_message::Body {
    let Refusal {
        order,
        reason,
        detail,
        outline,
    } = refusal;
    wire::order_message::Body::Refused(wire::Refused {
        order_id: order.as_ref().map(ToString::to_string).unwrap_or_default(),
        reason: reason.as_str().to_owned(),
        detail: detail.clone(),
        outline: outline.as_deref().map(outline_into),
    })
}

fn message(
    connection: &Connection,
    origin: &Origin,
    import: Option<ImportId>,
    body: wire::order_message::Body,
    id: &str,
) -> Message {
    let Origin {
        delivery_id,
        received_at,
        topic,
        came: _,
    } = origin.clone();
    let payload = wire::OrderMessage {
        retailer_id: connection.retailer.to_string(),
        connection_id: connection.id.to_string(),
        delivery: Some(wire::Delivery {
            delivery_id,
            received_at,
            topic,
        }),
        body: Some(body),
        import_id: import.map(|id| id.to_string()).unwrap_or_default(),
    };
    let subject = subject::order(connection.retailer, connection.id);
    // Without one the ledger, which knows versions, still applies it once.
    Message::new(subject, payload.encode_to_vec()).with_text_id(id)
}

/// Connection, order and version: what makes one snapshot different from another.
fn message_id(key: &OrderKey, version: Version) -> String {
    /// Of the content's hash: enough to tell versions of one second apart.
    const HASH_BYTES: usize = 16;

    let OrderKey { connection, order } = key;
    let Version {
        modified_at,
        content,
    } = version;
    let mut id = format!("{connection}:{order}:{}:", modified_at.as_millisecond());
    for byte in content.bytes().iter().take(HASH_BYTES) {
        write!(id, "{byte:02x}").expect("a string takes what is written to it");
    }
    id
}
