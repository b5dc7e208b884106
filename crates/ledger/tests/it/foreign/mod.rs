//! What a retailer's own token reaches with the ids of another retailer's things: nothing (item 9).

mod furnished;
mod orders;
mod sales;
mod stock;
mod tills;

use std::collections::BTreeSet;

use ledger::grpc::METHODS;
use ledger::store::declared;
use prost::Message;
use proto::ledger as wire;
use schema::testing::rows_of;
use service::access::{Authorized, Role};
use service_kit::call_plain;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::client::Client;
use crate::support::{Ledger, app};
use furnished::{OURS, THEIRS, Things, complete, furnish};

/// What a method is asked; the name of its package is left out.
type Question = (&'static str, Vec<u8>);

/// Refusals that say nothing of what the ids are of.
const NOTHING: [Code; 2] = [Code::NotFound, Code::InvalidArgument];

/// Its id is the caller's choice, and can be taken: that is all it says.
const CHOSEN: &str = "Imports/BeginImport";

fn ask(method: &'static str, request: &impl Message) -> Question {
    (method, request.encode_to_vec())
}

/// Every method that a retailer may call, with every id that it takes, in the name of `own` and about what is
/// `other`'s. What changes something comes after what reads it.
fn questions(own: &Things, other: &Things) -> Vec<Question> {
    let mut questions = about_everything(own);
    questions.extend(sales::reading_sales(own, other));
    questions.extend(orders::reading_orders(own, other));
    questions.extend(stock::reading_stock(own, other));
    questions.extend(stock::stock_work(own, other));
    questions.extend(tills::at_tills(own, other));
    questions.extend(tills::with_goods_and_people(own, other));
    questions.extend(orders::with_orders(own, other));
    questions
}

/// What takes no id but the retailer's.
fn about_everything(own: &Things) -> Vec<Question> {
    let retailer_id = || own.retailer.clone();
    let mut questions = vec![
        ask(
            "Access/ListTokens",
            &wire::ListTokensRequest {
                retailer_id: retailer_id(),
            },
        ),
        ask(
            "Integrity/Verify",
            &wire::VerifyRequest {
                retailer_id: retailer_id(),
            },
        ),
        ask(
            "Integrity/ExportChain",
            &wire::ExportChainRequest {
                retailer_id: retailer_id(),
            },
        ),
        ask(
            "Items/CheckCatalogue",
            &wire::CheckCatalogueRequest {
                retailer_id: retailer_id(),
            },
        ),
        ask(
            "Payments/ListPaymentTypes",
            &wire::ListPaymentTypesRequest {
                retailer_id: retailer_id(),
            },
        ),
        ask(
            "Registers/ListRegisters",
            &wire::ListRegistersRequest {
                retailer_id: retailer_id(),
            },
        ),
    ];
    // The same first field, and every other one as if it were not there.
    let lists = [
        "Audit/ListAuditEntries",
        "Customers/ListCustomers",
        "Entitlements/GetEntitlements",
        "Entitlements/ListPlans",
        "Fulfilment/ListFulfilment",
        "Imports/ListImports",
        "ItemRegistry/ListItems",
        "Kits/ListKits",
        "Orders/ListParkedOrders",
        "Registers/ListSessions",
        "Sales/ListReservations",
        "Sales/ListSales",
        "Sales/StreamSales",
        "Stock/ListLevels",
        "StockTakes/ListStockTakes",
        "StockWork/ListOversold",
        "StockWork/ListStockEntries",
        "Transfers/ListTransfers",
        "WaitingOrders/ListActions",
        "WaitingOrders/ListHeld",
        "WaitingOrders/ListOpenQuantities",
        "WaitingOrders/ListParked",
    ];
    questions.extend(lists.map(|list| {
        ask(
            list,
            &wire::ListTokensRequest {
                retailer_id: retailer_id(),
            },
        )
    }));
    questions
}

async fn answer(channel: &Authorized, question: &Question) -> Result<Vec<u8>, Status> {
    let (method, request) = question;
    let path = format!("comptoir.ledger.v1.{method}");
    call_plain(channel.clone(), &path, request.clone()).await
}

/// Every id in the rows of somebody.
fn ids<'a>(rows: impl IntoIterator<Item = &'a String>) -> BTreeSet<String> {
    let is_within = |byte: char| byte.is_ascii_hexdigit() || byte == '-';
    rows.into_iter()
        .flat_map(|rows| rows.split(|byte| !is_within(byte)))
        .filter(|word| word.len() == 36 && Uuid::try_parse(word).is_ok_and(|id| !id.is_nil()))
        .map(str::to_owned)
        .collect()
}

