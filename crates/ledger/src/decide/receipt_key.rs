//! How a receipt number is searched.

/// The number without what stands before its first digit, folded: `#1001` and `1001` are the same to
/// someone who searches (SH-16). A number without digits is only folded.
#[must_use]
pub fn receipt_key(number: &str) -> String {
    let number = number.trim();
    let start = number.find(|c: char| c.is_ascii_digit()).unwrap_or(0);
    number[start..].to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_does_not_matter() {
        for (number, key) in [
            ("#1001", "1001"),
            ("1001", "1001"),
            (" EN1001-a", "1001-a"),
            ("BOUTIQUE-2026-00042", "2026-00042"),
            ("Été", "été"),
            ("", ""),
        ] {
            assert_eq!(receipt_key(number), key, "{number}");
        }
    }
}
