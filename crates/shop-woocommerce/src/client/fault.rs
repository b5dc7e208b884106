//! What a shop has against what it was asked to do.

use bytes::Bytes;
use serde::Deserialize;

use crate::loose::{Object, Scalar};
use crate::text;

/// Most characters of the shop's own words that are kept.
const SAYS_LIMIT_CHARS: usize = 200;

/// An error by which the shop means what it was asked, and not who asks or itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The same in every language.
    pub(crate) code: String,
    pub(crate) status: Option<u16>,
    /// What is in the way: the product that has the SKU, the brand that has the name.
    pub(crate) resource: Option<String>,
    /// For people, in the shop's language. Addresses are left out: they may hold more than a person should see.
    pub(crate) says: String,
}

/// The error as it stands in a body, or in a row of one.
#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
pub(crate) struct RawFault<'a> {
    code: Scalar<'a>,
    message: Scalar<'a>,
    data: Object<RawData<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, bound(deserialize = "'de: 'a"))]
struct RawData<'a> {
    status: Scalar<'a>,
    resource_id: Scalar<'a>,
}

impl Fault {
    /// `None`: the body holds no error.
    pub(super) fn read(body: &Bytes) -> Option<Self> {
        let raw: RawFault<'_> = serde_json::from_slice(body).ok()?;
        (!raw.code.is_empty()).then(|| raw.into())
    }

    /// Whether an answer that is usually the shop's own trouble is about what was asked all the same: something that
    /// is in the trash already, or knows no trash.
    pub(super) fn is_of_what_was_asked(&self) -> bool {
        self.is("woocommerce_rest_trash_not_supported")
    }

    pub(crate) fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// The shop has no such product or variation, or has none any more.
    pub(crate) fn is_of_nothing(&self) -> bool {
        self.code.ends_with("_invalid_id") || self.code.ends_with("_invalid_parent")
    }
}

impl From<RawFault<'_>> for Fault {
    fn from(raw: RawFault<'_>) -> Self {
        let RawFault {
            code,
            message,
            data:
                Object(RawData {
                    status,
                    resource_id,
                }),
        } = raw;
        Self {
            code: text::clean(code.as_str()),
            status: status.as_str().parse().ok(),
            resource: resource_id.id().map(str::to_owned),
            says: without_addresses(&text::unescaped(message.as_str())),
        }
    }
}

fn without_addresses(message: &str) -> String {
    let words = message
        .split(' ')
        .map(|word| if word.contains("://") { "…" } else { word });
    let words: Vec<&str> = words.collect();
    words.join(" ").chars().take(SAYS_LIMIT_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(body: &'static str) -> Fault {
        Fault::read(&Bytes::from_static(body.as_bytes())).unwrap()
    }

    #[test]
    fn captured_errors_say_what_is_in_the_way_and_no_address() {
        let taken = fault(include_str!("../../fixtures/errors/sku-taken.body.json"));
        assert_eq!(
            taken,
            Fault {
                code: "product_invalid_sku".to_owned(),
                status: Some(400),
                resource: Some("11".to_owned()),
                says: "Invalid or duplicated SKU.".to_owned(),
            }
        );
        let image = fault(include_str!(
            "../../fixtures/errors/image-unreachable.body.json"
        ));
        assert!(
            image
                .says
                .starts_with("Error getting remote image … Error: cURL error 7")
        );
        let gone = fault(include_str!(
            "../../fixtures/errors/product-unknown.body.json"
        ));
        assert!(gone.is_of_nothing());
        assert_eq!(Fault::read(&Bytes::from_static(b"<html>")), None);
        assert_eq!(Fault::read(&Bytes::from_static(b"{\"id\":7}")), None);
    }
}
