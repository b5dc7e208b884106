//! SKUs and barcodes that a spreadsheet took for numbers.

use super::Problem;

/// What a spreadsheet did to a code that it took for a number, as far as that shows. `was` is what is there.
pub(super) fn damage(code: &str, was: Option<&str>) -> Option<Problem> {
    if is_scientific(code) {
        return Some(Problem::Scientific);
    }
    let was = was.filter(|was| is_shorn(code, was))?;
    Some(Problem::ZerosLost(was.to_owned()))
}

/// As `1.23457E+12` or `1,23457E+12`.
fn is_scientific(code: &str) -> bool {
    let Some((number, power)) = code.split_once("E+").or_else(|| code.split_once("e+")) else {
        return false;
    };
    let (whole, part) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|one| one.is_ascii_digit());
    is_digits(whole) && is_digits(part) && is_digits(power)
}

/// The same digits without the zeros before them.
fn is_shorn(code: &str, was: &str) -> bool {
    let is_number = |text: &str| text.bytes().all(|digit| digit.is_ascii_digit());
    is_number(code)
        && is_number(was)
        && code.len() < was.len()
        && was.trim_start_matches('0') == code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_that_a_spreadsheet_took_for_numbers_are_known() {
        for lost in ["1.23457E+12", "1,23457E+12", "9E+99", "4.00638e+12"] {
            assert_eq!(damage(lost, None), Some(Problem::Scientific), "{lost}");
        }
        for code in ["1E5", "E+12", "1.2.3E+4", "TEA+1", "1.5E+", "0012"] {
            assert_eq!(damage(code, None), None, "{code}");
        }
        let shorn = Some(Problem::ZerosLost("0012".into()));
        assert_eq!(damage("12", Some("0012")), shorn);
        assert_eq!(damage("12", Some("12")), None);
        assert_eq!(damage("13", Some("0012")), None);
        assert_eq!(damage("A", Some("0A")), None);
    }
}
