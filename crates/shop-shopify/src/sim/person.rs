//! Invented people. Every name, address and number carries a canary, so that a search of logs and of
//! tables outside `customer` can prove that nothing personal is there.

/// Texts that stand in the simulated shop's personal data and nowhere else.
pub const CANARIES: [&str; 4] = ["kanariva", "Kanariva", "Serinova", "+3225550142"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub number: u64,
    pub first_name: &'static str,
    pub last_name: String,
    pub street: &'static str,
    pub email: String,
    pub phone: &'static str,
}

impl Person {
    pub fn new(number: u64) -> Self {
        Self {
            number,
            first_name: "Élodie",
            last_name: format!("Kanariva-D'Hondt {number}"),
            street: "Rue Serinova 16",
            email: format!("elodie.{number}@kanariva.test"),
            phone: "+3225550142",
        }
    }
}
