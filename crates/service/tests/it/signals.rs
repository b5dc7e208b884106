//! A real process under real signals: this test binary starts itself again as the process to stop.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use service::health::Health;
use service::lifecycle::Lifecycle;

const CHILD_FINISHES: &str = "signals::child_that_finishes";
const CHILD_HANGS: &str = "signals::child_that_hangs";

/// Tells a child that it is one; without it the two tests below have nothing to do.
const IS_CHILD: &str = "COMPTOIR_TEST_IS_CHILD";

#[tokio::test]
async fn child_that_finishes() {
    run(async |stop| {
        stop.cancelled().await;
        println!("finishing");
        tokio::time::sleep(Duration::from_millis(50)).await;
        println!("finished");
    })
    .await;
}

#[tokio::test]
async fn child_that_hangs() {
    run(async |stop| {
        stop.cancelled().await;
        println!("finishing");
        std::future::pending::<()>().await;
    })
    .await;
}

async fn run<F>(task: impl FnOnce(tokio_util::sync::CancellationToken) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    if std::env::var_os(IS_CHILD).is_none() {
        return;
    }
    let mut lifecycle = Lifecycle::new();
    let task = task(lifecycle.stop());
    lifecycle.spawn("worker", async move {
        task.await;
        Ok(())
    });
    // By the time the printing task runs, the lifecycle listens for signals: on this runtime nothing runs before it waits.
    let stop = lifecycle.stop();
    lifecycle.spawn("announcement", async move {
        println!("\nrunning");
        stop.cancelled().await;
        Ok(())
    });
    lifecycle
        .run_until_stopped(&Health::new(), Duration::from_mins(1))
        .await
        .unwrap();
}

#[test]
fn sigterm_and_sigint_finish_what_is_in_flight_and_exit_with_zero() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let (mut child, mut output) = started(CHILD_FINISHES);
        send(&child, signal);
        let mut rest = String::new();
        output.read_to_string(&mut rest).unwrap();
        assert!(rest.contains("finished"), "{signal}: {rest}");
        assert!(child.wait().unwrap().success(), "{signal}");
    }
}

#[test]
fn a_second_signal_ends_the_waiting_with_an_error() {
    let (mut child, mut output) = started(CHILD_HANGS);
    send(&child, Signal::SIGTERM);
    until(&mut output, "finishing");
    send(&child, Signal::SIGTERM);
    let mut rest = String::new();
    output.read_to_string(&mut rest).unwrap();
    assert_eq!(
        child.wait().unwrap().code(),
        Some(101),
        "the child's test fails: {rest}"
    );
}

fn started(test: &str) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(IS_CHILD, "yes")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    until(&mut output, "running");
    (child, output)
}

/// The test runner prints lines of its own, some of them with ours at their end.
fn until(output: &mut impl std::io::BufRead, wanted: &str) {
    let mut lines = output.lines().map(Result::unwrap);
    assert!(
        lines.any(|line| line.ends_with(wanted)),
        "the child never said {wanted:?}"
    );
}

fn send(child: &Child, signal: Signal) {
    let id = i32::try_from(child.id()).unwrap();
    kill(Pid::from_raw(id), signal).unwrap();
}
