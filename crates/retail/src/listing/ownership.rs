//! Who decides which field of a listing.

/// What of a listing the POS may decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Title,
    Description,
    Brand,
    Availability,
    Options,
    Sku,
    Barcode,
    Price,
    Weight,
    Dimensions,
    Images,
    Stock,
}

impl Field {
    pub const ALL: [Self; 12] = [
        Self::Title,
        Self::Description,
        Self::Brand,
        Self::Availability,
        Self::Options,
        Self::Sku,
        Self::Barcode,
        Self::Price,
        Self::Weight,
        Self::Dimensions,
        Self::Images,
        Self::Stock,
    ];

    /// As rows and wires name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Description => "description",
            Self::Brand => "brand",
            Self::Availability => "availability",
            Self::Options => "options",
            Self::Sku => "sku",
            Self::Barcode => "barcode",
            Self::Price => "price",
            Self::Weight => "weight",
            Self::Dimensions => "dimensions",
            Self::Images => "images",
            Self::Stock => "stock",
        }
    }

    /// The field of that name.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == text)
    }
}

/// What holds for one field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rule {
    /// The POS decides. Where it has nothing, the shop keeps what it has.
    #[default]
    Pos,
    /// The POS decides, also that there is nothing.
    PosWipes,
    /// The shop decides, or its platform has no such field: never sent.
    Shop,
}

/// The rule of each field, for one connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ownership([Rule; Field::ALL.len()]);

impl Ownership {
    #[must_use]
    pub const fn rule(&self, field: Field) -> Rule {
        self.0[field as usize]
    }

    #[must_use]
    pub const fn with(mut self, field: Field, rule: Rule) -> Self {
        self.0[field as usize] = rule;
        self
    }

    /// Whether the POS decides it at all.
    #[must_use]
    pub fn is_ours(&self, field: Field) -> bool {
        match self.rule(field) {
            Rule::Pos | Rule::PosWipes => true,
            Rule::Shop => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_has_its_own_name_and_rule() {
        for field in Field::ALL {
            assert_eq!(Field::read(field.as_str()), Some(field));
            let ownership = Ownership::default().with(field, Rule::Shop);
            for other in Field::ALL {
                assert_eq!(ownership.is_ours(other), other != field);
            }
        }
        assert_eq!(Field::read("tags"), None);
    }
}
