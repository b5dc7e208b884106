//! What can be typed.

mod access;
mod connections;
mod drift;
mod fulfilment;
mod import;
mod kits;
mod links;
mod people;
mod plans;
mod products;
mod push;
mod registers;
mod reports;
mod sales;
mod spreadsheet;
mod stock;
mod till;
mod verify;
mod waiting;
mod when;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use retail::RetailerId;

use crate::exit;
use crate::services::{Action, Service};

pub(crate) use access::Tokens;
pub(crate) use connections::{
    Connections, InstallArguments, LinkArguments, OrderUpdates, SettingArguments, StockAt,
    StockSide, Switch, Terms,
};
pub(crate) use drift::{Drift, DriftArguments, DriftKind, Repair, RepairArguments};
pub(crate) use fulfilment::{AcceptArguments, Fulfilment, FulfilmentList, StepArguments};
pub(crate) use import::{Allow, Import, OneOrder, PlanArguments, Which};
pub(crate) use kits::Kits;
pub(crate) use links::{Links, ResolveArguments};
pub(crate) use people::{Customers, Privacy};
pub(crate) use plans::Plans;
pub(crate) use products::{
    Activity, Bulk, BulkArguments, Channels, FilterArguments, Place, ProductName, Products,
    Profile, SaveArguments,
};
pub(crate) use push::{AgainArguments, ListingsArguments, Push, Standing, ToldArguments};
pub(crate) use registers::{Payments, Registers};
pub(crate) use reports::{ItemKind, ProductsArguments, Reports};
pub(crate) use sales::{Balance, InvoiceArguments, Sales, SalesList, State};
pub(crate) use spreadsheet::{
    DecimalMark, ExportArguments, ImportArguments, Separator, Spreadsheet,
};
pub(crate) use stock::{LinesArguments, Stock, StockTakes, Transfers};
pub(crate) use till::{SaleArguments, Sold, Till};
pub(crate) use verify::{ChainHead, Verify, VerifyChain};
pub(crate) use waiting::{ActArguments, Held, Parked, ParkedList, ShopProductArguments};
pub(crate) use when::When;

/// Largest page of a list.
const MAX_LIMIT: i64 = 500;

/// One set of books for a retailer's tills and web shops.
#[derive(Clone, Debug, Parser)]
#[command(name = "comptoir", version, after_help = exit::HELP, arg_required_else_help = true)]
pub struct Arguments {
    #[command(flatten)]
    pub(crate) common: Common,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// Print one JSON document instead of texts and tables.
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Where a stack keeps its data, secrets and logs.
    #[arg(
        long,
        global = true,
        env = "COMPTOIR_DIR",
        default_value = ".comptoir",
        value_name = "PATH"
    )]
    pub(crate) dir: PathBuf,
    /// The ledger's gRPC address, for example `http://127.0.0.1:8081` [default: the running stack's].
    #[arg(long, global = true, env = "COMPTOIR_TARGET", value_name = "URL")]
    pub(crate) target: Option<String>,
    /// Whose books to read [default: the running stack's first retailer].
    #[arg(long, global = true, env = "COMPTOIR_RETAILER", value_name = "ID")]
    pub(crate) retailer: Option<RetailerId>,
}

