//! Sale history over a great many sales: pages of 50 under every filter, and the whole as a stream.
//!
//! The sales are put into the tables directly, as the owner of the database; what is measured is a
//! real ledger process that reads them.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use jiff::{SignedDuration, Timestamp};
use proto::ledger::sales_client::SalesClient;
use proto::ledger::{Balance, ListSalesRequest, SaleFilter, SaleView, StreamSalesRequest};
use proto::order::SaleState;
use service::access::Authorized;
use shop_woocommerce::sim::Dice;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection as _, Executor as _};
use test_kit::{System, world};
use uuid::Uuid;

use crate::figure::Figure;
use crate::latency::{Latencies, rate};
use crate::system;

const PAGE_SIZE: i32 = 50;
/// Asked for each filter, one after the other.
const PAGES: usize = 400;
const WARM_UP_PAGES: usize = 20;
const GOAL_P99_MS: f64 = 10.0;
/// Sales without their lines.
const GOAL_STREAMED_PER_S: f64 = 100_000.0;
const CUSTOMERS: u64 = 10_000;
const ITEMS: u64 = 1_000;
/// The sales pass for so many transactions' work: fewer than a new database has seen, because what
/// later ones changed is not streamed yet.
const TRANSACTIONS: u32 = 500;
/// Sales lie so many seconds apart.
const SECONDS_APART: i64 = 60;
/// The newest sale: 2026-11-21T12:00:00Z.
const NEWEST: Timestamp = Timestamp::constant(1_795_262_400, 0);

pub async fn run(seed: u64, sales: u32) -> anyhow::Result<Vec<Figure>> {
    let system = system::start().await?;
    fill(&system, sales).await?;
    let client = SalesClient::new(system.stack().ledger()?);
    let mut asker = Asker {
        client,
        dice: Dice::new(seed),
        sales,
    };
    let mut figures = Vec::new();
    for filter in Filter::ALL {
        figures.extend(asker.pages(filter).await?);
    }
    for view in [SaleView::Basic, SaleView::Full] {
        figures.push(asker.stream(view).await?);
    }
    Ok(figures)
}

#[derive(Clone, Copy, Debug)]
enum Filter {
    None,
    UntilAnyDay,
    Outlet,
    Register,
    Connection,
    Platform,
    OutletAndState,
    Closed,
    Voided,
    Paid,
    Unpaid,
    Receipt,
    Sku,
    Customer,
    OutletStateAndWeek,
}

impl Filter {
    const ALL: [Self; 15] = [
        Self::None,
        Self::UntilAnyDay,
        Self::Outlet,
        Self::Register,
        Self::Connection,
        Self::Platform,
        Self::OutletAndState,
        Self::Closed,
        Self::Voided,
        Self::Paid,
        Self::Unpaid,
        Self::Receipt,
        Self::Sku,
        Self::Customer,
        Self::OutletStateAndWeek,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::None => "newest",
            Self::UntilAnyDay => "until any day",
            Self::Outlet => "outlet",
            Self::Register => "register",
            Self::Connection => "connection",
            Self::Platform => "platform",
            Self::OutletAndState => "outlet, closed",
            Self::Closed => "closed",
            Self::Voided => "voided",
            Self::Paid => "paid",
            Self::Unpaid => "unpaid",
            Self::Receipt => "receipt number",
            Self::Sku => "SKU",
            Self::Customer => "customer",
            Self::OutletStateAndWeek => "outlet, closed, any week",
        }
    }
}

struct Asker {
    client: SalesClient<Authorized>,
    dice: Dice,
    sales: u32,
}

impl Asker {
    async fn pages(&mut self, filter: Filter) -> anyhow::Result<Vec<Figure>> {
        let mut latencies = Latencies::new()?;
        let mut found = 0;
        for page in 0..WARM_UP_PAGES + PAGES {
            let request = ListSalesRequest {
                retailer_id: world::RETAILER.to_string(),
                page_size: PAGE_SIZE,
                page_token: String::new(),
                filter: Some(self.filter(filter)),
            };
            let asked = Instant::now();
            let answer = self.client.list_sales(request).await?.into_inner();
            if page >= WARM_UP_PAGES {
                latencies.record(asked.elapsed());
            }
            found += answer.sales.len();
        }
        ensure!(found > 0, "no sale matches the filter {}", filter.name());
        let case = format!("page of {PAGE_SIZE}, {}", filter.name());
        let [p50, p99, p999] = latencies.figures("history", &case);
        Ok(vec![p50, p99.under(GOAL_P99_MS), p999])
    }

