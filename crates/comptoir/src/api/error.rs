use std::error::Error;

use proto::convert::WireError;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

/// Why the ledger gave no answer, in a person's words.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error(
        "no ledger answers at {target} ({reason})\nis the system running? `comptoir up` starts it, `comptoir status` shows it"
    )]
    Unreachable { target: String, reason: String },
    #[error("{message}")]
    Refused { code: Code, message: String },
    #[error("the ledger's answer cannot be read, is it of another version? {0}")]
    Answer(#[from] WireError),
    #[error("the ledger's list did not end after {pages} pages")]
    Endless { pages: usize },
}

impl ApiError {
    pub(super) fn unreachable(target: &str, error: impl Error) -> Self {
        Self::Unreachable {
            target: target.to_owned(),
            reason: innermost(&error),
        }
    }

    pub(super) fn from_status(target: &str, status: &Status) -> Self {
        match status.code() {
            Code::Unavailable => Self::Unreachable {
                target: target.to_owned(),
                reason: status.message().to_owned(),
            },
            code => Self::Refused {
                code,
                message: in_words(code, status),
            },
        }
    }

    /// Whether more than one thing goes by the name that was given.
    pub(crate) fn is_ambiguous(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                code: Code::FailedPrecondition,
                ..
            }
        )
    }

    /// Whether there is nothing by the name that was given.
    pub(crate) fn is_not_found(&self) -> bool {
        matches!(
            self,
            Self::Refused {
                code: Code::NotFound,
                ..
            }
        )
    }

    /// The same refusal with more lines behind its words.
    pub(crate) fn with_more(self, lines: &str) -> Self {
        match self {
            Self::Refused { code, message } => Self::Refused {
                code,
                message: format!("{message}\n{lines}"),
            },
            other @ (Self::Unreachable { .. } | Self::Answer(_) | Self::Endless { .. }) => other,
        }
    }

    /// A short code for machines.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Refused { code, .. } => name(*code),
            Self::Answer(_) | Self::Endless { .. } => "bad_answer",
        }
    }
}

/// What was refused and why, a line for each detail that the message does not tell by itself.
fn in_words(code: Code, status: &Status) -> String {
    let message = match status.message() {
        "" => code.description(),
        message => message,
    };
    let details = status.get_error_details();
    let mut told: Vec<(&str, &str)> = Vec::new();
    if let Some(request) = details.bad_request() {
        let wrong = request.field_violations.iter();
        told.extend(wrong.map(|wrong| (wrong.field.as_str(), wrong.description.as_str())));
    }
    if let Some(unmet) = details.precondition_failure() {
        let unmet = unmet.violations.iter();
        told.extend(unmet.map(|unmet| (unmet.subject.as_str(), unmet.description.as_str())));
    }
    if let Some(resource) = details.resource_info() {
        told.push((&resource.resource_type, &resource.resource_name));
    }
    if let Some(info) = details.error_info() {
        told.push(("reason", &info.reason));
    }
    let mut words = message.to_owned();
    for (what, detail) in told {
        if !message.contains(detail) {
            words.extend(["\n  ", what, ": ", detail]);
        }
    }
    words
}

fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

const fn name(code: Code) -> &'static str {
    match code {
        Code::Ok => "ok",
        Code::Cancelled => "cancelled",
        Code::Unknown => "unknown",
        Code::InvalidArgument => "invalid_argument",
        Code::DeadlineExceeded => "deadline_exceeded",
        Code::NotFound => "not_found",
        Code::AlreadyExists => "already_exists",
        Code::PermissionDenied => "permission_denied",
        Code::ResourceExhausted => "resource_exhausted",
        Code::FailedPrecondition => "failed_precondition",
        Code::Aborted => "aborted",
        Code::OutOfRange => "out_of_range",
        Code::Unimplemented => "unimplemented",
        Code::Internal => "internal",
        Code::Unavailable => "unavailable",
        Code::DataLoss => "data_loss",
        Code::Unauthenticated => "unauthenticated",
    }
}

#[cfg(test)]
mod tests {
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn a_refusal_is_told_with_its_details() {
        let mut details = ErrorDetails::new();
        details.add_bad_request_violation("page_size", "must be from 1 to 500");
        let status =
            Status::with_error_details(Code::InvalidArgument, "the request is wrong", details);
        let error = ApiError::from_status("http://x", &status);
        assert_eq!(error.code(), "invalid_argument");
        assert_eq!(
            error.to_string(),
            "the request is wrong\n  page_size: must be from 1 to 500"
        );
    }

    #[test]
    fn a_detail_that_the_message_tells_is_not_told_twice() {
        let mut details = ErrorDetails::new();
        details.set_resource_info("sale", "1001", "", "");
        let status = Status::with_error_details(Code::NotFound, "no sale 1001", details);
        assert_eq!(
            ApiError::from_status("http://x", &status).to_string(),
            "no sale 1001"
        );
    }

    #[test]
    fn a_ledger_that_is_away_is_told_with_what_to_do() {
        let error = ApiError::from_status("http://x", &Status::unavailable("draining"));
        assert_eq!(error.code(), "unreachable");
        assert!(error.to_string().contains("comptoir up"), "{error}");
    }
}
