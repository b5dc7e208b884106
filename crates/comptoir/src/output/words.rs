//! Values in a person's words.

use std::time::Duration;

use retail::Quantity;

/// "1 sale", "3 sales".
pub(crate) fn count(number: usize, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{ending}")
}

/// A size in the largest binary unit that leaves digits before the point.
pub(crate) fn bytes(size: u64) -> String {
    const KIB: u64 = 1 << 10;
    const MIB: u64 = 1 << 20;
    const GIB: u64 = 1 << 30;
    match size {
        0..KIB => format!("{size} B"),
        KIB..MIB => format!("{} KiB", size / KIB),
        MIB..GIB => format!("{} MiB", size / MIB),
        GIB.. => format!("{} GiB", size / GIB),
    }
}

/// In the largest unit that leaves digits before the point.
pub(crate) fn duration(length: Duration) -> String {
    if length >= Duration::from_secs(1) {
        format!("{:.1} s", length.as_secs_f64())
    } else if length >= Duration::from_millis(1) {
        format!("{:.1} ms", length.as_secs_f64() * 1e3)
    } else {
        format!("{} µs", length.as_micros())
    }
}

/// With its sign, as a change is written.
pub(crate) fn quantity_signed(quantity: Quantity) -> String {
    if quantity.milli() > 0 {
        format!("+{quantity}")
    } else {
        quantity.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_words() {
        assert_eq!(bytes(1_023), "1023 B");
        assert_eq!(bytes(3 << 20), "3 MiB");
        assert_eq!(count(1, "sale"), "1 sale");
        assert_eq!(count(0, "sale"), "0 sales");
        assert_eq!(quantity_signed(Quantity::from_milli(1500)), "+1.5");
        assert_eq!(quantity_signed(Quantity::from_milli(-3000)), "-3");
        assert_eq!(quantity_signed(Quantity::ZERO), "0");
        assert_eq!(duration(Duration::from_micros(250)), "250 µs");
        assert_eq!(duration(Duration::from_micros(12_340)), "12.3 ms");
        assert_eq!(duration(Duration::from_millis(2_345)), "2.3 s");
    }
}
