use std::error::Error;
use std::fmt::Write as _;

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

    /// A short code for machines.
    pub(crate) fn code(&self) -> &'static str {
        match self {
            Self::Unreachable { .. } => "unreachable",
            Self::Refused { code, .. } => name(*code),
            Self::Answer(_) | Self::Endless { .. } => "bad_answer",
        }
    }
}

/// What was refused and why, a line for each detail the ledger gave.
fn in_words(code: Code, status: &Status) -> String {
    let mut words = match status.message() {
        "" => code.description().to_owned(),
        message => message.to_owned(),
    };
    let details = status.get_error_details();
    // Writing to a text does not fail.
    if let Some(request) = details.bad_request() {
        for wrong in &request.field_violations {
            let _ = write!(words, "\n  {}: {}", wrong.field, wrong.description);
        }
    }
    if let Some(unmet) = details.precondition_failure() {
        for violation in &unmet.violations {
            let _ = write!(
                words,
                "\n  {}: {}",
                violation.subject, violation.description
            );
        }
    }
    if let Some(resource) = details.resource_info() {
        let _ = write!(
            words,
            "\n  {}: {}",
            resource.resource_type, resource.resource_name
        );
    }
    if let Some(info) = details.error_info() {
        let _ = write!(words, "\n  reason: {}", info.reason);
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
    fn a_ledger_that_is_away_is_told_with_what_to_do() {
        let error = ApiError::from_status("http://x", &Status::unavailable("draining"));
        assert_eq!(error.code(), "unreachable");
        assert!(error.to_string().contains("comptoir up"), "{error}");
    }
}
