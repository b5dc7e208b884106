//! How the shop's prices are meant, and the taxes due on them. Rates are in thousandths of a percent.

/// A store has one currency and one way to state prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pricing {
    /// Euros; TVA 20 % or 5.5 % within the price.
    TaxIncluded,
    /// Canadian dollars; TPS 5 % and TVQ 9.975 % on top.
    TaxOnTop,
}

impl Pricing {
    #[must_use]
    pub const fn currency(self) -> &'static str {
        match self {
            Self::TaxIncluded => "EUR",
            Self::TaxOnTop => "CAD",
        }
    }

    #[must_use]
    pub const fn includes_tax(self) -> bool {
        match self {
            Self::TaxIncluded => true,
            Self::TaxOnTop => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxClass {
    Standard,
    Reduced,
    /// Gift cards and tips: never taxed.
    Exempt,
}

/// One tax.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rate {
    pub(super) name: &'static str,
    pub(super) percent: f64,
    thousandths: i64,
}

const fn rate(name: &'static str, percent: f64, thousandths: i64) -> Rate {
    Rate {
        name,
        percent,
        thousandths,
    }
}

const FRANCE: [Rate; 1] = [rate("TVA", 20.0, 20_000)];
const FRANCE_REDUCED: [Rate; 1] = [rate("TVA réduite", 5.5, 5_500)];
const QUEBEC: [Rate; 2] = [rate("TPS", 5.0, 5_000), rate("TVQ", 9.975, 9_975)];
const QUEBEC_REDUCED: [Rate; 1] = [rate("TPS réduite", 5.0, 5_000)];

/// Each tax of an amount in cents, as the shop states it.
pub(super) fn taxes(pricing: Pricing, class: TaxClass, cents: i64) -> Vec<(Rate, i64)> {
    let rates: &[Rate] = match (pricing, class) {
        (_, TaxClass::Exempt) => &[],
        (Pricing::TaxIncluded, TaxClass::Standard) => &FRANCE,
        (Pricing::TaxIncluded, TaxClass::Reduced) => &FRANCE_REDUCED,
        (Pricing::TaxOnTop, TaxClass::Standard) => &QUEBEC,
        (Pricing::TaxOnTop, TaxClass::Reduced) => &QUEBEC_REDUCED,
    };
    let of = |rate: &Rate| match pricing {
        Pricing::TaxIncluded => {
            let whole = 100_000 + rate.thousandths;
            (cents * rate.thousandths + whole / 2) / whole
        }
        Pricing::TaxOnTop => (cents * rate.thousandths + 50_000) / 100_000,
    };
    rates.iter().map(|rate| (*rate, of(rate))).collect()
}

/// All taxes of an amount in cents.
pub(super) fn tax(pricing: Pricing, class: TaxClass, cents: i64) -> i64 {
    taxes(pricing, class, cents)
        .iter()
        .map(|(_, tax)| tax)
        .sum()
}
