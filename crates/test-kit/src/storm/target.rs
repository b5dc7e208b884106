/// A process that can be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Ingest,
    Ledger,
    Broker,
    Database,
}

impl Part {
    pub const ALL: [Self; 4] = [Self::Ingest, Self::Ledger, Self::Broker, Self::Database];
}

/// A running system of real processes. The calls that change it block, and run on threads made
/// for that.
pub trait Target: Send + Sync + 'static {
    /// Where the shop posts its deliveries.
    fn hook_url(&self) -> String;

    fn grpc_url(&self) -> String;

    /// The broker's monitoring address.
    fn monitor_url(&self) -> String;

    /// SIGKILL. The part stays down.
    fn kill(&self, part: Part) -> anyhow::Result<()>;

    /// Starts a killed part; returns when the whole system is ready.
    fn restart(&self, part: Part) -> anyhow::Result<()>;
}
