//! Why a shop does not take a row, in words for people.

use shop::push::{Outcome, PushReason, Refusal};

use crate::client::Fault;

/// What became of a row that the shop has something against.
pub(super) fn outcome<T>(fault: Fault) -> Outcome<T> {
    if fault.is_of_nothing() {
        return Outcome::Missing;
    }
    Outcome::Refused(refusal(fault))
}

/// By the error's code: its words are in the shop's language.
pub(super) fn refusal(fault: Fault) -> Refusal {
    let Fault {
        code,
        status,
        resource,
        says,
    } = fault;
    let why = match code.as_str() {
        "product_invalid_sku" => PushReason::SkuTaken,
        "product_invalid_global_unique_id" if resource.is_some() => PushReason::BarcodeTaken,
        // What is in the trash keeps its SKU, and the shop does not say who has it.
        code if code.ends_with("_not_created") => PushReason::SkuTaken,
        code if code.contains("_image") => PushReason::Image,
        _ if matches!(status, Some(401 | 403)) => PushReason::NotAllowed,
        _ => PushReason::Invalid,
    };
    Refusal {
        why,
        says: if says.is_empty() {
            code.into()
        } else {
            says.into()
        },
    }
}

/// Ours, before anything was asked.
pub(super) fn refused<T>(why: PushReason, says: &str) -> Outcome<T> {
    Outcome::Refused(Refusal {
        why,
        says: says.into(),
    })
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::client::RawFault;

    fn why(body: &'static str) -> Option<PushReason> {
        let body = Bytes::from_static(body.as_bytes());
        let raw: RawFault<'_> = serde_json::from_slice(&body).unwrap();
        match outcome::<()>(raw.into()) {
            Outcome::Done(()) => unreachable!("a fault is never done"),
            Outcome::Missing => None,
            Outcome::Refused(refusal) => {
                assert!(!refusal.says.is_empty());
                Some(refusal.why)
            }
        }
    }

    #[test]
    fn captured_refusals_say_what_a_person_can_do() {
        for (body, expected) in [
            (
                include_str!("../../fixtures/errors/sku-taken.body.json"),
                Some(PushReason::SkuTaken),
            ),
            (
                include_str!("../../fixtures/errors/sku-taken-variation.body.json"),
                Some(PushReason::SkuTaken),
            ),
            (
                include_str!("../../fixtures/errors/gtin-taken.body.json"),
                Some(PushReason::BarcodeTaken),
            ),
            (
                include_str!("../../fixtures/errors/image-unreachable.body.json"),
                Some(PushReason::Image),
            ),
            (
                include_str!("../../fixtures/errors/image-not-a-picture.body.json"),
                Some(PushReason::Image),
            ),
            (
                include_str!("../../fixtures/errors/product-unknown.body.json"),
                None,
            ),
            (
                include_str!("../../fixtures/errors/variation-of-other-product.body.json"),
                None,
            ),
            (
                r#"{"code":"woocommerce_rest_product_not_created","data":{"status":400}}"#,
                Some(PushReason::SkuTaken),
            ),
            (
                r#"{"code":"product_invalid_global_unique_id","message":"Only digits.","data":{"status":400}}"#,
                Some(PushReason::Invalid),
            ),
            (
                r#"{"code":"woocommerce_rest_cannot_edit","data":{"status":403}}"#,
                Some(PushReason::NotAllowed),
            ),
        ] {
            assert_eq!(why(body), expected, "{body}");
        }
    }
}
