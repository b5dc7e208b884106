use std::{
    path::{Path, PathBuf},
    process::Stdio,
};

use super::NAME;
use crate::{
    Error, Observer, Search, Step, Version,
    fetch::{self, Cache},
    search::is_program,
    server::command,
    unprivileged::ServerUser,
};

/// The oldest release the services are tested on.
const OLDEST: Version = Version {
    major: 15,
    minor: 0,
    patch: 0,
};
const INSTALL: &str = "install postgresql (Debian, Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; \
     macOS: brew install postgresql), or python3 with pip so that it can be fetched, \
     or name the folder of its programs in PG_BINDIR";

/// The programs of one PostgreSQL installation.
#[derive(Debug, Clone)]
pub(crate) struct Binaries {
    dir: PathBuf,
    pub(crate) version: Version,
}

impl Binaries {
    pub(crate) fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }

    pub(crate) fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    pub(crate) fn psql(&self) -> PathBuf {
        self.dir.join("psql")
    }
}

/// Finds an installation that can be relied on, fetching one if the machine has none. With data
/// there already, only the major version that made them will do.
pub(crate) fn find(
    search: &Search,
    cache: &Cache,
    made_by: Option<(&Path, u32)>,
    user: Option<ServerUser>,
    observer: &Observer,
) -> Result<Binaries, Error> {
    if let Some(dir) = &search.pg_bindir {
        return named(dir, made_by, user);
    }
    let mut passed_over = Vec::new();
    for dir in search.path.iter().chain(&search.postgres_dirs) {
        let Some(dir) = installation(dir) else {
            continue;
        };
        match usable(&dir, user).and_then(|found| fits(found, made_by)) {
            Ok(binaries) => return Ok(binaries),
            Err(why) => {
                let why = format!("{} {why}", dir.display());
                observer.tell(&Step::PassedOver(why.clone()));
                passed_over.push(why);
            }
        }
    }
    if let Some((data, major)) = made_by
        && major != fetch::POSTGRES_VERSION.major
    {
        return Err(Error::DataVersion {
            data: data.to_owned(),
            made_by: major.to_string(),
            offered: format!("PostgreSQL {}", fetch::POSTGRES_VERSION),
        });
    }
    let dir = fetch::postgres(cache, user, observer).map_err(|error| Error::NotFound {
        wanted: format!("{NAME} {} or later", OLDEST.major),
        passed_over,
        fetch: Box::new(error),
        install: INSTALL,
    })?;
    named(&dir, made_by, user)
}

fn named(
    dir: &Path,
    made_by: Option<(&Path, u32)>,
    user: Option<ServerUser>,
) -> Result<Binaries, Error> {
    let binaries = usable(dir, user).map_err(|reason| Error::NotUsable {
        path: dir.to_owned(),
        name: NAME,
        reason,
    })?;
    match made_by {
        Some((data, major)) if major != binaries.version.major => Err(Error::DataVersion {
            data: data.to_owned(),
            made_by: major.to_string(),
            offered: format!("PostgreSQL {}", binaries.version),
        }),
        Some(_) | None => Ok(binaries),
    }
}

/// The folder in which the programs really lie: on a path there may be links to some of them.
fn installation(dir: &Path) -> Option<PathBuf> {
    let initdb = dir.join("initdb").canonicalize().ok()?;
    if !is_program(&initdb) {
        return None;
    }
    initdb.parent().map(Path::to_owned)
}

/// The installation in a folder, or why it will not do.
fn usable(dir: &Path, user: Option<ServerUser>) -> Result<Binaries, String> {
    for program in ["initdb", "postgres", "psql"] {
        if !is_program(&dir.join(program)) {
            return Err(format!("has no {program}"));
        }
    }
    if user.is_some_and(|user| !user.can_reach(dir)) {
        return Err(
            "cannot be reached by the user nobody, as which PostgreSQL must run".to_owned(),
        );
    }
    let postgres = dir.join("postgres");
    let output = command(&postgres, None)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("cannot be run: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    match Version::find(&said) {
        None => Err(format!("does not tell its version: {}", said.trim())),
        Some(version) if version < OLDEST => Err(format!(
            "is PostgreSQL {version}, older than {}",
            OLDEST.major
        )),
        Some(version) => Ok(Binaries {
            dir: dir.to_owned(),
            version,
        }),
    }
}

fn fits(binaries: Binaries, made_by: Option<(&Path, u32)>) -> Result<Binaries, String> {
    match made_by {
        Some((data, major)) if major != binaries.version.major => Err(format!(
            "is PostgreSQL {}, and {} was made by {major}",
            binaries.version,
            data.display()
        )),
        Some(_) | None => Ok(binaries),
    }
}
