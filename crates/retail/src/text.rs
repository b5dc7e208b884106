//! Texts that mean something, checked once where they enter.

use std::fmt;

/// Why a text cannot be what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("{what} is empty")]
    Empty { what: &'static str },
    #[error("{what} has {length} bytes, more than {limit}")]
    TooLong {
        what: &'static str,
        length: usize,
        limit: usize,
    },
    #[error("{what} holds a character that is not allowed there")]
    BadCharacter { what: &'static str },
}

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $what:literal, $limit:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Longest text accepted, in bytes.
            pub const LIMIT_BYTES: usize = $limit;

            /// Trims and checks.
            pub fn new(text: &str) -> Result<Self, TextError> {
                let text = text.trim();
                if text.is_empty() {
                    return Err(TextError::Empty { what: $what });
                }
                if text.len() > Self::LIMIT_BYTES {
                    return Err(TextError::TooLong {
                        what: $what,
                        length: text.len(),
                        limit: Self::LIMIT_BYTES,
                    });
                }
                let allowed: fn(char) -> bool = $allowed;
                if !text.chars().all(allowed) {
                    return Err(TextError::BadCharacter { what: $what });
                }
                Ok(Self(text.into()))
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl std::str::FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::new(text)
            }
        }
    };
}

/// PostgreSQL cannot store NUL, and no screen can show a control character.
fn printable(c: char) -> bool {
    !c.is_control()
}

text!(
    /// A barcode (UPC, EAN, ISBN) as the shop gives it; check digits are not judged.
    Barcode, "barcode", 64, printable
);
text!(
    /// A line of one order, stable over the order's versions: `line:57`, `shipping:59`, `rounding`.
    LineKey, "line key", 128, |c| c.is_ascii_graphic()
);
text!(
    /// A payment of one order, stable over the order's versions: `paid`, `refund:39`.
    PaymentKey, "payment key", 128, |c| c.is_ascii_graphic()
);
text!(
    /// The short name of a means of payment at a till: `cash`, `card`, `bank-transfer`.
    PaymentType, "payment type", 32, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
);
text!(
    /// The short name of a shop platform. Data, not an enum: adding a platform does not edit the domain.
    PlatformCode, "platform code", 32, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'
);
text!(
    /// The shop's order number as displayed, stored verbatim (SH-16). For people; never an identity.
    ReceiptNumber, "receipt number", 255, printable
);
text!(
    /// The shop's own id of an order: with the connection, the order's identity.
    ShopOrderId, "order id", 128, |c| c.is_ascii_graphic()
);
text!(
    /// The shop's own id of the variant sold: what an item is linked by.
    ShopVariantId, "variant id", 256, printable
);
text!(
    /// A stock keeping unit. Compared exactly after trimming (WC-7).
    Sku, "SKU", 255, printable
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_trimmed_and_checked() {
        assert_eq!(Sku::new("  TS-001 ").unwrap().as_str(), "TS-001");
        assert_eq!(Sku::new(" \t "), Err(TextError::Empty { what: "SKU" }));
        assert_eq!(
            Sku::new("a\0b"),
            Err(TextError::BadCharacter { what: "SKU" })
        );
        assert!(matches!(
            ShopOrderId::new(&"9".repeat(129)),
            Err(TextError::TooLong { .. })
        ));
        assert!(PlatformCode::new("WooCommerce").is_err());
    }

    #[test]
    fn a_receipt_number_is_kept_as_displayed() {
        assert_eq!(
            ReceiptNumber::new("BOUTIQUE-2026-00042").unwrap().as_str(),
            "BOUTIQUE-2026-00042"
        );
        assert_eq!(ReceiptNumber::new("#1001").unwrap().as_str(), "#1001");
    }
}
