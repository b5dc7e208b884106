//! Sale history over a great many sales: pages of 50 under every filter, and the whole as a stream.
//!
//! The sales are in memory when they are asked for, their lines are not. What is measured is a real ledger process that reads the sales of [`past`](crate::past).

use std::time::Instant;

use anyhow::ensure;
use jiff::{SignedDuration, Timestamp};
use proto::ledger::sales_client::SalesClient;
use proto::ledger::{Balance, ListSalesRequest, SaleFilter, SaleView, StreamSalesRequest};
use proto::order::SaleState;
use service::access::Authorized;
use shop_woocommerce::sim::Dice;
use test_kit::world;

use crate::figure::Figure;
use crate::latency::{Latencies, rate};
use crate::past::{self, Booked, CUSTOMERS, ITEMS, NEWEST, SECONDS_APART};
use crate::system;

const PAGE_SIZE: i32 = 50;
/// Asked for each filter, one after the other.
const PAGES: usize = 400;
const WARM_UP_PAGES: usize = 20;
/// By any single filter.
const GOAL_P99_MS: f64 = 10.0;
/// Sales without their lines.
const GOAL_STREAMED_PER_S: f64 = 100_000.0;

pub async fn run(seed: u64, sales: u32) -> anyhow::Result<Vec<Figure>> {
    let system = system::start().await?;
    past::fill(&system, sales, Booked::Sales).await?;
    let client = SalesClient::new(system.stack().ledger()?);
    let mut asker = Asker {
        client,
        dice: Dice::new(seed),
        sales,
    };
    let mut figures = Vec::new();
    for filter in Filter::ALL {
        past::touch(&system).await?;
        figures.extend(asker.pages(filter).await?);
    }
    for view in [SaleView::Basic, SaleView::Full] {
        past::touch(&system).await?;
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
    VoidedUntilAnyDay,
    Paid,
    Unpaid,
    Receipt,
    Sku,
    Customer,
    OutletStateAndWeek,
}

impl Filter {
    const ALL: [Self; 16] = [
        Self::None,
        Self::UntilAnyDay,
        Self::Outlet,
        Self::Register,
        Self::Connection,
        Self::Platform,
        Self::OutletAndState,
        Self::Closed,
        Self::Voided,
        Self::VoidedUntilAnyDay,
        Self::Paid,
        Self::Unpaid,
        Self::Receipt,
        Self::Sku,
        Self::Customer,
        Self::OutletStateAndWeek,
    ];

    /// Whether it asks for one thing, as the goal does.
    const fn is_single(self) -> bool {
        !matches!(
            self,
            Self::OutletAndState | Self::VoidedUntilAnyDay | Self::OutletStateAndWeek
        )
    }

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
            Self::VoidedUntilAnyDay => "voided, until any day",
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
        let p99 = if filter.is_single() {
            p99.under(GOAL_P99_MS)
        } else {
            p99
        };
        Ok(vec![p50, p99, p999])
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
                ..SaleFilter::default()
            },
            Filter::VoidedUntilAnyDay => SaleFilter {
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
                customer_id: past::customer(self.dice.between(1, CUSTOMERS)).to_string(),
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
