//! The throwaway servers that other crates' tests stand on.

use std::{
    collections::BTreeSet,
    thread,
    time::{Duration, Instant},
};

use devstack::testing::{Nats, Postgres};

use crate::{runs, users, wire::Client};

/// A broker for each test must not make tests slow. The machine may be busy.
const NATS_START: Duration = Duration::from_secs(3);

#[test]
fn each_test_has_a_database_of_its_own() {
    let postgres = Postgres::shared();
    let names: Vec<String> = thread::scope(|scope| {
        let tests: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let database = postgres.fresh_database().unwrap();
                    postgres
                        .query(&database, "create table mine (n int)")
                        .unwrap();
                    database.name
                })
            })
            .collect();
        tests.into_iter().map(|test| test.join().unwrap()).collect()
    });
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), 8);
}

#[test]
fn a_database_can_begin_as_a_copy() {
    let postgres = Postgres::shared();
    let began = Instant::now();
    let template = postgres.fresh_database().unwrap();
    println!("a database was there after {:?}", began.elapsed());
    postgres
        .query(
            &template,
            "create table t (n int); insert into t values (7);",
        )
        .unwrap();
    let copy = postgres.copy_of(&template.name).unwrap();
    postgres.query(&copy, "update t set n = 8").unwrap();
    assert_eq!(postgres.query(&template, "select n from t").unwrap(), "7");
    assert_eq!(postgres.query(&copy, "select n from t").unwrap(), "8");
}

#[test]
fn a_postgresql_of_its_own_can_be_crashed() {
    let postgres = Postgres::start().unwrap();
    let database = postgres.fresh_database().unwrap();
    postgres
        .query(&database, "create table kept (n int)")
        .unwrap();
    let pid = postgres.pid().unwrap();
    let began = Instant::now();
    postgres.kill();
    assert!(!runs(pid));
    postgres.restart().unwrap();
    println!("a crashed PostgreSQL was ready after {:?}", began.elapsed());
    assert_eq!(
        postgres
            .query(&database, "select count(*) from kept")
            .unwrap(),
        "0"
    );
    let pid = postgres.pid().unwrap();
    drop(postgres);
    assert!(!runs(pid));
}

#[test]
fn each_test_has_a_broker_of_its_own_soon() {
    // The first one may have to be fetched.
    drop(Nats::start(users()).unwrap());
    let began = Instant::now();
    let nats = Nats::start(users()).unwrap();
    let took = began.elapsed();
    println!("nats-server was ready after {took:?}");
    assert!(took < NATS_START, "{took:?}");
    Client::logged_in(&nats.url(), "admin", nats.password("admin"));
    let pid = nats.pid().unwrap();
    nats.kill();
    assert!(!runs(pid));
    nats.restart().unwrap();
    Client::logged_in(&nats.url(), "admin", nats.password("admin"));
}
