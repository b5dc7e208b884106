/// How much of the machine a cluster takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizing {
    pub shared_buffers_mib: u32,
    pub max_wal_size_mib: u32,
    pub max_connections: u32,
}

/// For a stack that may be measured.
impl Default for Sizing {
    fn default() -> Self {
        Self {
            shared_buffers_mib: 256,
            max_wal_size_mib: 2048,
            max_connections: 100,
        }
    }
}

impl Sizing {
    /// For many small databases, one per test.
    pub(crate) const TESTS: Self = Self {
        shared_buffers_mib: 64,
        max_wal_size_mib: 512,
        max_connections: 300,
    };
}

/// The settings of a server, given on its command line so that they hold whatever the data folder
/// says.
pub(super) fn settings(port: u16, sizing: Sizing) -> Vec<(&'static str, String)> {
    let Sizing {
        shared_buffers_mib,
        max_wal_size_mib,
        max_connections,
    } = sizing;
    let fixed = [
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        // What is acknowledged is kept. The services refuse to run otherwise.
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("checkpoint_timeout", "15min"),
        ("checkpoint_completion_target", "0.9"),
        ("random_page_cost", "1.1"),
        ("jit", "off"),
        ("timezone", "UTC"),
        ("log_timezone", "UTC"),
        ("lc_messages", "C"),
        ("log_line_prefix", "%m [%p] "),
        ("logging_collector", "off"),
        // Statements, parameters and failing rows may hold personal data or passwords.
        ("log_min_error_statement", "panic"),
        ("log_error_verbosity", "terse"),
        ("log_parameter_max_length", "0"),
        ("log_parameter_max_length_on_error", "0"),
    ];
    // After a crash the whole file system is synced, rather than a thousand files one by one.
    let recovery = cfg!(target_os = "linux").then_some(("recovery_init_sync_method", "syncfs"));
    let sized = [
        ("port", port.to_string()),
        ("shared_buffers", format!("{shared_buffers_mib}MB")),
        ("max_wal_size", format!("{max_wal_size_mib}MB")),
        ("max_connections", max_connections.to_string()),
    ];
    fixed
        .into_iter()
        .chain(recovery)
        .map(|(name, value)| (name, value.to_owned()))
        .chain(sized)
        .collect()
}
