//! Why a row goes no further.

use serde::Deserialize;
use serde_json::Value;
use shop::FetchError;
use shop::push::{Outcome, PushReason, Refusal};

use crate::text;

/// Most characters of what a shop says that are kept.
const SAYS_LIMIT_CHARS: usize = 200;

/// A row ends here; with [`Stop::Failed`] the whole call does.
#[derive(Debug)]
pub(super) enum Stop {
    Missing,
    Refused(Refusal),
    Failed(FetchError),
}

impl Stop {
    /// A refusal of our own.
    pub(super) fn refused(why: PushReason, says: &str) -> Self {
        Self::Refused(refusal(why, says))
    }

    pub(super) fn outcome<T>(result: Result<T, Self>) -> Result<Outcome<T>, FetchError> {
        match result {
            Ok(done) => Ok(Outcome::Done(done)),
            Err(Self::Missing) => Ok(Outcome::Missing),
            Err(Self::Refused(refusal)) => Ok(Outcome::Refused(refusal)),
            Err(Self::Failed(error)) => Err(error),
        }
    }
}

impl From<FetchError> for Stop {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Gone => Self::Missing,
            FetchError::NoAccess
            | FetchError::Refused { .. }
            | FetchError::TryLater { .. }
            | FetchError::Insecure { .. }
            | FetchError::Unreadable { .. } => Self::Failed(error),
        }
    }
}

/// What the shop does not like of what it was told.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct UserError {
    /// Some things that are told have no codes.
    pub(super) code: Option<String>,
    /// Where in what was told, as far as the shop says.
    field: Option<Vec<Value>>,
    #[serde(default)]
    pub(super) message: String,
}

impl UserError {
    pub(super) fn is(&self, code: &str) -> bool {
        self.code.as_deref() == Some(code)
    }

    /// The place in the list that was told.
    pub(super) fn place(&self) -> Option<usize> {
        let mut path = self.field.iter().flatten();
        path.find_map(|step| match step {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => usize::try_from(number.as_u64()?).ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        })
    }

    pub(super) fn says_missing(&self) -> bool {
        matches!(
            self.code.as_deref(),
            Some(
                "PRODUCT_DOES_NOT_EXIST"
                    | "PRODUCT_VARIANT_DOES_NOT_EXIST"
                    | "INVALID_INVENTORY_ITEM"
            )
        )
    }

    pub(super) fn refusal(&self) -> Refusal {
        refusal(reason(self.code.as_deref()), &self.message)
    }
}

pub(super) fn refusal(why: PushReason, says: &str) -> Refusal {
    let says: String = text::clean(says).chars().take(SAYS_LIMIT_CHARS).collect();
    Refusal {
        why,
        says: says.into(),
    }
}

/// By codes, never by messages.
fn reason(code: Option<&str>) -> PushReason {
    match code {
        Some(
            "OPTIONS_OVER_LIMIT"
            | "OPTION_VALUES_OVER_LIMIT"
            | "VARIANTS_OVER_LIMIT"
            | "CANNOT_CREATE_VARIANTS_ABOVE_LIMIT"
            | "TOO_MANY_VARIANTS_CREATED"
            | "PRODUCT_MEDIA_LIMIT_EXCEEDED",
        ) => PushReason::TooMany,
        Some("SHOP_MEDIA_LIMIT_EXCEEDED") => PushReason::PlanLimit,
        Some(
            "NON_READY_MEDIA"
            | "MEDIA_DOES_NOT_EXIST"
            | "MEDIA_DOES_NOT_EXIST_ON_PRODUCT"
            | "MEDIA_CANNOT_BE_MODIFIED"
            | "INVALID_MEDIA_TYPE"
            | "INVALID_IMAGE_SOURCE_URL",
        ) => PushReason::Image,
        Some("NON_MUTABLE_INVENTORY_ITEM") => PushReason::NotSettable,
        Some("PRODUCT_SUSPENDED" | "GIFT_CARDS_NOT_ACTIVATED" | "APP_NOT_AUTHORIZED") => {
            PushReason::NotAllowed
        }
        Some(_) | None => PushReason::Invalid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(json: &str) -> UserError {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_error_is_read_by_its_code_and_its_place() {
        let stale = error(
            r#"{"code":"CHANGE_FROM_QUANTITY_STALE",
                "field":["input","quantities","71","changeFromQuantity"],"message":"x"}"#,
        );
        assert_eq!(stale.place(), Some(71));
        assert!(stale.is("CHANGE_FROM_QUANTITY_STALE") && !stale.says_missing());
        assert_eq!(error(r#"{"field":null,"message":"x"}"#).place(), None);
        assert_eq!(error(r#"{"field":["variants",3]}"#).place(), Some(3));
        for (code, why) in [
            ("VARIANTS_OVER_LIMIT", PushReason::TooMany),
            ("NON_MUTABLE_INVENTORY_ITEM", PushReason::NotSettable),
            ("PRODUCT_SUSPENDED", PushReason::NotAllowed),
            ("SOMETHING_NEW", PushReason::Invalid),
        ] {
            let error = error(&format!(r#"{{"code":"{code}","message":"x"}}"#));
            assert_eq!(error.refusal().why, why, "{code}");
        }
        let long = error(&format!(r#"{{"message":"{}"}}"#, "é".repeat(900)));
        assert_eq!(long.refusal().says.chars().count(), SAYS_LIMIT_CHARS);
    }
}
