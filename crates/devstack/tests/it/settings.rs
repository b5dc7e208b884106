//! The servers really are as durable and as closed as they were asked to be.

use devstack::testing::{Nats, Postgres};

use crate::{
    users,
    wire::{Client, page},
};

#[test]
fn postgresql_writes_what_it_acknowledges_and_listens_on_loopback_alone() {
    let postgres = Postgres::shared();
    let database = postgres.fresh_database().unwrap();
    for (setting, expected) in [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("full_page_writes", "on"),
        ("data_checksums", "on"),
        ("listen_addresses", "127.0.0.1"),
        ("unix_socket_directories", ""),
        ("password_encryption", "scram-sha-256"),
        ("log_parameter_max_length_on_error", "0"),
    ] {
        let found = postgres
            .query(&database, &format!("show {setting}"))
            .unwrap();
        assert_eq!(found, expected, "{setting}");
    }
    let methods = "select string_agg(distinct type || ' ' || auth_method, ', ' order by type || ' ' || auth_method) \
                   from pg_catalog.pg_hba_file_rules";
    assert_eq!(
        postgres.query(&database, methods).unwrap(),
        "host scram-sha-256, local reject"
    );
}

#[test]
fn nats_syncs_every_message_and_listens_on_loopback_alone() {
    let nats = Nats::start(users()).unwrap();
    let varz = page(&nats.monitor_url(), "/varz");
    assert_eq!(varz["jetstream"]["config"]["sync_always"], true, "{varz}");
    assert_eq!(varz["host"], "127.0.0.1");
    assert_eq!(varz["http_host"], "127.0.0.1");
    assert_eq!(varz["max_payload"], 1_048_576);
    assert_eq!(varz["system_account"], "SYS");
}

#[test]
fn nats_lets_nobody_do_more_than_was_granted() {
    let nats = Nats::start(users()).unwrap();
    let url = nats.url();
    let mut listener = Client::logged_in(&url, "listener", nats.password("listener"));
    assert_eq!(listener.subscribe("order.>"), "PONG");
    let said = listener.subscribe("ledger.>");
    assert!(said.contains("Permissions Violation"), "{said}");
    let mut listener = Client::logged_in(&url, "listener", nats.password("listener"));
    let said = listener.publish("order.x");
    assert!(said.contains("Permissions Violation"), "{said}");
    let mut admin = Client::logged_in(&url, "admin", nats.password("admin"));
    assert_eq!(admin.publish("order.x"), "PONG");

    for (user, password) in [("admin", "wrong"), ("admin", ""), ("", ""), ("nobody", "x")] {
        let (_, said) = Client::connect(&url, user, password);
        assert!(said.contains("Authorization Violation"), "{user}: {said}");
    }
}
