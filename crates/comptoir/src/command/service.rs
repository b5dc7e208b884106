use std::io;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use service::settings::Settings;

use crate::arguments::RunService;
use crate::exit::Exit;

/// How long a process whose starter is gone may drain.
const ORPHAN_PATIENCE: Duration = Duration::from_secs(30);

/// Runs one service in this process, as its own binary does.
pub(crate) async fn service(run: &RunService) -> anyhow::Result<Exit> {
    let RunService {
        service,
        action,
        stop_with_input,
    } = run;
    if *stop_with_input {
        thread::spawn(end_with_input);
    }
    let settings = Settings::from_process()?;
    service.run(*action, &settings).await?;
    Ok(Exit::Done)
}

/// Our standard input is a pipe from who started us. It ends when they do, whatever ended them.
fn end_with_input() {
    // An input that cannot be read has ended as well.
    let _ = io::copy(&mut io::stdin().lock(), &mut io::sink());
    let _ = kill(Pid::this(), Signal::SIGTERM);
    thread::sleep(ORPHAN_PATIENCE);
    std::process::exit(1);
}
