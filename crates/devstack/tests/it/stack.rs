//! One stack: started, asked, stopped and started again.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path, time::Instant};

use devstack::{Devstack, Error, GivenNats, Observer, Options, attach};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{options, reachable_dir, runs, wire::Client};

const THEIR_DATABASE: &str = "postgres://somebody@127.0.0.1:1/their";
const STREAM: &str = r#"{"name":"KEPT","subjects":["kept.>"],"storage":"file"}"#;

#[test]
fn a_stack_starts_answers_and_stops() {
    let dir = reachable_dir();
    let mut options = options(dir.path());
    options.observer = Observer::new(|step| println!("{step}"));
    let stack = Devstack::start(&options).unwrap();
    let pids = stack.pids();
    let (postgres, nats) = (pids.postgres.unwrap(), pids.nats.unwrap());

    assert_eq!(
        stack.query("select current_database()").unwrap(),
        "comptoir"
    );
    let password = stack.nats_password("admin").unwrap();
    Client::logged_in(&stack.nats_url(), "admin", password.expose_secret());
    stack.check().unwrap();

    let seen = attach(stack.dir()).unwrap().unwrap();
    assert_eq!(seen.nats_url, stack.nats_url());
    assert_eq!(seen.monitor_url, stack.monitor_url());
    assert_eq!(
        seen.database_url.expose_secret(),
        stack.database_url().expose_secret()
    );
    assert_eq!(
        seen.nats_passwords["admin"].expose_secret(),
        password.expose_secret()
    );

    let real = stack.dir().to_owned();
    stack.stop();
    assert!(!runs(postgres) && !runs(nats));
    assert!(attach(&real).unwrap().is_none());
}

#[test]
fn data_and_passwords_outlive_a_restart() {
    let dir = reachable_dir();
    let first = Devstack::start(&options(dir.path())).unwrap();
    let password = first.nats_password("admin").unwrap();
    first
        .query("create table kept (n int); insert into kept values (7);")
        .unwrap();
    let mut client = Client::logged_in(&first.nats_url(), "admin", password.expose_secret());
    client.request("$JS.API.STREAM.CREATE.KEPT", STREAM);
    client.request("kept.one", "{}");
    first.stop();

    let began = Instant::now();
    let second = Devstack::start(&options(dir.path())).unwrap();
    println!("started again in {:?}", began.elapsed());
    assert_eq!(second.query("select n from kept").unwrap(), "7");
    let mut client = Client::logged_in(&second.nats_url(), "admin", password.expose_secret());
    let info = client.request("$JS.API.STREAM.INFO.KEPT", "");
    assert_eq!(info["state"]["messages"], 1);
}

#[test]
fn a_crashed_server_starts_again_on_the_same_port_and_data() {
    let dir = reachable_dir();
    let stack = Devstack::start(&options(dir.path())).unwrap();
    let before = stack.endpoints();
    let pids = stack.pids();
    stack.query("create table kept (n int)").unwrap();
    let password = stack.nats_password("admin").unwrap();
    let mut client = Client::logged_in(&stack.nats_url(), "admin", password.expose_secret());
    client.request("$JS.API.STREAM.CREATE.KEPT", STREAM);
    client.request("kept.one", "{}");

    stack.kill_postgres().unwrap();
    stack.kill_nats().unwrap();
    assert!(!runs(pids.postgres.unwrap()) && !runs(pids.nats.unwrap()));
    assert!(stack.pids().postgres.is_none() && stack.pids().nats.is_none());
    stack.restart_postgres().unwrap();
    stack.restart_nats().unwrap();

    assert_eq!(stack.nats_url(), before.nats_url);
    assert_eq!(
        stack.database_url().expose_secret(),
        before.database_url.expose_secret()
    );
    assert_eq!(stack.query("select count(*) from kept").unwrap(), "0");
    let mut client = Client::logged_in(&stack.nats_url(), "admin", password.expose_secret());
    let info = client.request("$JS.API.STREAM.INFO.KEPT", "");
    assert_eq!(info["state"]["messages"], 1);
}

#[test]
fn a_server_that_ends_by_itself_is_noticed() {
    let dir = reachable_dir();
    let stack = Devstack::start(&broker_alone(dir.path())).unwrap();
    let pid = stack.pids().nats.unwrap();
    assert!(
        std::process::Command::new("kill")
            .args(["-KILL", &pid.to_string()])
            .status()
            .unwrap()
            .success()
    );
    crate::wait_until("the end is noticed", || {
        matches!(
            stack.check(),
            Err(Error::Exited {
                server: "nats-server",
                ..
            })
        )
    });
}

