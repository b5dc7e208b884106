//! Load generator and reports: intake, drain, end to end, isolation, history, footprint, storm, import, oversell, push
//! latency, push all, posting.
//!
//! The bench starts the whole system as real processes of this very program: called with
//! `service …` it is what the command line is.

mod arguments;
mod drain;
mod end_to_end;
mod figure;
mod footprint;
mod history;
mod intake;
mod isolation;
mod latency;
mod load;
mod machine;
mod oversell;
mod past;
mod posting;
mod process;
mod push_all;
mod push_latency;
mod shop_import;
mod shop_storm;
mod simulated;
mod storm;
mod system;

use std::process::ExitCode;

use clap::Parser as _;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "service") {
        return Box::pin(comptoir::run(comptoir::Arguments::parse())).await;
    }
    match Box::pin(arguments::Bench::parse().run()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
