use std::{
    env,
    ffi::{OsStr, OsString},
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

/// Folders that hold one PostgreSQL installation per version, and where in each its programs are.
const INSTALLATIONS: [(&str, &str, &str); 4] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql@", "bin"),
    ("/usr/local/opt", "postgresql@", "bin"),
];

/// Where servers are looked for, and where fetched ones are kept.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// Folders of programs, as in `PATH`.
    pub path: Vec<PathBuf>,
    /// PostgreSQL's folder of programs, if named expressly (`PG_BINDIR`).
    pub pg_bindir: Option<PathBuf>,
    /// The nats-server program, if named expressly (`NATS_SERVER`).
    pub nats_server: Option<PathBuf>,
    /// Where systems install PostgreSQL's programs outside `PATH`, the newest version first.
    pub postgres_dirs: Vec<PathBuf>,
    /// A place for fetched servers that several folders share (`COMPTOIR_CACHE`).
    pub cache: Option<PathBuf>,
}

impl Search {
    /// As this process was told: `PATH`, `PG_BINDIR`, `NATS_SERVER` and `COMPTOIR_CACHE`.
    #[must_use]
    pub fn from_env() -> Self {
        Self::from_vars(|name| env::var_os(name))
    }

    fn from_vars(var: impl Fn(&str) -> Option<OsString>) -> Self {
        let named = |name| {
            var(name)
                .filter(|value| !value.is_empty())
                .map(PathBuf::from)
        };
        Self {
            path: env::split_paths(&var("PATH").unwrap_or_default())
                .filter(|dir| dir.is_absolute())
                .collect(),
            pg_bindir: named("PG_BINDIR"),
            nats_server: named("NATS_SERVER"),
            postgres_dirs: installations(),
            cache: named("COMPTOIR_CACHE"),
        }
    }
}

/// Whether a path is a program that somebody may run.
pub(crate) fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn installations() -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = INSTALLATIONS
        .iter()
        .flat_map(|(parent, prefix, bin)| {
            let entries = fs::read_dir(parent).into_iter().flatten().flatten();
            entries.filter_map(move |entry| {
                Some((major(&entry.file_name(), prefix)?, entry.path().join(bin)))
            })
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| b.cmp(a));
    found.into_iter().map(|(_, dir)| dir).collect()
}

fn major(name: &OsStr, prefix: &str) -> Option<u32> {
    let version = name.to_str()?.strip_prefix(prefix)?;
    version.split('.').next()?.parse().ok()
}
