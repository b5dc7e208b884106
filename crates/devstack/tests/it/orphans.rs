//! What becomes of servers whose owner is killed.

use std::{fs, path::Path, process::Command};

use devstack::{Devstack, attach};

use crate::{options, owner::Owner, reachable_dir, runs, wait_until};

#[test]
fn servers_end_with_an_owner_that_is_killed() {
    let dir = reachable_dir();
    let mut owner = Owner::of_stack(dir.path());
    assert!(attach(dir.path()).unwrap().is_some());
    assert!(owner.pids.iter().all(|pid| runs(*pid)));
    owner.kill();
    assert!(attach(dir.path()).unwrap().is_none());
    wait_until("the servers end", || {
        !owner.pids.iter().any(|pid| runs(*pid))
    });
}

#[test]
fn a_stack_starts_at_once_after_its_owner_was_killed() {
    let dir = reachable_dir();
    let mut owner = Owner::of_stack(dir.path());
    owner.kill();
    let stack = Devstack::start(&options(dir.path())).unwrap();
    assert_eq!(stack.query("select 1").unwrap(), "1");
    assert!(!owner.pids.iter().any(|pid| runs(*pid)));
}

#[test]
fn orphans_are_stopped_when_even_their_keepers_were_killed() {
    let dir = reachable_dir();
    let mut owner = Owner::of_stack(dir.path());
    for keeper in keepers_of(owner.child.id()) {
        kill(keeper);
    }
    owner.kill();
    assert!(owner.pids.iter().all(|pid| runs(*pid)), "they are orphans");

    let stack = Devstack::start(&options(dir.path())).unwrap();
    assert_eq!(stack.query("select 1").unwrap(), "1");
    assert!(!owner.pids.iter().any(|pid| runs(*pid)));
}

#[test]
fn throwaway_servers_and_their_folders_go_with_their_process() {
    for end in [Owner::end, Owner::kill] {
        let dir = reachable_dir();
        let mut owner = Owner::of_throwaways(dir.path());
        assert_eq!(scratches(dir.path()), 2);
        end(&mut owner);
        wait_until("the servers end", || {
            !owner.pids.iter().any(|pid| runs(*pid))
        });
        wait_until("the folders go", || scratches(dir.path()) == 0);
    }
}

#[test]
fn a_later_process_clears_what_a_killed_one_and_its_keepers_left() {
    let dir = reachable_dir();
    let mut first = Owner::of_throwaways(dir.path());
    for keeper in keepers_of(first.child.id()) {
        kill(keeper);
    }
    first.kill();
    assert!(first.pids.iter().all(|pid| runs(*pid)), "they are orphans");
    assert_eq!(scratches(dir.path()), 2);

    let mut second = Owner::of_throwaways(dir.path());
    assert!(!first.pids.iter().any(|pid| runs(*pid)));
    assert_eq!(scratches(dir.path()), 2);
    second.kill();
    wait_until("the folders go", || scratches(dir.path()) == 0);
}

/// The shells that an owner has for children.
fn keepers_of(owner: u32) -> Vec<u32> {
    let children = fs::read_dir(format!("/proc/{owner}/task"))
        .unwrap()
        .flatten();
    let children =
        children.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    let pids = children.flat_map(|text| {
        let pids: Vec<u32> = text
            .split_whitespace()
            .map(|pid| pid.parse().unwrap())
            .collect();
        pids
    });
    pids.filter(|pid| {
        fs::read_to_string(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| line.contains("comptoir-keeper"))
    })
    .collect()
}

fn kill(pid: u32) {
    let status = Command::new("kill")
        .args(["-KILL", &pid.to_string()])
        .status();
    assert!(status.unwrap().success());
}

fn scratches(dir: &Path) -> usize {
    fs::read_dir(dir).unwrap().count()
}
