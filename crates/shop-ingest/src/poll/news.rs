//! Which of the orders that a shop lists the ledger is to be told. Pure.

use jiff::Timestamp;
use shop::Listed;

use crate::ledger::Known;
use crate::settled::settled;

/// What is to be done about a listed order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// The ledger has heard of this change, settled where it can be.
    None,
    /// Told again: so that polling has the last word, or because nobody knows what the ledger has.
    Again,
    /// The ledger has not heard of this change: either a webhook is on its way, or none will come.
    Unheard,
}

/// Judges an order listed by a shop that was asked at `asked_at` of its own clock. Without `known` the ledger
/// could not be asked; `told` is the order's instant when polling told of it last.
pub(super) fn judge(
    listed: &Listed,
    asked_at: Option<Timestamp>,
    known: Option<&Known>,
    told: Option<Timestamp>,
) -> News {
    let instant = settled(listed.modified_at, asked_at);
    let Some(known) = known else {
        return News::Again;
    };
    match known.get(&listed.order) {
        None => News::Unheard,
        // It could not be read. As it is now it is told once: reading it again would end the same way.
        Some(None) if told == Some(instant) => News::None,
        Some(None) => News::Again,
        Some(Some(newest)) if *newest < listed.modified_at => News::Unheard,
        Some(Some(newest)) if *newest < instant => News::Again,
        Some(Some(_)) => News::None,
    }
}

#[cfg(test)]
mod tests {
    use retail::ShopOrderId;

    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2026-11-22T{time}Z").parse().unwrap()
    }

    #[test]
    fn what_the_ledger_has_not_heard_of_or_not_settled_is_news() {
        let order = ShopOrderId::new("29").unwrap();
        let listed = Listed {
            order: order.clone(),
            placed_at: at("11:00:00"),
            modified_at: at("12:00:05"),
            body: None,
        };
        let (over, not_over) = (Some(at("12:00:06")), Some(at("12:00:05")));
        for (known, asked_at, news) in [
            (None, over, News::Unheard),
            (Some(None), over, News::Again),
            (Some(Some("12:00:04.999")), over, News::Unheard),
            (Some(Some("12:00:05")), over, News::Again),
            (Some(Some("12:00:05")), not_over, News::None),
            (Some(Some("12:00:05")), None, News::None),
            (Some(Some("12:00:05.999")), over, News::None),
            (Some(Some("12:00:05.999")), not_over, News::None),
            (Some(Some("12:00:06")), over, News::None),
        ] {
            let known: Known = known
                .map(|newest| (order.clone(), newest.map(at)))
                .into_iter()
                .collect();
            let found = judge(&listed, asked_at, Some(&known), None);
            assert_eq!(found, news, "{known:?} {asked_at:?}");
        }
        assert_eq!(judge(&listed, over, None, None), News::Again);
        let told = Some(at("12:00:05.999"));
        assert_eq!(judge(&listed, over, None, told), News::Again);
        let unread: Known = [(order, None)].into();
        for (asked_at, told, news) in [
            (over, told, News::None),
            (over, Some(at("12:00:05")), News::Again),
            (not_over, told, News::Again),
        ] {
            assert_eq!(judge(&listed, asked_at, Some(&unread), told), news);
        }
    }
}
