//! Which shop a connection leads to.

/// What a shop says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreIdentity {
    /// Stays the same for the life of the shop, whatever it is called and wherever it moves: a shop that
    /// is linked again is known by it.
    pub id: String,
    /// As people know it.
    pub name: String,
    /// ISO 4217, where the shop has one main currency.
    pub currency: Option<String>,
    /// IANA name, where the shop tells one.
    pub time_zone: Option<String>,
}
