//! Invented people. Every name, address and number carries a canary, so that a search of logs and
//! of tables outside `customer` can prove that nothing personal is there.

/// Texts that stand in the simulated shop's personal data and nowhere else.
pub const CANARIES: [&str; 4] = ["ecanariva", "Ecanariva", "Eserinova", "555-0143"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) name: String,
    pub(super) street: &'static str,
    pub(super) city: &'static str,
    pub(super) country: &'static str,
    pub(super) postcode: &'static str,
    pub(super) email: String,
    pub(super) phone: &'static str,
}

/// Person number `number`.
pub(super) fn person(number: u64) -> Person {
    Person {
        name: format!("Zoé Ecanariva-Lévesque {number}"),
        street: "12, rue Eserinova",
        city: "Lyon",
        country: "FR",
        postcode: "69001",
        email: format!("Zoe.{number}@ecanariva.test"),
        phone: "+33 4 555-0143",
    }
}
