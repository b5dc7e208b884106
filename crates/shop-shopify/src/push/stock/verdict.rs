//! What the shop says of the entries of a call that it refused.

use std::collections::BTreeMap;

use shop::push::{PushReason, Refusal, StockOutcome};

use super::super::stop::{UserError, refusal};

pub(super) enum Verdict {
    /// The figure is another than it was compared with.
    Stale,
    /// Not kept at the location, which can be mended once.
    Elsewhere(Refusal),
    Is(StockOutcome),
}

pub(super) fn is_concurrent(error: &UserError) -> bool {
    error.is("IDEMPOTENCY_CONCURRENT_REQUEST")
}

/// Its key was used by a call that came to nothing.
pub(super) fn is_spent_key(error: &UserError) -> bool {
    error.is("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")
}

/// By the place of the entry; of one entry alone the place need not be named. Empty where any error names none: then
/// nobody can tell which entries are right.
pub(super) fn named(errors: &[UserError], entries: usize) -> BTreeMap<usize, Verdict> {
    let of = |error: &UserError| {
        let place = match entries {
            1 => Some(0),
            _ => error.place().filter(|place| *place < entries),
        };
        Some((place?, verdict(error)?))
    };
    errors
        .iter()
        .map(of)
        .collect::<Option<_>>()
        .unwrap_or_default()
}

/// `None`: it is of the call and not of an entry.
fn verdict(error: &UserError) -> Option<Verdict> {
    if error.is("CHANGE_FROM_QUANTITY_STALE") {
        return Some(Verdict::Stale);
    }
    if error.says_missing() {
        return Some(Verdict::Is(StockOutcome::Missing));
    }
    if error.is("INVALID_LOCATION") {
        let why = refusal(PushReason::NotCounted, &error.message);
        return Some(Verdict::Elsewhere(why));
    }
    if is_spent_key(error) {
        return None;
    }
    Some(Verdict::Is(StockOutcome::Refused(error.refusal())))
}
