use crate::services::Service;

/// A process of the stack that can be killed and started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    Ingest,
    Ledger,
    Broker,
    Database,
}

impl Part {
    pub const ALL: [Self; 4] = [Self::Ingest, Self::Ledger, Self::Broker, Self::Database];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Ledger => "ledger",
            Self::Broker => "broker",
            Self::Database => "database",
        }
    }

    /// The service it is; `None` for the servers.
    pub(super) const fn service(self) -> Option<Service> {
        match self {
            Self::Ingest => Some(Service::INGEST),
            Self::Ledger => Some(Service::Ledger),
            Self::Broker | Self::Database => None,
        }
    }
}