/// Which of `words` are said that nobody asked with.
fn told(said: &[u8], asked: &[u8], words: &BTreeSet<String>) -> Vec<String> {
    let is_in =
        |text: &[u8], word: &str| text.windows(word.len()).any(|part| part == word.as_bytes());
    let told = words
        .iter()
        .filter(|word| is_in(said, word) && !is_in(asked, word));
    told.cloned().collect()
}

#[tokio::test]
async fn item_9_foreign_ids_under_ones_own_retailer_id_reach_nothing() {
    let ledger = Ledger::new().await;
    complete(&ledger);
    let client = Client::of(&ledger).await;
    let mut they = client.of_retailer(THEIRS.retailer).await;
    let theirs = furnish(&ledger, &mut they, THEIRS).await;
    let mut we = client.of_retailer(OURS.retailer).await;
    let ours = furnish(&ledger, &mut we, OURS).await;
    let (app, declared) = (app(&ledger.database), declared());
    let rows = async |of: &Things| rows_of(&app, &declared, of.place.retailer.uuid()).await;

    let before = rows(&theirs).await;
    let mut words = ids(before.values());
    assert!(words.contains(&theirs.sale) && words.contains(&theirs.transfer));
    words.extend(["zoe of theirs", "zoe@theirs.example", "note of theirs"].map(str::to_owned));
    words.extend([&theirs.sku, &theirs.kit_sku, &theirs.receipt].map(Clone::clone));
    let mut wrong = Vec::new();
    let mut asked = BTreeSet::new();
    for question in questions(&ours, &theirs) {
        asked.insert(question.0);
        let (is_nothing, said) = match answer(&we.channel, &question).await {
            Ok(said) => (true, said),
            Err(status) => {
                let said = [status.message().as_bytes(), status.details()].concat();
                let is_taken = question.0 == CHOSEN && status.code() == Code::AlreadyExists;
                (is_taken || NOTHING.contains(&status.code()), said)
            }
        };
        let told = told(&said, &question.1, &words);
        if !is_nothing || !told.is_empty() {
            let said = String::from_utf8_lossy(&said).into_owned();
            wrong.push(format!("{}: {told:?} in {said:?}", question.0));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(rows(&theirs).await, before);
    let foreign = ids(rows(&ours).await.values());
    let foreign: Vec<_> = foreign.intersection(&words).collect();
    assert!(foreign.is_empty(), "in our rows: {foreign:?}");
    every_method(&asked);
    // Those whose they are find something with each of these questions.
    for question in questions(&theirs, &theirs) {
        match answer(&they.channel, &question).await {
            Ok(said) if !said.is_empty() || !reads(question.0) => {}
            Err(status) if status.code() == Code::FailedPrecondition => {}
            other => wrong.push(format!("{}: {other:?}", question.0)),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn reads(method: &str) -> bool {
    ["/Get", "/List", "/Report", "/Stream"]
        .iter()
        .any(|name| method.contains(name))
}

/// A method that a retailer may call and that nobody asked here is named.
fn every_method(asked: &BTreeSet<&str>) {
    let is_retailers = |roles: service::access::Roles| {
        Role::OF_RETAILERS
            .into_iter()
            .any(|role| roles.contains(role))
    };
    let retailers = METHODS.iter().filter(|method| is_retailers(method.roles));
    let missing: Vec<_> = retailers
        .map(|method| method.path.trim_start_matches("comptoir.ledger.v1."))
        .filter(|method| !asked.contains(method))
        .collect();
    assert!(
        missing.is_empty(),
        "not asked with foreign ids: {missing:?}"
    );
}
