//! Our note on a variation: whose it is, and whether it is put away.

use retail::ItemId;

/// What stands between the item's id and how the variation was shown before.
const PUT_AWAY: &str = "/inactive/";
/// How a variation is shown when it is out of stock, where the store does not say.
const SHOWN: &str = "SHOW";
/// A variation that is out of stock is not shown.
pub(super) const HIDDEN: &str = "HIDE";

/// What stands in a variation's `externalReferenceId`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) item: ItemId,
    /// What it is to be shown as when it is sold again; `None`: it is sold.
    pub(super) put_away: Option<Box<str>>,
}

impl Mark {
    /// `None`: somebody else's note, or none.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (item, put_away) = match text.split_once(PUT_AWAY) {
            Some((item, before)) => (item, Some(before.into())),
            None => (text, None),
        };
        Some(Self {
            item: item.parse().ok()?,
            put_away,
        })
    }

    pub(super) fn sold(item: ItemId) -> Self {
        Self {
            item,
            put_away: None,
        }
    }

    /// `shown` is what it is when it is out of stock, as the store says.
    pub(super) fn put_away(item: ItemId, shown: &str) -> Self {
        Self {
            item,
            put_away: Some(if shown.is_empty() { SHOWN } else { shown }.into()),
        }
    }

    pub(super) fn text(&self) -> String {
        let Self { item, put_away } = self;
        match put_away {
            Some(before) => format!("{item}{PUT_AWAY}{before}"),
            None => item.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_mark_tells_the_item_and_how_it_was_shown() {
        let item = ItemId::new(Uuid::from_u128(7));
        for mark in [
            Mark::sold(item),
            Mark::put_away(item, "ALLOW_PREORDER"),
            Mark::put_away(item, ""),
        ] {
            assert_eq!(Mark::read(&mark.text()), Some(mark));
        }
        assert_eq!(
            Mark::put_away(item, "").text(),
            "00000000-0000-0000-0000-000000000007/inactive/SHOW"
        );
        for text in ["", "pos-variant-1", "/inactive/SHOW"] {
            assert_eq!(Mark::read(text), None, "{text}");
        }
    }
}
