use std::fmt;

use proto::convert::{WireError, money_from, quantity_from};
use proto::google::r#type as wire;
use retail::{Money, Quantity};
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

/// Money; in JSON `{"amount": "23.00", "currency": "CAD"}`, exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Amount(pub(crate) Money);

impl Amount {
    pub(crate) fn from_wire(
        field: &'static str,
        money: Option<wire::Money>,
    ) -> Result<Self, WireError> {
        money_from(field, money).map(Self)
    }

    /// The number without its currency.
    pub(crate) fn number(self) -> String {
        let text = self.0.to_string();
        match text.rsplit_once(' ') {
            Some((number, _currency)) => number.to_owned(),
            None => text,
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut amount = serializer.serialize_struct("Amount", 2)?;
        amount.serialize_field("amount", &self.number())?;
        amount.serialize_field("currency", self.0.currency().code())?;
        amount.end()
    }
}

/// A quantity; in JSON a text such as `"-1.5"`, exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number(pub(crate) Quantity);

impl Number {
    pub(crate) fn from_wire(
        field: &'static str,
        quantity: Option<wire::Decimal>,
    ) -> Result<Self, WireError> {
        quantity_from(field, quantity).map(Self)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use retail::Currency;

    use super::*;

    #[test]
    fn amounts_and_numbers_are_exact_texts_in_json() {
        let amount = Amount(Money::new(-2305, Currency::CAD));
        assert_eq!(
            serde_json::to_string(&amount).unwrap(),
            r#"{"amount":"-23.05","currency":"CAD"}"#
        );
        let number = Number(Quantity::from_milli(1500));
        assert_eq!(serde_json::to_string(&number).unwrap(), r#""1.5""#);
    }
}
