//! One order that a person asks for (WC-11).

use retail::{ConnectionId, ShopOrderId};

use crate::store::audit::Entry;
use crate::store::{Audited, StoreError};

impl Audited {
    /// Notes that an order is asked for. Nothing else of it is here: it is fetched by way of the inbox.
    pub async fn ask_for_order(
        self,
        connection: ConnectionId,
        order: &ShopOrderId,
    ) -> Result<(), StoreError> {
        self.finish(Entry {
            connection: Some(connection),
            subject: format!("order {order}"),
            ..Entry::default()
        })
        .await
    }
}
