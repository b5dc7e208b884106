//! The few fields of a delivery that are read: which order it speaks of, and which shop.

use serde::Deserialize;

use crate::id::Id;

/// The outermost fields of any delivery. Reading it checks the whole body to be JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Envelope {
    /// Of what the topic is about: an order in `orders/*`. Not always a number: some topics have a gid.
    #[serde(deserialize_with = "id_or_nothing")]
    pub(crate) id: Option<Id>,
    /// Of refunds, transactions and fulfilments.
    #[serde(deserialize_with = "id_or_nothing")]
    pub(crate) order_id: Option<Id>,
    /// Of `orders/edited`.
    pub(crate) order_edit: Option<OrderEdit>,
    /// Of the privacy topics.
    pub(crate) shop_domain: Option<String>,
    /// Of `app/uninstalled` and `shop/update`, which are the shop itself.
    pub(crate) myshopify_domain: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct OrderEdit {
    #[serde(deserialize_with = "id_or_nothing")]
    pub(crate) order_id: Option<Id>,
}

/// An id that is none is as good as missing: what it means is decided where it is needed.
fn id_or_nothing<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Id>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Loose {
        Id(Id),
        Other(serde::de::IgnoredAny),
    }
    Ok(match Loose::deserialize(deserializer)? {
        Loose::Id(id) => Some(id),
        Loose::Other(_) => None,
    })
}
