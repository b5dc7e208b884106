//! Where the buyer lives, and the taxes due there. Rates are in thousandths of a percent.

/// A tax region of the shop, with its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    /// Canadian dollars; TPS 5 %, TVQ 9.975 %.
    Quebec,
    /// Euros; TVA 20 % or 5.5 %.
    France,
}

impl Zone {
    #[must_use]
    pub const fn currency(self) -> &'static str {
        match self {
            Self::Quebec => "CAD",
            Self::France => "EUR",
        }
    }

    #[must_use]
    pub const fn currency_symbol(self) -> &'static str {
        match self {
            Self::Quebec => "$",
            Self::France => "€",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaxClass {
    Standard,
    Reduced,
    /// Gift cards: never taxed.
    Exempt,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    pub id: u64,
    pub code: &'static str,
    pub label: &'static str,
    pub percent: f64,
    thousandths: i64,
}

impl Rate {
    /// Tax in cents on an amount in cents, halves away from zero.
    #[must_use]
    pub const fn on(self, cents: i64) -> i64 {
        let scaled = cents * self.thousandths;
        let half = if scaled < 0 { -50_000 } else { 50_000 };
        (scaled + half) / 100_000
    }
}

const fn rate(
    id: u64,
    code: &'static str,
    label: &'static str,
    percent: f64,
    thousandths: i64,
) -> Rate {
    Rate {
        id,
        code,
        label,
        percent,
        thousandths,
    }
}

const QUEBEC: [Rate; 2] = [
    rate(1, "CA-QC-TPS-1", "TPS", 5.0, 5_000),
    rate(2, "CA-QC-TVQ-2", "TVQ", 9.975, 9_975),
];
const QUEBEC_REDUCED: [Rate; 1] = [rate(6, "CA-QC-TPS RÉDUITE-1", "TPS réduite", 5.0, 5_000)];
const FRANCE: [Rate; 1] = [rate(4, "FR-TVA-1", "TVA", 20.0, 20_000)];
const FRANCE_REDUCED: [Rate; 1] = [rate(5, "FR-TVA RÉDUITE-1", "TVA réduite", 5.5, 5_500)];

/// The rates that apply, in the shop's order.
#[must_use]
pub const fn rates(zone: Zone, class: TaxClass) -> &'static [Rate] {
    match (zone, class) {
        (_, TaxClass::Exempt) => &[],
        (Zone::Quebec, TaxClass::Standard) => &QUEBEC,
        (Zone::Quebec, TaxClass::Reduced) => &QUEBEC_REDUCED,
        (Zone::France, TaxClass::Standard) => &FRANCE,
        (Zone::France, TaxClass::Reduced) => &FRANCE_REDUCED,
    }
}

/// All taxes on an amount, each rounded by itself as the shop does.
#[must_use]
pub fn tax(zone: Zone, class: TaxClass, cents: i64) -> i64 {
    rates(zone, class).iter().map(|rate| rate.on(cents)).sum()
}
