//! The streams: what each keeps, how much, for how long, and who writes it.

use std::time::Duration;

use async_nats::jetstream::stream::{
    Compression, Config, DiscardPolicy, RetentionPolicy, StorageType,
};

use retail::PlatformCode;

use crate::Service;

const DAY: Duration = Duration::from_hours(24);
const KIB: i32 = 1 << 10;
const MIB: i64 = 1 << 20;
const GIB: i64 = 1 << 30;

/// How long the broker recognises a message id it has seen.
pub const DUPLICATE_WINDOW: Duration = Duration::from_mins(2);

/// Who may publish into a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Writers {
    /// One service alone.
    Only(Service),
    /// Every ingest service.
    EveryIngest,
    /// Every ingest service, each on its platform's subjects.
    EveryIngestItsOwn,
    /// Every service, each on a subject of its own.
    EveryService,
}

/// A stream as it must stand on the broker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    pub name: String,
    /// What it is for, shown by the broker's tools.
    pub description: String,
    /// Subject patterns it stores.
    pub subjects: Vec<String>,
    /// After this age a message may go; zero: never.
    pub max_age: Duration,
    /// Above this size, in bytes, new messages are refused; old ones are never discarded for them.
    pub max_bytes: i64,
    /// Largest message, in bytes, headers included.
    pub max_message_bytes: i32,
    pub duplicate_window: Duration,
    /// Messages kept of one subject, the newest; `None`: all.
    pub per_subject: Option<i64>,
    pub writers: Writers,
}

/// Raw deliveries of one platform, sealed. One stream a platform, so that none can fill another's.
#[must_use]
pub fn inbox(platform: &PlatformCode) -> Stream {
    Stream {
        name: format!("INBOX_{}", platform.as_str().to_uppercase()),
        description: format!("raw deliveries of {platform}"),
        subjects: vec![format!("inbox.{platform}.*.*")],
        max_age: 30 * DAY,
        max_bytes: 3 * GIB,
        max_message_bytes: 1024 * KIB,
        duplicate_window: DUPLICATE_WINDOW,
        per_subject: None,
        writers: Writers::Only(Service::Ingest(platform.clone())),
    }
}

/// Canonical order snapshots of all platforms.
#[must_use]
pub fn orders() -> Stream {
    Stream {
        name: "ORDERS".to_owned(),
        description: "canonical order snapshots".to_owned(),
        subjects: vec!["order.*.*".to_owned()],
        max_age: 30 * DAY,
        max_bytes: 3 * GIB,
        max_message_bytes: 1024 * KIB,
        duplicate_window: DUPLICATE_WINDOW,
        per_subject: None,
        writers: Writers::EveryIngest,
    }
}

/// What the ledger recorded.
#[must_use]
pub fn ledger() -> Stream {
    Stream {
        name: "LEDGER".to_owned(),
        description: "what the ledger recorded".to_owned(),
        subjects: vec![
            "ledger.sale.recorded.*".to_owned(),
            "ledger.stock.changed.*".to_owned(),
            "ledger.item.registered.*".to_owned(),
        ],
        max_age: 7 * DAY,
        max_bytes: GIB,
        max_message_bytes: 1024 * KIB,
        duplicate_window: DUPLICATE_WINDOW,
        per_subject: None,
        writers: Writers::Only(Service::Ledger),
    }
}

/// What changed in the catalogue.
#[must_use]
pub fn catalog() -> Stream {
    Stream {
        name: "CATALOG".to_owned(),
        description: "what changed in the catalogue".to_owned(),
        subjects: vec!["catalog.product.changed.*".to_owned()],
        max_age: 7 * DAY,
        max_bytes: 512 * MIB,
        max_message_bytes: 4 * KIB,
        duplicate_window: DUPLICATE_WINDOW,
        per_subject: None,
        writers: Writers::Only(Service::CatalogPush),
    }
}

/// The bucket `connections`: of every connection what the other services know of it, by platform and id. A
/// key-value bucket as the broker's own tools read it; what is in it can be told again at any time.
#[must_use]
pub fn connections() -> Stream {
    Stream {
        name: "KV_connections".to_owned(),
        description: "what is known of connections".to_owned(),
        subjects: vec!["$KV.connections.>".to_owned()],
        max_age: Duration::ZERO,
        max_bytes: 64 * MIB,
        max_message_bytes: 4 * KIB,
        duplicate_window: DUPLICATE_WINDOW,
        per_subject: Some(1),
        writers: Writers::EveryIngestItsOwn,
    }
}

/// What a service could not read, with the reason, for people.
#[must_use]
pub fn dead() -> Stream {
    Stream {
        name: "DEAD".to_owned(),
        description: "messages nobody could read".to_owned(),
        subjects: vec!["dead.*".to_owned()],
        max_age: 30 * DAY,
        max_bytes: 256 * MIB,
        max_message_bytes: 1024 * KIB,
        duplicate_window: DUPLICATE_WINDOW,
        per_subject: None,
        writers: Writers::EveryService,
    }
}

impl Stream {
    /// Whether `service` publishes into this stream.
    #[must_use]
    pub fn is_written_by(&self, service: &Service) -> bool {
        match &self.writers {
            Writers::Only(writer) => writer == service,
            Writers::EveryIngest | Writers::EveryIngestItsOwn => match service {
                Service::Ingest(_) => true,
                Service::Ledger | Service::CatalogPush => false,
            },
            Writers::EveryService => true,
        }
    }

    /// The whole configuration, spelt as the broker gives it back, so that the two can be compared.
    pub(crate) fn config(&self, replicas: usize) -> Config {
        let Self {
            name,
            description,
            subjects,
            max_age,
            max_bytes,
            max_message_bytes,
            duplicate_window,
            per_subject,
            writers: _,
        } = self.clone();
        Config {
            name,
            description: Some(description),
            subjects,
            max_age,
            max_bytes,
            max_message_size: max_message_bytes,
            duplicate_window,
            retention: RetentionPolicy::Limits,
            storage: StorageType::File,
            discard: DiscardPolicy::New,
            num_replicas: replicas,
            deny_delete: true,
            deny_purge: true,
            allow_atomic_publish: true,
            max_messages: -1,
            max_messages_per_subject: per_subject.unwrap_or(-1),
            max_consumers: -1,
            compression: Some(Compression::None),
            ..Config::default()
        }
    }
}