    fn filter(&mut self, filter: Filter) -> SaleFilter {
        let day = self.any_instant();
        let outlet = SaleFilter {
            outlet_id: world::OUTLET.to_string(),
            state: SaleState::Closed.into(),
            ..SaleFilter::default()
        };
        match filter {
            Filter::None => SaleFilter::default(),
            Filter::UntilAnyDay => SaleFilter {
                placed_until: Some(proto::convert::instant_into(day)),
                ..SaleFilter::default()
            },
            Filter::Outlet => SaleFilter {
                outlet_id: world::OTHER_OUTLET.to_string(),
                ..SaleFilter::default()
            },
            Filter::Register => SaleFilter {
                register_id: world::OTHER_REGISTER.to_string(),
                ..SaleFilter::default()
            },
            Filter::Connection => SaleFilter {
                connection_id: world::CONNECTION.to_string(),
                ..SaleFilter::default()
            },
            Filter::Platform => SaleFilter {
                platform: "woocommerce".to_owned(),
                ..SaleFilter::default()
            },
            Filter::OutletAndState => outlet,
            Filter::Closed => SaleFilter {
                state: SaleState::Closed.into(),
                ..SaleFilter::default()
            },
            Filter::Paid => SaleFilter {
                balance: Balance::Paid.into(),
                ..SaleFilter::default()
            },
            Filter::Voided => SaleFilter {
                state: SaleState::Voided.into(),
                placed_until: Some(proto::convert::instant_into(day)),
                ..SaleFilter::default()
            },
            Filter::Unpaid => SaleFilter {
                balance: Balance::Unpaid.into(),
                ..SaleFilter::default()
            },
            Filter::Receipt => SaleFilter {
                receipt_number: self.dice.between(1, self.sales.into()).to_string(),
                ..SaleFilter::default()
            },
            Filter::Sku => SaleFilter {
                sku: format!("HIST-{}", self.dice.between(1, ITEMS)),
                ..SaleFilter::default()
            },
            Filter::Customer => SaleFilter {
                customer_id: numbered(CUSTOMER_IDS, self.dice.between(1, CUSTOMERS)).to_string(),
                ..SaleFilter::default()
            },
            Filter::OutletStateAndWeek => SaleFilter {
                placed_from: Some(proto::convert::instant_into(
                    day - SignedDuration::from_hours(7 * 24),
                )),
                placed_until: Some(proto::convert::instant_into(day)),
                ..outlet
            },
        }
    }

    /// Between the oldest and the newest sale.
    fn any_instant(&mut self) -> Timestamp {
        let back = self.dice.between(0, self.sales.into());
        let seconds = i64::try_from(back).unwrap_or(0) * SECONDS_APART;
        NEWEST - SignedDuration::from_secs(seconds)
    }

    async fn stream(&mut self, view: SaleView) -> anyhow::Result<Figure> {
        let request = StreamSalesRequest {
            retailer_id: world::RETAILER.to_string(),
            view: view.into(),
            ..StreamSalesRequest::default()
        };
        let began = Instant::now();
        let mut stream = self.client.stream_sales(request).await?.into_inner();
        let mut count = 0;
        while stream.message().await?.is_some() {
            count += 1;
        }
        ensure!(
            count == u64::from(self.sales),
            "{count} of {} sales streamed",
            self.sales
        );
        let per_s = rate(count, began.elapsed());
        let figure = |what| {
            Figure::new(
                "history",
                format!("all {count} sales{what}"),
                "streamed",
                per_s,
                "per s",
            )
        };
        Ok(match view {
            SaleView::Basic => figure("").at_least(GOAL_STREAMED_PER_S),
            SaleView::Unspecified | SaleView::Full => figure(" with their lines"),
        })
    }
}

const SALE_IDS: u128 = 0x0195_5a1e << 96;
const ITEM_IDS: u128 = 0x0195_17e3 << 96;
const CUSTOMER_IDS: u128 = 0x0195_c057 << 96;

fn numbered(kind: u128, number: u64) -> Uuid {
    Uuid::from_u128(kind + u128::from(number))
}

