use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

/// Returns when this process is asked to stop, by Ctrl-C or SIGTERM.
pub(super) async fn stop_asked() -> anyhow::Result<()> {
    let listen = |kind| signal(kind).context("cannot listen for signals");
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut terminate = listen(SignalKind::terminate())?;
    let mut hangup = listen(SignalKind::hangup())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
        _ = hangup.recv() => {}
    }
    Ok(())
}