#[test]
fn two_stacks_in_one_folder_are_refused() {
    let dir = reachable_dir();
    let _first = Devstack::start(&broker_alone(dir.path())).unwrap();
    let refused = Devstack::start(&broker_alone(dir.path())).unwrap_err();
    let us = std::process::id();
    assert!(
        matches!(&refused, Error::AlreadyRunning { pid: Some(pid), .. } if *pid == us),
        "{refused}"
    );
    assert!(refused.to_string().contains("stop that one first"));
}

#[test]
fn a_lock_and_pid_files_of_a_dead_owner_are_no_hindrance() {
    let dir = reachable_dir();
    let stack = Devstack::start(&options(dir.path())).unwrap();
    let real = stack.dir().to_owned();
    stack.stop();
    // Our own pid lives and is no server of this stack, as after a reboot.
    let us = std::process::id();
    fs::write(real.join("lock"), us.to_string()).unwrap();
    fs::write(real.join("nats/nats.pid"), us.to_string()).unwrap();
    fs::write(real.join("endpoints.json"), "{}").unwrap();
    let data = real.join("postgres/data");
    let stale = format!("{us}\n{}\n1\n1\n\n127.0.0.1\n0 0\nready\n", data.display());
    fs::write(data.join("postmaster.pid"), stale).unwrap();

    assert!(attach(&real).unwrap().is_none());
    let stack = Devstack::start(&options(dir.path())).unwrap();
    stack.check().unwrap();
}

/// PostgreSQL refuses to be run as root, and a project may lie where nobody else can look.
#[test]
fn as_root_data_lie_where_their_user_can_reach_them() {
    if !nix::unistd::geteuid().is_root() {
        return;
    }
    let closed = tempfile::tempdir().unwrap();
    fs::set_permissions(closed.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let dir = closed.path().join("project");
    let home = dir.join("postgres");
    let stack = Devstack::start(&options(&dir)).unwrap();
    let away = fs::read_link(&home).unwrap();
    assert!(away.starts_with("/var/tmp"), "{}", away.display());
    assert!(stack.data_dir().unwrap().starts_with(&away));
    stack.query("create table kept (n int)").unwrap();
    stack.stop();

    let stack = Devstack::start(&options(&dir)).unwrap();
    assert_eq!(stack.query("select count(*) from kept").unwrap(), "0");
    stack.stop();

    fs::remove_dir_all(&dir).unwrap();
    let stack = Devstack::start(&options(&dir)).unwrap();
    let tables = "select count(*) from pg_catalog.pg_tables where tablename = 'kept'";
    assert_eq!(
        stack.query(tables).unwrap(),
        "0",
        "the data went with the project"
    );
    stack.stop();
    fs::remove_dir_all(away).unwrap();
}

#[test]
fn servers_from_outside_are_used_as_they_are() {
    let dir = reachable_dir();
    let given = GivenNats {
        url: "nats://127.0.0.1:1".to_owned(),
        monitor_url: None,
    };
    let mut options = broker_alone(dir.path());
    options.given_nats = Some(given.clone());
    let stack = Devstack::start(&options).unwrap();
    assert_eq!(stack.database_url().expose_secret(), THEIR_DATABASE);
    assert_eq!(stack.nats_url(), given.url);
    assert_eq!(stack.monitor_url(), None);
    assert!(stack.nats_password("admin").is_none());
    assert!(stack.pids().postgres.is_none() && stack.pids().nats.is_none());
    assert!(matches!(stack.kill_nats(), Err(Error::NotOurServer { .. })));
}

#[test]
fn secrets_are_ours_alone_and_never_shown() {
    let dir = reachable_dir();
    let stack = Devstack::start(&options(dir.path())).unwrap();
    let real = stack.dir();
    for file in [
        "endpoints.json",
        "nats/nats.conf",
        "secrets/nats-admin",
        "secrets/nats-sys",
        "postgres/password",
    ] {
        assert_eq!(mode(&real.join(file)), 0o600, "{file}");
    }
    let password = stack.nats_password("admin").unwrap();
    let url = stack.database_url();
    let postgres_password = url
        .expose_secret()
        .split([':', '@'])
        .nth(2)
        .unwrap()
        .to_owned();
    let shown = format!("{stack:?} {:?}", stack.endpoints());
    let logs = fs::read_to_string(real.join("log/nats.log")).unwrap()
        + &fs::read_to_string(real.join("log/postgres.log")).unwrap();
    for secret in [password.expose_secret(), &postgres_password] {
        assert!(!shown.contains(secret));
        assert!(!logs.contains(secret));
    }
}

/// A stack without a PostgreSQL of its own.
fn broker_alone(dir: &Path) -> Options {
    let mut options = options(dir);
    options.database_url = Some(SecretString::from(THEIR_DATABASE));
    options
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}
