use std::process::ExitCode;

use serde_json::json;

use crate::api::ApiError;
use crate::arguments::{Arguments, Command, Common, Sales};
use crate::command::{self, Place};
use crate::exit::Exit;
use crate::output::Screen;

/// Does what was typed and says how it went: the result on standard output, a reason on standard
/// error.
pub async fn run(arguments: Arguments) -> ExitCode {
    let Arguments { common, command } = arguments;
    let json = common.json;
    match dispatch(common, command).await {
        Ok(exit) => exit.into(),
        Err(error) => {
            tell(&error, json);
            Exit::Failed.into()
        }
    }
}

async fn dispatch(common: Common, command: Command) -> anyhow::Result<Exit> {
    let screen = Screen::new(common.json);
    let place = Place::new(common);
    match command {
        Command::Demo(demo) => Box::pin(command::demo(screen, &place, &demo)).await,
        Command::Up => Box::pin(command::up(screen, &place)).await,
        Command::Status => command::status(screen, &place).await,
        Command::Doctor => command::doctor(screen, &place).await,
        Command::Sales { command } => match command {
            Sales::List(list) => command::sales_list(screen, &place, list).await,
            Sales::Reserved {
                outlet,
                until,
                page,
            } => command::sales_reserved(screen, &place, outlet.as_deref(), until, page).await,
            Sales::Invoice(invoice) => command::record_invoice(screen, &place, invoice).await,
            Sales::Show { sale } => command::sales_show(screen, &place, sale).await,
        },
        Command::Fulfilment { command } => command::fulfilment(screen, &place, command).await,
        Command::Stock { command } => command::stock(screen, &place, command).await,
        Command::Products { command } => command::products(screen, &place, command).await,
        Command::Spreadsheet { command } => {
            Box::pin(command::spreadsheet(screen, &place, command)).await
        }
        Command::Channels { command } => command::channels(screen, &place, command).await,
        Command::Push { command } => command::push(screen, &place, command).await,
        Command::Links { command } => Box::pin(command::links(screen, &place, command)).await,
        Command::Drift { command } => command::drift(screen, &place, command).await,
        Command::Kits { command } => command::kits(screen, &place, command).await,
        Command::Registers { command } => command::registers(screen, &place, command).await,
        Command::Till { command } => command::till(screen, &place, command).await,
        Command::Payments { command } => command::payments(screen, &place, command).await,
        Command::Customers { command } => command::customers(screen, &place, command).await,
        Command::Privacy { command } => command::privacy(screen, &place, command).await,
        Command::Reports { command } => command::reports(screen, &place, command).await,
        Command::Verify(asked) => command::verify(screen, &place, &asked).await,
        Command::Parked { command } => command::parked(screen, &place, command).await,
        Command::Held { command } => command::held(screen, &place, command).await,
        Command::Connections { command } => command::connections(screen, &place, command).await,
        Command::Gaps => command::gaps(screen, &place).await,
        Command::Import { command } => command::import(screen, &place, command).await,
        Command::Audit { of, page } => command::audit(screen, &place, of, page).await,
        Command::Tokens { command } => command::tokens(screen, &place, command).await,
        Command::Plans { command } => command::plans(screen, &place, command).await,
        Command::Service(run) => Box::pin(command::service(&run)).await,
    }
}

fn tell(error: &anyhow::Error, json: bool) {
    if json {
        let code = error
            .downcast_ref::<ApiError>()
            .map_or("failed", ApiError::code);
        eprintln!(
            "{}",
            json!({"error": {"code": code, "message": format!("{error:#}")}})
        );
    } else {
        eprintln!("comptoir: {error:#}");
    }
}
