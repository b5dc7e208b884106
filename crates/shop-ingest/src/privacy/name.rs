//! Whether a body names somebody.

use retail::EmailKey;

/// People's addresses in every form in which a body may have them.
pub(super) struct Names(Vec<String>);

impl Names {
    pub(super) fn of(emails: &[EmailKey]) -> Self {
        let forms = emails.iter().map(EmailKey::as_str).flat_map(|email| {
            [
                email.to_owned(),
                email.replace('@', "%40").replace('+', "%2b"),
                escaped(email),
            ]
        });
        Self(forms.collect())
    }

    /// Whether one of the addresses stands in `text`, by itself and not as a part of a longer one.
    pub(super) fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|email| {
            let mut places = text.match_indices(email.as_str());
            places.any(|(place, _)| {
                let before = text[..place].chars().next_back();
                let mut after = text[place + email.len()..].chars();
                let (next, second) = (after.next(), after.next());
                let goes_on = match next {
                    Some('.') => second.is_some_and(char::is_alphanumeric),
                    Some(next) => next.is_alphanumeric() || next == '-',
                    None => false,
                };
                !before.is_some_and(is_local) && !goes_on
            })
        })
    }
}

/// A body as names are looked for in it.
pub(super) fn searchable(body: &[u8]) -> String {
    String::from_utf8_lossy(body).to_lowercase()
}

/// As JSON may write it.
fn escaped(email: &str) -> String {
    let written = |unit: u16| match char::from_u32(u32::from(unit)).filter(char::is_ascii) {
        Some(plain) => plain.to_string(),
        None => format!("\\u{unit:04x}"),
    };
    email.encode_utf16().map(written).collect()
}

/// Of the part before the @.
fn is_local(letter: char) -> bool {
    letter.is_alphanumeric() || "._%+-".contains(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_however_it_is_written_and_as_a_whole_only() {
        let emails = [
            EmailKey::new("zoe+shop@example.test").unwrap(),
            EmailKey::new("zoé@example.test").unwrap(),
        ];
        let names = Names::of(&emails);
        for body in [
            r#"{"email":"Zoe+Shop@Example.test"}"#,
            "note=write to zoe+shop@example.test.",
            "email=zoe%2Bshop%40example.test&x=1",
            r#"{"email":"zo\u00e9@example.test"}"#,
            r#"{"email":"ZOÉ@example.test"}"#,
        ] {
            assert!(names.are_in(&searchable(body.as_bytes())), "{body}");
        }
        for body in [
            r#"{"email":"ada.zoe+shop@example.test"}"#,
            r#"{"email":"zoe+shop@example.test.be"}"#,
            r#"{"email":"zoe+shop@example.tests"}"#,
            "",
        ] {
            assert!(!names.are_in(&searchable(body.as_bytes())), "{body}");
        }
    }
}
