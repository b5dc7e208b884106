//! What goes wrong between a store and whoever asks it.

use axum::response::{IntoResponse as _, Response};
use http::{Method, StatusCode};
use serde_json::json;

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The store does it, and its answer is lost.
    LostAnswer,
    /// 429 without a word of when to come again: the platform itself is busy.
    Busy,
    /// Something in between answers with a page for people.
    Away,
    /// 403: the app was not granted this.
    NotGranted,
    /// 207: the store does it, and says that a part is not done.
    Partly,
}

/// Troubles to come, each once.
#[derive(Debug, Default)]
pub struct Troubles(Vec<(Method, String, Trouble)>);

impl Troubles {
    pub fn add(&mut self, method: Method, path_end: &str, trouble: Trouble) {
        self.0.push((method, path_end.to_owned(), trouble));
    }

    pub fn of(&mut self, method: &Method, path: &str) -> Option<Trouble> {
        let mut troubles = self.0.iter();
        let place = troubles.position(|(of, end, _)| of == method && path.ends_with(end))?;
        Some(self.0.remove(place).2)
    }
}

impl Trouble {
    /// Whether the store does what it was asked.
    pub(super) const fn is_done(self) -> bool {
        match self {
            Self::LostAnswer | Self::Partly => true,
            Self::Busy | Self::Away | Self::NotGranted => false,
        }
    }

    /// Instead of the store's answer.
    pub(super) fn answer(self, answer: Response) -> Response {
        let page = "<html><body>Bad gateway</body></html>";
        match self {
            Self::LostAnswer => (StatusCode::GATEWAY_TIMEOUT, page).into_response(),
            Self::Away => (StatusCode::BAD_GATEWAY, page).into_response(),
            Self::Busy => {
                let body = json!({"status": 429, "title": "Too many requests"});
                (StatusCode::TOO_MANY_REQUESTS, body.to_string()).into_response()
            }
            Self::NotGranted => {
                let title = "You don't have a required scope to access the endpoint";
                let body = json!({"status": 403, "title": title});
                (StatusCode::FORBIDDEN, body.to_string()).into_response()
            }
            Self::Partly => {
                let (mut parts, body) = answer.into_parts();
                if parts.status == StatusCode::OK {
                    parts.status = StatusCode::MULTI_STATUS;
                }
                Response::from_parts(parts, body)
            }
        }
    }
}