async fn fill(system: &System, sales: u32) -> anyhow::Result<()> {
    let options: PgConnectOptions = system.stack().admin_database_url().parse()?;
    let mut database = PgConnection::connect_with(&options).await?;
    for (what, sql) in statements(sales) {
        let done = database.execute(sqlx::AssertSqlSafe(sql)).await;
        done.with_context(|| format!("cannot fill in {what}"))?;
    }
    database.close().await?;
    Ok(())
}

/// Numbers and ids of our own making, nothing from outside.
fn statements(sales: u32) -> Vec<(&'static str, String)> {
    let retailer = world::RETAILER;
    let connection = world::CONNECTION;
    let id = |kind: u128, number: &str| {
        let prefix = Uuid::from_u128(kind).to_string()[..8].to_owned();
        format!("('{prefix}' || lpad(to_hex({number}), 24, '0'))::uuid")
    };
    let (sale, item, customer) = (id(SALE_IDS, "n"), id(ITEM_IDS, "n"), id(CUSTOMER_IDS, "n"));
    let item_of_line = id(ITEM_IDS, &format!("1 + (n * 7919 + line * 31) % {ITEMS}"));
    let customer_of_sale = id(CUSTOMER_IDS, &format!("1 + (n * 104729) % {CUSTOMERS}"));
    // The newest sale has the highest number.
    let placed_at =
        format!("timestamptz '{NEWEST}' - ({sales} - n) * interval '{SECONDS_APART} seconds'");
    let state = "case when n % 50 = 0 then 'voided' else 'closed' end";
    let paid = "n % 20 <> 0";
    vec![
        (
            "items",
            format!(
                "insert into ledger.item (item_id, retailer_id, kind, sku, name, origin, \
                 connection_id, created_at) \
                 select {item}, '{retailer}', 'product', 'HIST-' || n, 'Thing ' || n, 'order', \
                 '{connection}', now() from generate_series(1::bigint, {ITEMS}) n"
            ),
        ),
        (
            "customers",
            format!(
                "insert into ledger.customer (customer_id, retailer_id, email_key, email, name, \
                 phone, created_at) \
                 select {customer}, '{retailer}', n || '@example.test', n || '@example.test', \
                 'Customer ' || n, '', now() from generate_series(1::bigint, {CUSTOMERS}) n"
            ),
        ),
        (
            "sales",
            format!(
                "insert into ledger.sale (sale_id, retailer_id, outlet_id, register_id, \
                 connection_id, shop_order_id, receipt_number, receipt_key, state, balance, \
                 currency, total_minor, tax_minor, received_minor, refunded_minor, customer_id, \
                 shop_status, warning_not_imported, revision, placed_at, recorded_at, changed_at, \
                 changed_xid) \
                 select {sale}, '{retailer}', \
                 case when n % 3 = 0 then '{other_outlet}'::uuid else '{outlet}'::uuid end, \
                 case when n % 3 = 0 then '{other_register}'::uuid else '{register}'::uuid end, \
                 '{connection}', n::text, '#' || n, n::text, {state}, \
                 case when {paid} then 'paid' else 'unpaid' end, 'CAD', 2300, 300, \
                 case when {paid} then 2300 else 0 end, 0, {customer_of_sale}, 'completed', \
                 false, 1, {placed_at}, {placed_at}, {placed_at}, \
                 1 + n * {TRANSACTIONS} / {sales} \
                 from generate_series(1::bigint, {sales}) n",
                outlet = world::OUTLET,
                other_outlet = world::OTHER_OUTLET,
                register = world::REGISTER,
                other_register = world::OTHER_REGISTER,
            ),
        ),
        (
            "lines",
            format!(
                "insert into ledger.sale_line (sale_id, line_key, position, item_id, name, \
                 quantity_milli, restocked_milli, deducted_milli, net_minor, tax_minor, placed_at, \
                 is_stand_in) \
                 select {sale}, 'line:' || line, line, {item_of_line}, 'Thing', 1000, 0, 1000, \
                 1000, 150, {placed_at}, false \
                 from generate_series(1::bigint, {sales}) n, generate_series(1, 2) line"
            ),
        ),
        (
            "payments",
            format!(
                "insert into ledger.payment (sale_id, payment_key, kind, currency, \
                 revision, method, amount_minor, paid_at, recorded_at) \
                 select {sale}, 'paid', 'received', 'CAD', 1, 'card', 2300, {placed_at}, {placed_at} \
                 from generate_series(1::bigint, {sales}) n where {paid}"
            ),
        ),
        ("statistics", "vacuum analyze".to_owned()),
    ]
}
