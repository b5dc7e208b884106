//! `shop-sim --platform NAME`: a simulated shop until SIGTERM or Ctrl-C.

mod arguments;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser as _;
use service::health::Health;
use service::lifecycle::Lifecycle;

use crate::arguments::Arguments;

/// How long requests under way may take when it stops.
const STOP_DEADLINE: Duration = Duration::from_secs(5);

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("shop-sim: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let runner = arguments.start().await?;
    println!("shop     {}", runner.shop().access().shop_url);
    println!("control  {}", runner.shop().control_url());
    let mut lifecycle = Lifecycle::new();
    let stop = lifecycle.stop();
    lifecycle.spawn("shop", async move {
        stop.cancelled().await;
        runner.stop().await;
        Ok(())
    });
    lifecycle
        .run_until_stopped(&Health::new(), STOP_DEADLINE)
        .await?;
    Ok(())
}
