//! Why an order is parked: a code that programs can match, and a sentence for the shopkeeper.

use retail::posting::Refusal;

/// A short code with its explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: &'static str,
    pub detail: String,
}

impl Reason {
    /// What an order waits for that sells something that was deleted.
    pub const PRODUCT_DELETED: &str = "product_deleted";

    /// A line sells an item that was deleted (WC-9).
    #[must_use]
    pub fn product_deleted(line: &str) -> Self {
        Self {
            code: Self::PRODUCT_DELETED,
            detail: format!(
                "\u{201c}{line}\u{201d} was deleted here. Restore the product, or link the shop's to another one."
            ),
        }
    }

    /// A line's SKU is that of another product of the shop (WC-7).
    #[must_use]
    pub fn sku_ambiguous(line: &str) -> Self {
        Self {
            code: "sku_ambiguous",
            detail: format!(
                "The SKU of \u{201c}{line}\u{201d} is that of another product of the shop too. Give each its own SKU in the shop, or link this one to a product here."
            ),
        }
    }

    /// Another order of the connection has the number (SH-16).
    #[must_use]
    pub fn receipt_number_taken() -> Self {
        Self {
            code: "receipt_number_taken",
            detail: "Another order of this shop has the same number. Change the number in the shop, or dismiss this order if it is the same sale.".to_owned(),
        }
    }

    /// The database cannot hold what the order says: its SQLSTATE, and the constraint if one stands against it.
    #[must_use]
    pub fn unstorable(sql_state: &str, constraint: Option<&str>) -> Self {
        match sql_state {
            "23505" if constraint == Some("sale_connection_id_receipt_number_key") => {
                Self::receipt_number_taken()
            }
            "22003" => Self {
                code: "out_of_range",
                detail: "A quantity or an amount grows too large with this order. Check the quantities in the shop.".to_owned(),
            },
            "22021" | "22P05" => Self {
                code: "unstorable_text",
                detail: "A text of the order holds characters that cannot be stored. Edit it in the shop.".to_owned(),
            },
            "54000" | "54001" => Self {
                code: "too_large",
                detail: "The order is too large to be stored.".to_owned(),
            },
            other => Self {
                code: "unstorable",
                detail: format!("The order cannot be stored (database code {other}). Please report it."),
            },
        }
    }
}

impl From<&Refusal> for Reason {
    fn from(refusal: &Refusal) -> Self {
        let (code, detail) = match refusal {
            Refusal::TotalsMismatch { lines, total } => (
                "totals_mismatch",
                format!(
                    "The order's lines add up to {lines}, but the shop says its total is {total}. Check the order in the shop and save it there again."
                ),
            ),
            Refusal::LineTwice(line) => (
                "line_twice",
                format!("The shop names line {line} twice, so it cannot be told apart."),
            ),
            Refusal::PaymentTwice(payment) => (
                "payment_twice",
                format!("The shop names payment {payment} twice, so it cannot be told apart."),
            ),
            Refusal::RestockNegative(line) => (
                "restock_negative",
                format!(
                    "Line {line} returns less than nothing to stock. Check the order's refunds in the shop."
                ),
            ),
            Refusal::RestockExceedsQuantity(line) => (
                "restock_exceeds_quantity",
                format!(
                    "Line {line} returns more to stock than it sold. Check the order's refunds in the shop."
                ),
            ),
            Refusal::TooManyLines(lines) => (
                "too_many_lines",
                format!("The order has {lines} lines, which is more than can be booked."),
            ),
            Refusal::Money(error) => (
                "amount_out_of_range",
                format!("An amount cannot be booked: {error}."),
            ),
            Refusal::Quantity(error) => (
                "quantity_out_of_range",
                format!("A quantity cannot be booked: {error}."),
            ),
        };
        Self { code, detail }
    }
}
