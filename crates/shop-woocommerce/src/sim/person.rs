//! Invented people. Every name, address and number carries a canary, so that a search of logs and
//! of tables outside `customer` can prove that nothing personal is there.

/// Texts that stand in the simulated shop's personal data and nowhere else.
pub const CANARIES: [&str; 4] = ["kanariva", "Kanariva", "Serinova", "555-0142"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub first_name: &'static str,
    pub last_name: String,
    pub company: &'static str,
    pub street: &'static str,
    pub flat: &'static str,
    pub city: &'static str,
    pub state: &'static str,
    pub postcode: &'static str,
    pub country: &'static str,
    pub email: String,
    pub phone: &'static str,
}

/// Person number `number` of Québec.
pub fn of_quebec(number: u64) -> Person {
    Person {
        first_name: "Zoé",
        last_name: format!("Kanariva-Lévesque {number}"),
        company: "",
        street: "12, rue Serinova",
        flat: "app. 3",
        city: "Montréal",
        state: "QC",
        postcode: "H2X 1Y4",
        country: "CA",
        email: format!("zoe.{number}@kanariva.test"),
        phone: "514 555-0142",
    }
}

/// Person number `number` of France.
pub fn of_france(number: u64) -> Person {
    Person {
        first_name: "Aïcha",
        last_name: format!("Kanariva-Lefèvre {number}"),
        company: "SARL « L’Œuf »",
        street: "3 rue Serinova",
        flat: "",
        city: "Paris",
        state: "",
        postcode: "75002",
        country: "FR",
        email: format!("Aicha.{number}@Kanariva.test"),
        phone: "+33 1 555-0142",
    }
}
