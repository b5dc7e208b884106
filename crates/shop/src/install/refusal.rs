//! Why a shop is not linked, in words that a shopkeeper can act on.

/// The cases that differ in what is to be done. Messages quote nothing that came from outside.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstallRefusal {
    #[error(
        "Comptoir is not registered as an app with this platform yet: whoever runs it has to enter the app's id and secret."
    )]
    NoApp,
    #[error("That is not the name of a shop on this platform.")]
    NotAShop,
    /// One case for every kind of forgery: who forges learns nothing.
    #[error("What came back was not sent by the shop. Please begin again.")]
    NotAuthentic,
    #[error("The answer came too late. Please begin again.")]
    TooLate,
    #[error("Access was declined in the shop.")]
    Declined,
    #[error(
        "The answer is of another shop than the one that was to be linked. Please sign in to the right shop, and begin again."
    )]
    OtherShop,
    /// Names of rights, in the platform's words.
    #[error(
        "The shop did not allow all that is needed: {} is missing. Please begin again and agree to everything.",
        .0.join(", ")
    )]
    RightsMissing(Vec<String>),
    #[error("The shop no longer accepts this agreement. Please begin again.")]
    Spent,
    #[error("The shop does not answer. Please begin again in a few minutes.")]
    Away,
    /// What is wrong, without a word of the server's.
    #[error(
        "Comptoir cannot connect to the shop securely: {0}. Please have that mended, and begin again."
    )]
    Insecure(String),
    #[error("The shop's answer makes no sense to Comptoir. Please report it.")]
    Unreadable,
    #[error(
        "The shop gives access only to an address with https. Whoever runs Comptoir has to set its public address."
    )]
    NoPublicAddress,
    #[error("Shops of this platform are linked by signing in to them.")]
    NoOwnShops,
    #[error(
        "The shop does not belong to the organisation that the app is registered for. Please link it by signing in to it."
    )]
    NotOwn,
}

impl InstallRefusal {
    /// Refused for rights that were wanted and not granted, if there are any.
    pub fn of_missing(rights: &[&str]) -> Result<(), Self> {
        if rights.is_empty() {
            return Ok(());
        }
        let rights = rights.iter().copied().map(str::to_owned).collect();
        Err(Self::RightsMissing(rights))
    }

    /// A code that stays the same for ever.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoApp => "no_app",
            Self::NotAShop => "not_a_shop",
            Self::NotAuthentic => "not_authentic",
            Self::TooLate => "too_late",
            Self::Declined => "declined",
            Self::OtherShop => "other_shop",
            Self::RightsMissing(_) => "rights_missing",
            Self::Spent => "spent",
            Self::Away => "away",
            Self::Insecure(_) => "insecure",
            Self::Unreadable => "unreadable",
            Self::NoPublicAddress => "no_public_address",
            Self::NoOwnShops => "no_own_shops",
            Self::NotOwn => "not_own",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_rights_are_named() {
        let names = ["read_orders", "read_products"].map(str::to_owned);
        let refusal = InstallRefusal::RightsMissing(names.to_vec());
        let told = refusal.to_string();
        assert!(
            told.contains("read_orders, read_products is missing"),
            "{told}"
        );
        assert_eq!(refusal.code(), "rights_missing");
    }
}
