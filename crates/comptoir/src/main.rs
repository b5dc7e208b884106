//! The command line: demo, up, status, doctor, sales, stock, verify.

use std::process::ExitCode;

use clap::Parser as _;
use comptoir::{Arguments, run};

#[tokio::main]
async fn main() -> ExitCode {
    run(Arguments::parse()).await
}
