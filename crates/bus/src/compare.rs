//! What was asked of the broker against what it says there is.

use std::collections::HashMap;
use std::fmt;

use async_nats::jetstream::{consumer, stream};

/// Metadata under this prefix is the server's own.
const SERVER_METADATA: &str = "_nats.";

/// One setting that is not as asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// "stream ORDERS" or "consumer ledger-orders".
    pub of: String,
    pub field: &'static str,
    pub asked: String,
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            of,
            field,
            asked,
            found,
        } = self;
        write!(f, "{of}: {field} is {found}, asked was {asked}")
    }
}

/// Joins differences into one line for an error message.
pub(crate) fn list(differences: &[Difference]) -> String {
    let lines: Vec<_> = differences.iter().map(Difference::to_string).collect();
    lines.join("; ")
}

/// Compares field by field. The list of fields is whole: a field the client library adds breaks the build.
macro_rules! compare {
    ($kind:path, $of:expr, $asked:expr, $found:expr, [$($field:ident),+ $(,)?]) => {{
        let $kind { $($field,)+ metadata } = $found;
        let mut differences = Vec::new();
        $(
            if $asked.$field != *$field {
                differences.push(Difference {
                    of: $of.clone(),
                    field: stringify!($field),
                    asked: format!("{:?}", $asked.$field),
                    found: format!("{:?}", $field),
                });
            }
        )+
        if $asked.metadata != own(metadata) {
            differences.push(Difference {
                of: $of,
                field: "metadata",
                asked: format!("{:?}", $asked.metadata),
                found: format!("{:?}", own(metadata)),
            });
        }
        differences
    }};
}

pub(crate) fn stream(asked: &stream::Config, found: &stream::Config) -> Vec<Difference> {
    let of = format!("stream {}", asked.name);
    compare!(
        stream::Config,
        of,
        asked,
        found,
        [
            name,
            max_bytes,
            max_messages,
            max_messages_per_subject,
            discard,
            discard_new_per_subject,
            subjects,
            retention,
            max_consumers,
            max_age,
            max_message_size,
            storage,
            num_replicas,
            no_ack,
            duplicate_window,
            template_owner,
            sealed,
            description,
            allow_rollup,
            deny_delete,
            deny_purge,
            republish,
            allow_direct,
            mirror_direct,
            mirror,
            sources,
            subject_transform,
            compression,
            consumer_limits,
            first_sequence,
            placement,
            persist_mode,
            pause_until,
            allow_message_ttl,
            subject_delete_marker_ttl,
            allow_atomic_publish,
            allow_message_schedules,
            allow_message_counter,
        ]
    )
}

pub(crate) fn consumer(asked: &consumer::Config, found: &consumer::Config) -> Vec<Difference> {
    let of = format!("consumer {}", asked.name.as_deref().unwrap_or_default());
    compare!(
        consumer::Config,
        of,
        asked,
        found,
        [
            deliver_subject,
            durable_name,
            name,
            description,
            deliver_group,
            deliver_policy,
            ack_policy,
            ack_wait,
            max_deliver,
            filter_subject,
            filter_subjects,
            replay_policy,
            rate_limit,
            sample_frequency,
            max_waiting,
            max_ack_pending,
            headers_only,
            flow_control,
            idle_heartbeat,
            max_batch,
            max_bytes,
            max_expires,
            inactive_threshold,
            num_replicas,
            memory_storage,
            backoff,
            priority_policy,
            priority_groups,
            priority_timeout,
            pause_until,
        ]
    )
}

fn own(metadata: &HashMap<String, String>) -> HashMap<String, String> {
    metadata
        .iter()
        .filter(|(key, _)| !key.starts_with(SERVER_METADATA))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
