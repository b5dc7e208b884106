//! Where a product is sold, and what filters mean by that (EC-9, EC-13).

/// Where one product is sold (EC-9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sold {
    InStoreOnly,
    OnlineOnly,
    Both,
    Neither,
}

/// Of a filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activity {
    #[default]
    All,
    Active,
    Inactive,
}

/// Of a filter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// In store and online.
    #[default]
    All,
    InStore,
    Online,
}

/// State by channel. Nine can be asked for and seven differ: who wants all of a channel wants all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChannelFilter {
    pub activity: Activity,
    pub place: Place,
}

impl Sold {
    #[must_use]
    pub const fn of(in_store: bool, online: bool) -> Self {
        match (in_store, online) {
            (true, false) => Self::InStoreOnly,
            (false, true) => Self::OnlineOnly,
            (true, true) => Self::Both,
            (false, false) => Self::Neither,
        }
    }

    #[must_use]
    pub const fn is_in_store(self) -> bool {
        match self {
            Self::InStoreOnly | Self::Both => true,
            Self::OnlineOnly | Self::Neither => false,
        }
    }

    #[must_use]
    pub const fn is_online(self) -> bool {
        match self {
            Self::OnlineOnly | Self::Both => true,
            Self::InStoreOnly | Self::Neither => false,
        }
    }
}

impl ChannelFilter {
    /// Whether a product that is sold so passes.
    #[must_use]
    pub const fn passes(self, sold: Sold) -> bool {
        let is_sold = match self.place {
            Place::All => sold.is_in_store() || sold.is_online(),
            Place::InStore => sold.is_in_store(),
            Place::Online => sold.is_online(),
        };
        match self.activity {
            Activity::All => true,
            Activity::Active => is_sold,
            Activity::Inactive => !is_sold,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Activity::{Active, All as Any, Inactive};
    use Place::{All, InStore, Online};
    use Sold::{Both, InStoreOnly, Neither, OnlineOnly};

    #[test]
    fn ec_09_a_product_is_in_store_online_both_or_neither() {
        for (in_store, online, sold) in [
            (true, false, InStoreOnly),
            (false, true, OnlineOnly),
            (true, true, Both),
            (false, false, Neither),
        ] {
            assert_eq!(Sold::of(in_store, online), sold);
            assert_eq!((sold.is_in_store(), sold.is_online()), (in_store, online));
        }
    }

    #[test]
    fn ec_13_a_filter_is_state_by_channel() {
        let all = vec![InStoreOnly, OnlineOnly, Both, Neither];
        for (activity, place, pass) in [
            (Any, All, all.clone()),
            (Any, InStore, all.clone()),
            (Any, Online, all.clone()),
            (Active, All, vec![InStoreOnly, OnlineOnly, Both]),
            (Active, InStore, vec![InStoreOnly, Both]),
            (Active, Online, vec![OnlineOnly, Both]),
            (Inactive, All, vec![Neither]),
            (Inactive, InStore, vec![OnlineOnly, Neither]),
            (Inactive, Online, vec![InStoreOnly, Neither]),
        ] {
            let filter = ChannelFilter { activity, place };
            let passing = all.iter().copied().filter(|sold| filter.passes(*sold));
            assert_eq!(passing.collect::<Vec<_>>(), pass, "{filter:?}");
        }
        assert_eq!(ChannelFilter::default().activity, Any);
    }
}
