//! The simulator's own API, on a port of its own: what happened, and what is to happen.
//!
//! | route | does |
//! |---|---|
//! | `GET /status` | clock, trade, weather, outage, counts |
//! | `GET /counts` | everything that happened, counted |
//! | `GET /books` | what must come of all orders as they are now |
//! | `GET /access` | what a connection to the shop is made of, its secrets included |
//! | `GET /root` | the root that signed the shop's certificate, as PEM; 404 where it is asked without TLS |
//! | `GET /faults`, `PUT /faults` | which faults there are; takes the same JSON as it gives |
//! | `POST /faults/on`, `/faults/off` | whether they happen |
//! | `POST /trade/pause`, `/trade/resume` | whether anything is ordered or changed |
//! | `POST /outage {"seconds": 120}` | the shop is away for so long by its clock; 0 ends it |
//! | `POST /hooks {"address": "http://…"}` | where to deliver, on a platform whose staff enters that by hand |
//! | `POST /hooks/lose` | all webhooks are gone or switched off |
//! | `GET /journal` | what the shop was asked, and how often; the fields of all JSON that it was sent |
//! | `POST /products {"product": 0, "name": …, "sku": …, "barcode": …, "price_cents": 100, "stock": 5}` | somebody edits the product in that place |
//! | `GET /clock`, `PUT /clock {"speed": 20}` | the shop's time, and how fast it runs |

use std::collections::BTreeSet;
use std::time::Duration;

use axum::extract::State;
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use service::clock::Clock as _;
use shop::sim::{Access, ProductEdit};

use crate::books::BooksPage;
use crate::clock::Speed;
use crate::counts::Counts;
use crate::faults::Faults;
use crate::journal::{Asked, Journal};
use crate::shop_run::ShopRun;
use crate::status::Status;

/// The routes of this file.
pub(crate) fn router(run: ShopRun) -> Router {
    Router::new()
        .route("/status", get(status))
        .route("/counts", get(counts))
        .route("/books", get(books))
        .route("/access", get(access))
        .route("/root", get(root))
        .route("/faults", get(faults).put(set_faults))
        .route("/faults/on", post(faults_on))
        .route("/faults/off", post(faults_off))
        .route("/trade/pause", post(pause))
        .route("/trade/resume", post(resume))
        .route("/outage", post(outage))
        .route("/hooks", post(set_hook))
        .route("/hooks/lose", post(lose_hooks))
        .route("/journal", get(journal))
        .route("/products", post(edit_product))
        .route("/clock", get(clock).put(set_clock))
        .with_state(run)
}

type Run = State<ShopRun>;

async fn status(State(run): Run) -> Json<Status> {
    Json(run.status())
}

async fn counts(State(run): Run) -> Json<Counts> {
    Json(run.counts())
}

async fn books(State(run): Run) -> Json<BooksPage> {
    Json(run.books().into())
}

async fn access(State(run): Run) -> Json<AccessPage> {
    Json(run.access().into())
}

async fn root(State(run): Run) -> Result<String, StatusCode> {
    run.root().map(str::to_owned).ok_or(StatusCode::NOT_FOUND)
}

async fn faults(State(run): Run) -> Json<Faults> {
    Json(run.faults())
}

async fn faults_on(State(run): Run) -> StatusCode {
    done(&run, |run| run.set_faulty(true))
}

async fn faults_off(State(run): Run) -> StatusCode {
    done(&run, |run| run.set_faulty(false))
}

async fn pause(State(run): Run) -> StatusCode {
    done(&run, ShopRun::pause)
}

async fn resume(State(run): Run) -> StatusCode {
    done(&run, ShopRun::resume)
}

async fn lose_hooks(State(run): Run) -> StatusCode {
    done(&run, ShopRun::lose_hooks)
}

async fn clock(State(run): Run) -> Json<ClockPage> {
    Json(ClockPage::of(&run))
}

fn done(run: &ShopRun, act: impl FnOnce(&ShopRun)) -> StatusCode {
    act(run);
    StatusCode::NO_CONTENT
}

async fn set_faults(State(run): Run, Json(faults): Json<Faults>) -> StatusCode {
    done(&run, |run| run.set_faults(faults))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OutageOrder {
    seconds: u32,
}

async fn outage(State(run): Run, Json(order): Json<OutageOrder>) -> StatusCode {
    let lasting = Duration::from_secs(order.seconds.into());
    done(&run, |run| run.outage(lasting))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HookOrder {
    address: String,
}

async fn set_hook(State(run): Run, Json(order): Json<HookOrder>) -> StatusCode {
    done(&run, |run| run.set_hook(&order.address))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EditOrder {
    product: usize,
    name: String,
    sku: String,
    barcode: String,
    price_cents: i64,
    stock: i64,
}

async fn edit_product(State(run): Run, Json(order): Json<EditOrder>) -> StatusCode {
    let EditOrder {
        product,
        name,
        sku,
        barcode,
        price_cents,
        stock,
    } = order;
    let edit = ProductEdit {
        product,
        name,
        sku,
        barcode,
        price_cents,
        stock,
    };
    done(&run, |run| run.edit_product(edit))
}

async fn journal(State(run): Run) -> Json<JournalPage> {
    Json(run.journal().into())
}

#[derive(Serialize)]
struct JournalPage {
    asked: Vec<AskedRow>,
    fields: BTreeSet<String>,
    not_kept: u64,
}

#[derive(Serialize)]
struct AskedRow {
    method: String,
    path: String,
    operation: Option<String>,
    times: u64,
}

impl From<Journal> for JournalPage {
    fn from(journal: Journal) -> Self {
        let Journal {
            asked,
            fields,
            not_kept,
        } = journal;
        let row = |(asked, times)| {
            let Asked {
                method,
                path,
                operation,
            } = asked;
            AskedRow {
                method,
                path,
                operation,
                times,
            }
        };
        Self {
            asked: asked.into_iter().map(row).collect(),
            fields,
            not_kept,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockOrder {
    speed: Speed,
}

async fn set_clock(State(run): Run, Json(order): Json<ClockOrder>) -> StatusCode {
    done(&run, |run| run.clock().set_speed(order.speed))
}

#[derive(Serialize)]
struct ClockPage {
    now: Timestamp,
    speed: Speed,
    /// Of the real clock; behind it when negative.
    ahead_s: i64,
}

impl ClockPage {
    fn of(run: &ShopRun) -> Self {
        Self {
            now: run.clock().now(),
            speed: run.clock().speed(),
            ahead_s: run.clock().ahead().as_secs(),
        }
    }
}

/// By the keys of a connection's seed entry.
#[derive(Serialize)]
struct AccessPage {
    secrets: [String; 1],
    shop_url: String,
    consumer_key: String,
    consumer_secret: String,
    allow_plain_http: bool,
}

impl From<Access> for AccessPage {
    fn from(access: Access) -> Self {
        let Access {
            secret,
            shop_url,
            key,
            key_secret,
        } = access;
        Self {
            allow_plain_http: shop_url.starts_with("http:"),
            secrets: [secret],
            shop_url,
            consumer_key: key,
            consumer_secret: key_secret,
        }
    }
}
