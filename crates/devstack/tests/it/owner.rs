//! A process of its own that owns a stack, to be killed.

use std::{
    env,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use devstack::{Devstack, testing};

use crate::{options, users};

const DIR: &str = "COMPTOIR_TEST_OWNER_DIR";

/// A living owner and the pids of its servers.
pub(crate) struct Owner {
    pub(crate) child: Child,
    pub(crate) pids: Vec<u32>,
    /// Open for as long as it shall live.
    stdin: Option<ChildStdin>,
    /// Read to the end, or it fails to write.
    _stdout: BufReader<ChildStdout>,
}

impl Owner {
    /// Owns a stack in a folder.
    pub(crate) fn of_stack(dir: &Path) -> Self {
        Self::start("owner::owns_a_stack", dir)
    }

    /// Owns throwaway servers.
    pub(crate) fn of_throwaways(dir: &Path) -> Self {
        Self::start("owner::owns_throwaways", dir)
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Lets it end as a test binary does: without dropping what is static.
    pub(crate) fn end(&mut self) {
        self.stdin = None;
        assert!(self.child.wait().unwrap().success());
    }

    fn start(test: &str, dir: &Path) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", test, "--ignored", "--nocapture"])
            .env(DIR, dir)
            .env("TMPDIR", dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let pids = stdout
            .by_ref()
            .lines()
            .map_while(Result::ok)
            .find_map(|line| Some(line.split_once("pids ")?.1.to_owned()))
            .unwrap()
            .split(' ')
            .map(|pid| pid.parse().unwrap())
            .collect();
        Self {
            child,
            pids,
            stdin: Some(stdin),
            _stdout: stdout,
        }
    }
}

#[test]
#[ignore = "run as a process of its own by other tests"]
fn owns_a_stack() {
    let dir = env::var_os(DIR).unwrap();
    let stack = Devstack::start(&options(Path::new(&dir))).unwrap();
    let pids = stack.pids();
    println!("pids {} {}", pids.postgres.unwrap(), pids.nats.unwrap());
    until_told();
}

#[test]
#[ignore = "run as a process of its own by other tests"]
fn owns_throwaways() {
    let postgres = testing::Postgres::shared();
    let nats = Box::leak(Box::new(testing::Nats::start(users()).unwrap()));
    println!("pids {} {}", postgres.pid().unwrap(), nats.pid().unwrap());
    until_told();
}

fn until_told() {
    let _ = std::io::stdin().read(&mut [0]);
}
