//! Real servers, started, stopped, crashed and left behind.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod finding;
mod orphans;
mod owner;
mod settings;
mod stack;
mod testing;
mod wire;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use devstack::{NatsConfig, NatsUser, Options};

/// How long what must happen may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Two users: one may do everything, the other may only listen to orders.
fn users() -> NatsConfig {
    let user = |name: &str, publish: &[&str], subscribe: &[&str]| NatsUser {
        name: name.to_owned(),
        publish: publish.iter().map(ToString::to_string).collect(),
        subscribe: subscribe.iter().map(ToString::to_string).collect(),
        allow_responses: false,
    };
    NatsConfig::new(vec![
        user("admin", &[">"], &[">"]),
        user("listener", &[], &["order.>"]),
    ])
}

/// A stack in a folder, by servers that all tests share.
fn options(dir: &Path) -> Options {
    let mut options = Options::new(dir, users());
    options.search = devstack::testing::search();
    options
}

/// A temporary folder through which PostgreSQL's user can pass.
fn reachable_dir() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    dir
}

/// Whether a process runs; one that has ended and was not waited for does not.
fn runs(pid: u32) -> bool {
    fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap()
            .trim_start()
            .starts_with('Z')
    })
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "not in time: {what}");
        thread::sleep(Duration::from_millis(10));
    }
}
