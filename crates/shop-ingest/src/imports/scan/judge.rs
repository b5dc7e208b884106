//! What is to come of an order. Pure.

use jiff::{SignedDuration, Timestamp};
use proto::ledger as wire;
use retail::{Order, SaleState};
use shop::{Reading, Reason, Refusal};

use crate::store::Verdict;

/// Whether an order is too old to be imported: exactly as old as the limit it is not (SH-4).
pub(super) fn is_older(placed_at: Timestamp, limit: SignedDuration, now: Timestamp) -> bool {
    now.duration_since(placed_at) > limit
}

/// How far the shop's own word goes.
pub(super) enum Judged {
    /// A whole order: what comes of it the ledger knows.
    AskLedger(Box<Order>),
    Is {
        verdict: Verdict,
        reason: String,
        detail: String,
    },
}

pub(super) fn by_reading(reading: Reading) -> Judged {
    let is = |verdict| Judged::Is {
        verdict,
        reason: String::new(),
        detail: String::new(),
    };
    match reading {
        Reading::Order {
            order,
            status_known,
        } => match order.state {
            SaleState::NotImported if !status_known => is(Verdict::UnknownStatus),
            SaleState::Unfinished
            | SaleState::NotImported
            | SaleState::Closed
            | SaleState::Voided => Judged::AskLedger(order),
        },
        // The shop was asked for the order, and answered with something else.
        Reading::Hint(_) | Reading::Nothing(_) | Reading::Event(_) => is(Verdict::NotImported),
        Reading::Refused(Refusal {
            order: _,
            reason,
            detail,
            outline: _,
        }) => Judged::Is {
            verdict: match reason {
                Reason::NoShippingMethod => Verdict::NoShippingMethod,
                Reason::UnknownStatus => Verdict::UnknownStatus,
                Reason::Unreadable
                | Reason::TotalsMismatch
                | Reason::UnknownCurrency
                | Reason::BadAmount
                | Reason::BadQuantity
                | Reason::TooManyLines
                | Reason::TooLarge => Verdict::Refused,
            },
            reason: reason.as_str().to_owned(),
            detail,
        },
    }
}

/// The ledger's word, with its reason where it cannot book the order.
pub(super) fn by_preview(preview: Option<wire::PreviewedOrder>) -> (Verdict, String, String) {
    let Some(preview) = preview else {
        let detail = "The ledger does not say what would come of it.";
        return (Verdict::Refused, "not_told".to_owned(), detail.to_owned());
    };
    let imported_as = preview.imported_as();
    let wire::PreviewedOrder {
        order_id: _,
        imported_as: _,
        reason,
        detail,
    } = preview;
    let verdict = match imported_as {
        wire::ImportedAs::Made => Verdict::New,
        wire::ImportedAs::Changed => Verdict::Changed,
        wire::ImportedAs::AlreadyRecorded => Verdict::Known,
        wire::ImportedAs::NotImported => Verdict::NotImported,
        wire::ImportedAs::Held => Verdict::Held,
        wire::ImportedAs::Parked if reason == "product_deleted" => Verdict::DeletedProduct,
        wire::ImportedAs::Parked | wire::ImportedAs::Unspecified => Verdict::Refused,
    };
    (verdict, reason, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn previewed(imported_as: wire::ImportedAs, reason: &str) -> Verdict {
        let preview = wire::PreviewedOrder {
            order_id: "1".to_owned(),
            imported_as: imported_as.into(),
            reason: reason.to_owned(),
            detail: String::new(),
        };
        by_preview(Some(preview)).0
    }

    #[test]
    fn sh_04_exactly_sixty_days_is_accepted_and_a_moment_more_is_too_old() {
        let limit = SignedDuration::from_hours(60 * 24);
        let now: Timestamp = "2026-11-22T12:00:00Z".parse().unwrap();
        let moment = SignedDuration::from_nanos(1);
        assert!(!is_older(now - limit, limit, now));
        assert!(is_older(now - limit - moment, limit, now));
        assert!(!is_older(now + limit, limit, now), "clocks differ");
    }

    #[test]
    fn wc_09_a_deleted_product_is_a_verdict_of_its_own() {
        let parked = wire::ImportedAs::Parked;
        assert_eq!(
            previewed(parked, "product_deleted"),
            Verdict::DeletedProduct
        );
        assert_eq!(previewed(parked, "totals_mismatch"), Verdict::Refused);
        assert_eq!(previewed(wire::ImportedAs::Made, ""), Verdict::New);
        assert_eq!(by_preview(None).0, Verdict::Refused);
    }

    #[test]
    fn sh_05_orders_without_shipping_are_counted_by_that_reason() {
        for (reason, expected) in [
            (Reason::NoShippingMethod, Verdict::NoShippingMethod),
            (Reason::UnknownStatus, Verdict::UnknownStatus),
            (Reason::BadAmount, Verdict::Refused),
        ] {
            let refused = Reading::Refused(Refusal {
                order: None,
                reason,
                detail: "why".to_owned(),
                outline: None,
            });
            let Judged::Is {
                verdict,
                reason: code,
                detail,
            } = by_reading(refused)
            else {
                panic!("the ledger is not asked about what cannot be read");
            };
            assert_eq!(
                (verdict, code.as_str(), &*detail),
                (expected, reason.as_str(), "why")
            );
        }
    }
}