#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what Comptoir does: a whole system, what real web shops sent, and the books it makes.
    Demo(Demo),
    /// Start the whole system on this machine and keep it up until Ctrl-C.
    Up,
    /// Show whether the system runs, how far each part has come and what it holds.
    Status,
    /// Make every check a service makes at start, and say in plain words what is wrong.
    Doctor,
    /// Read the sales history.
    Sales {
        #[command(subcommand)]
        command: Sales,
    },
    /// Hand over what online shops sold: list what is to be picked; pick, pack, ship, collect, undo.
    Fulfilment {
        #[command(subcommand)]
        command: Fulfilment,
    },
    /// Stock: levels and why they are what they are; adjustments, goods received, transfers, stock-takes.
    Stock {
        #[command(subcommand)]
        command: Stock,
    },
    /// The catalogue: list, show, make and change products, delete, restore, many at once.
    Products {
        #[command(subcommand)]
        command: Products,
    },
    /// The catalogue as a spreadsheet: write it, see what a changed one would do, let it happen.
    Spreadsheet {
        #[command(subcommand)]
        command: Spreadsheet,
    },
    /// Where products are sold, and who decides what of a shop's listings.
    Channels {
        #[command(subcommand)]
        command: Channels,
    },
    /// What shops are told of products and stock: how late, how they stand, what became of it; tell again.
    Push {
        #[command(subcommand)]
        command: Push,
    },
    /// Which product of a shop is which of the catalogue: list, say, part, look through a shop; links as a file.
    Links {
        #[command(subcommand)]
        command: Links,
    },
    /// Where shops show something else than the catalogue wants: look, list, have something done about it.
    Drift {
        #[command(subcommand)]
        command: Drift,
    },
    /// What is sold as one item and in stock as its parts: say what it is made of, list, show.
    Kits {
        #[command(subcommand)]
        command: Kits,
    },
    /// Tills: open them, close them, see what was counted.
    Registers {
        #[command(subcommand)]
        command: Registers,
    },
    /// Sell at a till, take back, make void.
    Till {
        #[command(subcommand)]
        command: Till,
    },
    /// Record what is paid, and say by what means one is paid.
    Payments {
        #[command(subcommand)]
        command: Payments,
    },
    /// Who bought: find, merge, export and erase customers.
    Customers {
        #[command(subcommand)]
        command: Customers,
    },
    /// What shops ask on behalf of people, and by when it must be answered.
    Privacy {
        #[command(subcommand)]
        command: Privacy,
    },
    /// Add up what was sold.
    Reports {
        #[command(subcommand)]
        command: Reports,
    },
    /// Recompute what must hold: levels equal sums, each order once. Ends with 3 where it does not.
    Verify(Verify),
    /// Orders that could not be booked: read them, try them again, remap, dismiss.
    Parked {
        #[command(subcommand)]
        command: Parked,
    },
    /// Updates of sales that wait for a person: see the difference, apply it.
    Held {
        #[command(subcommand)]
        command: Held,
    },
    /// The shops that are linked: how they are, halting them, parting with them.
    Connections {
        #[command(subcommand)]
        command: Connections,
    },
    /// Changes that no webhook told of, and polling fetched.
    Gaps,
    /// Import a shop's past orders: plan, commit, follow, undo.
    Import {
        #[command(subcommand)]
        command: Import,
    },
    /// Who had what done, the last first.
    Audit {
        /// In this service alone; otherwise in all that run.
        #[arg(long, value_name = "SERVICE")]
        of: Option<Service>,
        #[command(flatten)]
        page: PageArguments,
    },
    /// Who may do what: tokens for people and programs.
    Tokens {
        #[command(subcommand)]
        command: Tokens,
    },
    /// What a retailer may begin: shops of which platforms, and which options.
    Plans {
        #[command(subcommand)]
        command: Plans,
    },
    /// Run one service in this process; its settings come from the environment.
    #[command(hide = true)]
    Service(RunService),
}

#[derive(Clone, Debug, Args)]
pub(crate) struct Demo {
    /// Stay up at the end, until Ctrl-C.
    #[arg(long)]
    pub(crate) keep: bool,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct PageArguments {
    /// How many at most.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..=MAX_LIMIT))]
    pub(crate) limit: i32,
    /// Go on where the page before ended.
    #[arg(
        long,
        default_value = "",
        hide_default_value = true,
        value_name = "TOKEN"
    )]
    pub(crate) page_token: String,
}

#[derive(Clone, Debug, Args)]
pub(crate) struct RunService {
    pub(crate) service: Service,
    pub(crate) action: Action,
    /// Stop when standard input ends: so that a service never outlives who started it.
    #[arg(long)]
    pub(crate) stop_with_input: bool,
}

