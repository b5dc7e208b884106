//! Texts as people should see them and PostgreSQL can store them.

/// Longest text kept, in bytes; a product's name has at most 250 characters.
const TEXT_LIMIT_BYTES: usize = 1_024;

/// Control characters become spaces, the ends are trimmed, and no text is endless.
pub(crate) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len().min(TEXT_LIMIT_BYTES));
    for c in text.trim().chars() {
        let c = if c.is_control() { ' ' } else { c };
        if cleaned.len() + c.len_utf8() > TEXT_LIMIT_BYTES {
            break;
        }
        cleaned.push(c);
    }
    cleaned.truncate(cleaned.trim_end().len());
    cleaned
}

/// The first of `texts` that says anything.
pub(crate) fn first_of(texts: &[&str]) -> String {
    texts
        .iter()
        .map(|text| clean(text))
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_breaks_a_table_or_is_endless() {
        assert_eq!(clean(" a\0b\nc "), "a b c");
        assert_eq!(clean(&"é".repeat(2_000)).len(), TEXT_LIMIT_BYTES);
    }

    #[test]
    fn the_first_text_that_says_anything_is_taken() {
        assert_eq!(first_of(&["", " \n", "Été", "b"]), "Été");
        assert_eq!(first_of(&["", " "]), "");
    }
}
