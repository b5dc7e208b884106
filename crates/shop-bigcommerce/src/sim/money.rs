//! The store's money: ten-thousandths of the currency's unit, since it keeps four decimals.

/// In ten-thousandths of a euro, a dollar or a yen.
pub type Fine = i64;

/// Ten-thousandths in one unit.
const SCALE: i64 = 10_000;

/// What the shopper pays in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency {
    pub code: &'static str,
    decimals: u32,
}

pub const EUR: Currency = Currency {
    code: "EUR",
    decimals: 2,
};
pub const USD: Currency = Currency {
    code: "USD",
    decimals: 2,
};
pub const JPY: Currency = Currency {
    code: "JPY",
    decimals: 0,
};

impl Currency {
    /// Ten-thousandths in the smallest amount that can be paid.
    pub const fn smallest(self) -> Fine {
        10_i64.pow(4 - self.decimals)
    }

    /// To what can be paid; half goes away from zero.
    pub const fn payable(self, amount: Fine) -> Fine {
        self.minor(amount) * self.smallest()
    }

    /// In the smallest amounts that can be paid; half goes away from zero.
    pub const fn minor(self, amount: Fine) -> i64 {
        divided(amount, self.smallest())
    }
}

/// The tax of 20 per cent that `gross` includes.
pub const fn tax_in(gross: Fine) -> Fine {
    divided(gross, 6)
}

/// `amount / by`, half going away from zero.
pub const fn divided(amount: i64, by: i64) -> i64 {
    let half = if amount < 0 { -by / 2 } else { by / 2 };
    (amount + half) / by
}

/// As v2 writes it: `88.9000`.
pub fn text(amount: Fine) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    let magnitude = amount.unsigned_abs();
    let scale = SCALE.unsigned_abs();
    format!("{sign}{}.{:04}", magnitude / scale, magnitude % scale)
}

/// `88.9` as the store keeps it; nothing for what is no amount.
pub fn fine(text: &str) -> Fine {
    let amount = shop::amount::decimal(text).and_then(|amount| amount.checked_mul(SCALE.into()));
    amount.and_then(shop::amount::rounded).unwrap_or(0)
}

/// As v3 writes it: `88.9`, a number.
pub fn number(amount: Fine) -> serde_json::Value {
    let number: Result<serde_json::Number, _> = text(amount).parse();
    number.map_or(serde_json::Value::Null, Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_generations_write_the_same_amount() {
        assert_eq!(
            (text(889_000), number(889_000).to_string()),
            ("88.9000".into(), "88.9".into())
        );
        assert_eq!(text(-1), "-0.0001");
        assert_eq!(
            (EUR.minor(150), EUR.minor(-150), EUR.minor(149)),
            (2, -2, 1)
        );
        assert_eq!(JPY.payable(15_000), 20_000);
        assert_eq!(tax_in(60_000), 10_000);
    }
}
