//! Why a store does not take something, from words that are not documented to stay.

use bytes::Bytes;
use http::StatusCode;
use serde_json::Value;
use shop::push::{PushReason, Refusal};

/// Longest text kept of what a store says, in characters.
const SAYS_LIMIT_CHARS: usize = 200;

/// What the store does not take.
#[derive(Debug)]
pub(super) struct Denial {
    pub(super) status: StatusCode,
    pub(super) body: Bytes,
}

impl Denial {
    /// All that it says, in small letters.
    pub(super) fn words(&self) -> String {
        words(&self.body).to_lowercase()
    }

    /// Whether it says that something is not there.
    pub(super) fn is_of_missing(&self) -> bool {
        let words = self.words();
        words.contains("not found") || words.contains("does not exist")
    }

    /// Whether the connection may not do this at all, whatever was sent: a 403 is that, or says that the store's plan takes
    /// no more.
    pub(super) fn is_of_rights(&self) -> bool {
        let words = self.words();
        self.status == StatusCode::FORBIDDEN && !words.contains("limit") && !words.contains("plan")
    }

    pub(super) fn refusal(&self) -> Refusal {
        let says = words(&self.body);
        let small = says.to_lowercase();
        let is_taken = self.status == StatusCode::CONFLICT
            || ["already", "duplicate", "unique", "in use"]
                .iter()
                .any(|word| small.contains(word));
        let why = match self.status {
            StatusCode::INSUFFICIENT_STORAGE | StatusCode::FORBIDDEN => PushReason::PlanLimit,
            StatusCode::PAYLOAD_TOO_LARGE => PushReason::TooMany,
            _ if is_taken && small.contains("sku") => PushReason::SkuTaken,
            _ if is_taken && small.contains("upc") => PushReason::BarcodeTaken,
            _ if is_taken && small.contains("name") => PushReason::TitleTaken,
            _ if small.contains("image") => PushReason::Image,
            _ => PushReason::Invalid,
        };
        Refusal {
            why,
            says: shortened(&says),
        }
    }

    /// Of a request that is about nothing but an image.
    pub(super) fn of_image(&self) -> Refusal {
        let refusal = self.refusal();
        Refusal {
            why: match refusal.why {
                PushReason::Invalid => PushReason::Image,
                why => why,
            },
            ..refusal
        }
    }
}

/// Of an answer that says that a part is not done.
pub(super) fn of_part(body: &Bytes) -> Refusal {
    Denial {
        status: StatusCode::MULTI_STATUS,
        body: body.clone(),
    }
    .refusal()
}

/// The titles and the errors of a problem, of a list of them, or of a batch's.
fn words(body: &[u8]) -> String {
    fn gather(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match (name.as_str(), value) {
                        ("data" | "meta" | "type" | "status" | "code" | "instance", _) => {}
                        ("title" | "detail" | "message", Value::String(text)) => {
                            found.push(text.clone());
                        }
                        (name, Value::String(text)) => found.push(format!("{name}: {text}")),
                        (_, value) => gather(value, found),
                    }
                }
            }
            Value::Array(values) => values.iter().for_each(|value| gather(value, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    let mut found = Vec::new();
    if let Ok(value) = serde_json::from_slice(body) {
        gather(&value, &mut found);
    }
    found.dedup();
    found.join("; ")
}

pub(super) fn shortened(text: &str) -> Box<str> {
    let text = crate::text::clean(text);
    text.chars().take(SAYS_LIMIT_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn why(status: u16, body: &'static str) -> PushReason {
        let denial = Denial {
            status: StatusCode::from_u16(status).unwrap(),
            body: Bytes::from_static(body.as_bytes()),
        };
        denial.refusal().why
    }

    #[test]
    fn what_a_store_does_not_take_is_told_by_what_a_person_can_do() {
        for (status, body, reason) in [
            (
                409,
                r#"{"status":409,"title":"The product name is a duplicate","errors":{"name":"The product name is a duplicate"}}"#,
                PushReason::TitleTaken,
            ),
            (
                409,
                r#"{"status":409,"title":"Conflict","errors":{"sku":"The product sku is a duplicate"}}"#,
                PushReason::SkuTaken,
            ),
            (
                422,
                r#"{"batch_errors":[{"status":409,"title":"A variant with this SKU already exists","errors":{}}]}"#,
                PushReason::SkuTaken,
            ),
            (
                422,
                r#"{"status":422,"title":"JSON data is missing or invalid","errors":{"weight":"error.required"}}"#,
                PushReason::Invalid,
            ),
            (
                400,
                r#"{"status":400,"title":"The image could not be fetched"}"#,
                PushReason::Image,
            ),
            (
                403,
                r#"{"status":403,"title":"The product limit of the plan is reached"}"#,
                PushReason::PlanLimit,
            ),
            (507, "{}", PushReason::PlanLimit),
            (413, "", PushReason::TooMany),
        ] {
            assert_eq!(why(status, body), reason, "{status} {body}");
        }
    }

    #[test]
    fn a_right_that_is_missing_is_told_from_a_plan_that_takes_no_more() {
        let is_of_rights = |body: &'static str| {
            let denial = Denial {
                status: StatusCode::FORBIDDEN,
                body: Bytes::from_static(body.as_bytes()),
            };
            denial.is_of_rights()
        };
        let missing =
            r#"{"status":403,"title":"You don't have a required scope to access the endpoint"}"#;
        assert!(is_of_rights(missing) && is_of_rights(""));
        assert!(!is_of_rights(
            r#"{"status":403,"title":"The product limit of the plan is reached"}"#
        ));
    }

    #[test]
    fn what_is_kept_of_a_refusal_is_short_and_nothing_of_the_product() {
        let long = format!(
            r#"{{"title":"{}","data":{{"name":"secret plans"}}}}"#,
            "no ".repeat(200)
        );
        let denial = Denial {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            body: Bytes::from(long),
        };
        let says = denial.refusal().says;
        assert!(says.chars().count() <= SAYS_LIMIT_CHARS);
        assert!(!says.contains("secret"));
    }
}
