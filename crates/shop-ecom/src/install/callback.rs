//! Where the merchant's browser is sent, and what it brings back.

use reqwest::Url;
use secrecy::SecretString;
use shop::ShopUrl;

use super::token::App;

/// Longest code accepted, in bytes.
const CODE_LIMIT_BYTES: usize = 1_024;

/// What ties a callback to the one who was sent away: unguessable, and the caller's to use once.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State(Box<str>);

impl State {
    /// Shortest and longest state, in bytes.
    pub const LIMITS_BYTES: std::ops::RangeInclusive<usize> = 16..=128;

    /// `None` unless it is letters, digits, `-` and `_` within the limits.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let sound = Self::LIMITS_BYTES.contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        sound.then(|| Self(text.into()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the browser brings. Nobody has signed it.
#[derive(Clone, Debug)]
pub struct Callback {
    pub state: State,
    pub answer: Answer,
}

/// What the merchant said.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Yes. The code is good once, for a few minutes.
    Granted(SecretString),
    /// No, or the login gave up.
    Denied,
}

/// Why a query is no callback. Quotes none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackRefused {
    /// Nobody began this: or eCom's own market did.
    #[error("query has no state")]
    NoState,
    /// It is neither a yes nor a no, or both.
    #[error("query is not a callback")]
    Odd,
}

/// Where to send the merchant's browser. `login` is [`crate::LOGIN_URL`], or a simulator's address; `None`
/// where it is no address for a browser.
///
/// eCom's documents know no parameter for the state, so it is a part of the address to come back to: a
/// query there is kept, as the apps of other shop systems rely on.
#[must_use]
pub fn authorize_url(login: &ShopUrl, app: &App, scopes: &[&str], state: &State) -> Option<String> {
    let parameters = [
        ("client_id", app.client_id.as_str()),
        ("redirect_uri", &return_address(app, state)),
        ("response_type", "code"),
        ("scope", &scopes.join(" ")),
    ];
    Url::parse_with_params(&format!("{login}/api/oauth/authorize"), parameters)
        .map(String::from)
        .ok()
}

/// Where the browser comes back to; it has to be said again, letter by letter, when the code is exchanged.
pub(super) fn return_address(app: &App, state: &State) -> String {
    format!("{}?state={}", app.redirect_uri, state.as_str())
}

/// Reads the query of a callback: `parameters` are its names and values, decoded, as they came.
pub fn read(parameters: &[(String, String)]) -> Result<Callback, CallbackRefused> {
    let state = only(parameters, "state")?.and_then(State::new);
    let state = state.ok_or(CallbackRefused::NoState)?;
    let answer = match (only(parameters, "code")?, only(parameters, "error")?) {
        (Some(code), None) if is_code(code) => Answer::Granted(code.into()),
        (None, Some(_)) => Answer::Denied,
        (None | Some(_), None | Some(_)) => return Err(CallbackRefused::Odd),
    };
    Ok(Callback { state, answer })
}

fn is_code(code: &str) -> bool {
    !code.is_empty()
        && code.len() <= CODE_LIMIT_BYTES
        && code.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A value that is given once.
fn only<'a>(
    parameters: &'a [(String, String)],
    name: &str,
) -> Result<Option<&'a str>, CallbackRefused> {
    let mut values = parameters.iter().filter(|(given, _)| given == name);
    match (values.next(), values.next()) {
        (None, _) => Ok(None),
        (Some((_, value)), None) => Ok(Some(value)),
        (Some(_), Some(_)) => Err(CallbackRefused::Odd),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    const STATE: &str = "3f2a9c0d11e84b7a";

    fn query(parameters: &[(&str, &str)]) -> Result<Callback, CallbackRefused> {
        let parameters: Vec<(String, String)> = parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        read(&parameters)
    }

    #[test]
    fn the_browser_is_sent_with_the_state_in_the_address_to_come_back_to() {
        let app = App {
            client_id: "abcd0123".to_owned(),
            client_secret: "hush".into(),
            redirect_uri: ShopUrl::new("https://pos.example/connect/ecom").unwrap(),
        };
        let login = ShopUrl::new(crate::LOGIN_URL).unwrap();
        let state = State::new(STATE).unwrap();
        let url = authorize_url(&login, &app, &super::super::SCOPES, &state);
        assert_eq!(
            url.unwrap(),
            "https://my.ecwid.com/api/oauth/authorize?client_id=abcd0123\
             &redirect_uri=https%3A%2F%2Fpos.example%2Fconnect%2Fecom%3Fstate%3D3f2a9c0d11e84b7a\
             &response_type=code&scope=read_store_profile+read_orders\
             +read_catalog+create_catalog+update_catalog"
        );
    }

    #[test]
    fn a_callback_is_a_yes_or_a_no() {
        let yes = query(&[("state", STATE), ("code", "987654321hgfdsa")]).unwrap();
        assert_eq!(yes.state.as_str(), STATE);
        assert!(!format!("{yes:?}").contains("987654321hgfdsa"));
        let Answer::Granted(code) = yes.answer else {
            panic!("{yes:?}")
        };
        assert_eq!(code.expose_secret(), "987654321hgfdsa");
        let no = query(&[("state", STATE), ("error", "access_denied")]).unwrap();
        assert!(matches!(no.answer, Answer::Denied));
    }

    #[test]
    fn what_is_no_callback_is_not_acted_on() {
        let long = "x".repeat(CODE_LIMIT_BYTES + 1);
        for (parameters, refused) in [
            (&[("code", "1")][..], CallbackRefused::NoState),
            (&[("error", "access_denied")], CallbackRefused::NoState),
            (
                &[("state", "short"), ("code", "1")],
                CallbackRefused::NoState,
            ),
            (
                &[("state", "3f2a9c0d11e84b7a&x=1"), ("code", "1")],
                CallbackRefused::NoState,
            ),
            (&[("state", STATE)], CallbackRefused::Odd),
            (&[("state", STATE), ("code", "")], CallbackRefused::Odd),
            (&[("state", STATE), ("code", "a b")], CallbackRefused::Odd),
            (&[("state", STATE), ("code", &long)], CallbackRefused::Odd),
            (
                &[("state", STATE), ("code", "1"), ("code", "2")],
                CallbackRefused::Odd,
            ),
            (
                &[("state", STATE), ("state", STATE), ("code", "1")],
                CallbackRefused::Odd,
            ),
            (
                &[("state", STATE), ("code", "1"), ("error", "access_denied")],
                CallbackRefused::Odd,
            ),
        ] {
            assert_eq!(query(parameters).unwrap_err(), refused, "{parameters:?}");
        }
    }
}
