use reqwest::Url;
use secrecy::SecretString;

use super::is_state;

/// With what the owner's browser comes back. The key has come by another way, or has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returned {
    Approved,
    Declined,
    /// Not from a shop that was asked with this state.
    NotAskedFor,
}

/// Reads the query that a browser comes back with. Anybody can write one: it proves nothing.
#[must_use]
pub fn returned(query: &str, state: &SecretString) -> Returned {
    // Only to take the query apart; nobody is asked.
    let Ok(url) = Url::parse(&format!("https://shop.invalid/?{query}")) else {
        return Returned::NotAskedFor;
    };
    let value = |name: &str| {
        let mut found = url.query_pairs().filter(|(known, _)| known == name);
        found
            .next()
            .filter(|_| found.next().is_none())
            .map(|(_, value)| value.into_owned())
    };
    match (value("success").as_deref(), value("user_id")) {
        (_, None) => Returned::NotAskedFor,
        (_, Some(claimed)) if !is_state(state, &claimed) => Returned::NotAskedFor,
        (Some("1"), Some(_)) => Returned::Approved,
        (Some(_) | None, Some(_)) => Returned::Declined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `observations/wc-auth`: the addresses a shop sent a browser back to.
    #[test]
    fn a_browser_comes_back_approved_or_declined() {
        let state = SecretString::from("etat-unique-8c1f");
        for (query, back) in [
            ("success=1&user_id=etat-unique-8c1f", Returned::Approved),
            ("success=0&user_id=etat-unique-8c1f", Returned::Declined),
            ("user_id=etat-unique-8c1f", Returned::Declined),
            ("success=1&user_id=etat-unique", Returned::NotAskedFor),
            ("success=1", Returned::NotAskedFor),
            (
                "success=1&user_id=etat-unique-8c1f&user_id=x",
                Returned::NotAskedFor,
            ),
            ("", Returned::NotAskedFor),
        ] {
            assert_eq!(returned(query, &state), back, "{query}");
        }
    }
}
