//! Answers to questions that cannot be answered, with details that programs can read.

use std::collections::HashMap;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// A caller waits this long before it asks a service again that could not answer.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// Who says a reason, in details of refusals.
const DOMAIN: &str = "comptoir";
/// Stays the same for ever.
const NOT_IN_PLAN: &str = "NOT_IN_PLAN";

/// A field of the request is missing or makes no sense.
pub fn bad_field(field: &str, reason: impl std::fmt::Display) -> Status {
    let reason = reason.to_string();
    let message = format!("{field}: {reason}");
    let details = ErrorDetails::with_bad_request_violation(field, reason);
    Status::with_error_details(Code::InvalidArgument, message, details)
}

/// There is no such thing.
#[must_use]
pub fn not_found(kind: &str, name: &str) -> Status {
    let message = format!("no {kind} {name}");
    let details = ErrorDetails::with_resource_info(kind, name, "", &message);
    Status::with_error_details(Code::NotFound, message.clone(), details)
}

/// The question is sound, but what is there does not allow one answer. `kind` stays the same for ever.
#[must_use]
pub fn precondition(kind: &str, subject: &str, reason: &str) -> Status {
    let details = ErrorDetails::with_precondition_failure_violation(kind, subject, reason);
    Status::with_error_details(Code::FailedPrecondition, reason, details)
}

/// Not now; the same question may be answered a little later.
#[must_use]
pub fn unavailable(message: &str) -> Status {
    let details = ErrorDetails::with_retry_info(Some(RETRY_AFTER));
    Status::with_error_details(Code::Unavailable, message, details)
}

/// The caller proves to be nobody. `reason` stays the same for ever.
#[must_use]
pub fn unauthenticated(reason: &str, message: &str) -> Status {
    let details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
    Status::with_error_details(Code::Unauthenticated, message, details)
}

/// The retailer's plan has it not (POS-10): `entitlement` and `plan` are what programs read.
#[must_use]
pub fn not_in_plan(entitlement: &str, plan: &str, message: &str) -> Status {
    let metadata = [("entitlement", entitlement), ("plan", plan)];
    let metadata = metadata.map(|(key, value)| (key.to_owned(), value.to_owned()));
    let details = ErrorDetails::with_error_info(NOT_IN_PLAN, DOMAIN, HashMap::from(metadata));
    Status::with_error_details(Code::PermissionDenied, message, details)
}

/// The caller is known, and may not. `reason` stays the same for ever.
#[must_use]
pub fn denied(reason: &str, message: &str) -> Status {
    let details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
    Status::with_error_details(Code::PermissionDenied, message, details)
}