/// "2026-11-21" (midnight here) or "2026-11-21T19:50:52Z".
fn instant(text: &str) -> Result<Timestamp, String> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    let date: Date = text.parse().map_err(|_| {
        "a date such as 2026-11-21 or an instant such as 2026-11-21T19:50:52Z is wanted".to_owned()
    })?;
    date.to_zoned(TimeZone::system())
        .map(|zoned| zoned.timestamp())
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_command_line_is_well_made() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_takes_json_and_target_behind_it() {
        for command in [
            "demo",
            "demo --keep",
            "up",
            "status",
            "doctor",
            "sales list",
            "sales show 1001",
            "fulfilment list --all --outlet Main --connection 1 --before 2026-11-21",
            "fulfilment list --step to-pick",
            "fulfilment show 1001",
            "fulfilment pick 1001 TEA-1=2 line:57=0.5",
            "fulfilment pack 1001",
            "fulfilment ship 1001 TEA-1=1 --carrier Bike --tracking 7 --url https://bike.example/7 --accept-unpaid",
            "fulfilment collect 1001 --accept-held-update --note here",
            "fulfilment undo 1001 --step packed",
            "spreadsheet export catalogue.xlsx --state active --force",
            "spreadsheet export catalogue.csv --separator semicolon",
            "spreadsheet preview catalogue.csv --decimal comma --ignore-unknown --limit 5",
            "spreadsheet import catalogue.xlsx --overwrite-newer --again --note autumn",
            "push status",
            "push list --connection 00000000-0000-0000-0000-000000000001 --standing missing --limit 5",
            "push list --refused",
            "push again 00000000-0000-0000-0000-000000000001 --standing missing --note sold",
            "push again --everything",
            "push told --product 00000000-0000-0000-0000-000000000001 --until 2026-11-21T19:50:52Z",
            "links list 00000000-0000-0000-0000-000000000001 --standing review",
            "links resolve TEA-1 --connection 00000000-0000-0000-0000-000000000001 --to 7 --item 00000000-0000-0000-0000-000000000002=7-1",
            "links resolve TEA-1 TEA-2 --connection 00000000-0000-0000-0000-000000000001 --anew",
            "links unlink TEA-1 --connection 00000000-0000-0000-0000-000000000001 --note gone",
            "links all 00000000-0000-0000-0000-000000000001 --overwrite",
            "links export links.csv --connection 00000000-0000-0000-0000-000000000001 --force",
            "links import links.xlsx --connection 00000000-0000-0000-0000-000000000001 --preview",
            "drift list --kind oversell-risk --sku TEA-1 --before 2026-11-21 --limit 5",
            "drift scan 00000000-0000-0000-0000-000000000001 00000000-0000-0000-0000-000000000002",
            "drift repair tell-shop 00000000-0000-0000-0000-000000000001 --note ours",
            "drift repair take-over --field title --connection 00000000-0000-0000-0000-000000000001",
            "drift repair tell-shop --everything",
            "kits define TEA-SET TEA-1=2 CUP=1 --note new",
            "kits dissolve TEA-SET",
            "kits show TEA-SET",
            "kits list --limit 5",
            "stock levels",
            "stock explain TEA-1 --outlet Main",
            "stock at 2026-11-21 --outlet Main --sku TEA-1",
            "stock adjust --outlet Main --reason damaged TEA-1=-2 TEA-2=-0.5",
            "stock receive --outlet Main --reference DN-7 TEA-1=12",
            "stock safety --outlet Main TEA-1=2",
            "stock entries --cause goods-received",
            "stock oversold --outlet Main",
            "stock transfers send --from Main --to Side TEA-1=2 --reference W-1",
            "stock transfers receive 00000000-0000-0000-0000-000000000001 TEA-1=1 --more-to-come",
            "stock transfers receive 00000000-0000-0000-0000-000000000001",
            "stock transfers list --in-transit --differences",
            "stock takes start Main",
            "stock takes count 00000000-0000-0000-0000-000000000001 TEA-1=0",
            "stock takes show 00000000-0000-0000-0000-000000000001 --differences",
            "till sell TEA-1=2@9.50-1.00+2.34 TEA-2=0.5@4 --register Front --paid card=10 --paid cash --total 20.34",
            "till return T17 TEA-1=1 --register Front --sell TEA-2=1@4 --paid cash=-5.50 --total -5.50",
            "till return T17 TEA-1=1 --register Front --without-restocking --customer zoe@example.test",
            "till void T17 --register Front",
            "till lines 17",
            "reports products --from 2026-11-01 --until 2026-12-01 --outlet Main --kind gift-wrapping",
            "customers list --name Zo",
            "customers merge zoe@work.example zoe@example.com --note told",
            "customers export zoe@example.com",
            "customers erase zoe@example.com --confirmed",
            "privacy list",
            "privacy export 00000000-0000-0000-0000-000000000001 00ff",
            "verify",
            "verify --chain --save chain.jsonl",
            "parked list --connection 1 --reason totals_mismatch --dismissed",
            "parked retry 25 --connection 00000000-0000-0000-0000-000000000001",
            "parked retry-all --reason product_deleted",
            "parked dismiss 25 --connection 1 --note test",
            "parked remap --connection 1 --shop-sku A --to B",
            "connections list",
            "connections check",
            "connections get-new 00000000-0000-0000-0000-000000000001",
            "connections set 00000000-0000-0000-0000-000000000001 --automatic-updates off --channel-buffer 1.5",
            "connections link stall https://shop.example --credentials file --order-updates ask --stock-at order",
            "connections install stall shop.example --check-acknowledged",
            "connections disconnect 00000000-0000-0000-0000-000000000001 --confirmed",
            "gaps",
            "tokens create till --role cashier --role stock-keeper --until 2027-01-01",
            "tokens list",
            "plans list",
            "plans show",
            "plans set starter --with woocommerce --with kits --without transfers --note bought",
            "audit --limit 5",
            "audit --of ingest-shopify",
            "tokens revoke 00000000-0000-0000-0000-000000000001",
            "held list",
            "held apply 25 --connection 1 --seen 00ff",
            "import list",
            "import order 1001 --connection 00000000-0000-0000-0000-000000000001",
            "import plan 00000000-0000-0000-0000-000000000001 --new --since 2026-11-01",
            "import undo 00000000-0000-0000-0000-000000000001",
        ] {
            let line = format!("comptoir {command} --json --target http://127.0.0.1:1");
            let arguments = parse(&line).unwrap();
            assert!(arguments.common.json, "{line}");
            assert_eq!(
                arguments.common.target.as_deref(),
                Some("http://127.0.0.1:1")
            );
        }
    }

    #[test]
    fn filters_of_the_history_are_understood() {
        let line = "comptoir sales list --state closed --balance part-paid --sku A --from 2026-11-21T19:50:52Z --platform shopify --limit 500";
        let Command::Sales {
            command: Sales::List(list),
        } = parse(line).unwrap().command
        else {
            panic!("another command");
        };
        assert_eq!(list.state, Some(State::Closed));
        assert_eq!(list.balance, Some(Balance::PartPaid));
        assert_eq!(list.from, Some("2026-11-21T19:50:52Z".parse().unwrap()));
        assert_eq!(list.platform.as_deref(), Some("shopify"));
        assert_eq!(list.page.limit, 500);
        assert!(instant("2026-11-21").is_ok());
    }

    #[test]
    fn wrong_usage_ends_with_2() {
        for line in [
            "comptoir sales list --limit 501",
            "comptoir sales list --limit 0",
            "comptoir sales list --from yesterday",
            "comptoir sales list --state draft",
            "comptoir sales show",
            "comptoir stock at yesterday",
            "comptoir reports products --from 2026-11-01",
            "comptoir reports products --from 2026-11-01 --until 2026-11-31",
            "comptoir reports products --from 2026-11-01 --until 2026-12-01 --kind tea",
            "comptoir fulfilment undo 1001 --step shipped",
            "comptoir fulfilment pick 1001 TEA-1",
            "comptoir push list --standing gone",
            "comptoir links resolve TEA-1 --connection 00000000-0000-0000-0000-000000000001",
            "comptoir links resolve TEA-1 --connection 00000000-0000-0000-0000-000000000001 --to 7 --anew",
            "comptoir links unlink --connection 00000000-0000-0000-0000-000000000001",
            "comptoir drift repair",
            "comptoir drift repair tell-shop --everything --field title",
            "comptoir drift list --field colour",
            "comptoir push again --everything --standing missing",
            "comptoir kits define TEA-SET",
            "comptoir stock adjust --outlet Main TEA-1=1",
            "comptoir stock receive --outlet Main",
            "comptoir stock receive TEA-1=1",
            "comptoir stock transfers send --from Main TEA-1=1",
            "comptoir stock takes count 7 TEA-1=1",
            "comptoir tokens create till",
            "comptoir plans set gold",
            "comptoir plans set starter --with kitz",
            "comptoir tokens create till --role operator",
            "comptoir customers erase zoe@example.com",
            "comptoir till sell TEA-1=2 --register Front",
            "comptoir till sell TEA-1=2@9.50",
            "comptoir till return T17 --register Front",
            "comptoir till void",
            "comptoir dance",
            "comptoir import plan",
            "comptoir connections link stall https://shop.example",
            "comptoir connections set 00000000-0000-0000-0000-000000000001 --stock-at never",
            "comptoir import order 1001",
            "comptoir import commit 7",
            "comptoir verify --retailer 7",
            "comptoir parked retry 25",
            "comptoir parked remap --connection 1 --to B",
            "comptoir parked remap --connection 1 --to B --shop-sku A --variant 7",
            "comptoir parked retry 25 --connection 00000000-0000-0000-0000-000000000001 --request-id 7",
            "comptoir",
        ] {
            assert_eq!(parse(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }

    #[test]
    fn services_are_run_by_name_and_hidden_from_help() {
        for service in Service::ALL {
            let line = format!("comptoir service {} serve", service.name());
            let Command::Service(run) = parse(&line).unwrap().command else {
                panic!("another command");
            };
            assert_eq!((run.service, run.action), (service, Action::Serve));
            assert!(!run.stop_with_input);
        }
        let help = Arguments::command().render_long_help().to_string();
        assert!(!help.contains("Run one service"), "{help}");
        assert!(help.contains("Exit codes"), "{help}");
    }
}
