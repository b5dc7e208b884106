//! The last units of a few goods are sold at tills and in four shops at once, while goods come in, shops answer badly and
//! services are killed: no push may raise a shop above the truth, and in the end every shop shows it.

mod calm;
mod kills;
mod report;
mod selling;
mod truth;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use service::clock::SystemClock;
use shop::sim::ProductEdit;
use shop_sim::{
    AnswerFaults, Faults, Millis, Pace, Percent, Platform, Runner, RunnerOptions, ShopSize,
    SimClock, Speed, checker,
};
use test_kit::world;
use tokio::time::sleep;

use self::report::{Report, ShopReport};
use crate::figure::Figure;
use crate::simulated::{Good, Outlet, ShopSystem, SimulatedShop};

/// Few, so that buyers of all shops and tills want the same. They are the first of each shop's own catalogue, which are
/// all goods that are counted.
const GOODS: u32 = 6;
/// Of each, before anybody buys.
const OPENING_UNITS: i64 = 12;
/// Of the first good, for the counter; of the second, from each shop.
const SAFETY_UNITS: i64 = 2;
const BUFFER_UNITS: i64 = 1;
/// Buyers a second in each shop.
const PACE: Pace = Pace::of(6);
/// An order is placed, and most change once more.
const MAX_VERSIONS: usize = 2;
/// Buyers that come to each shop for each sale that is wanted of all: most find too little and go away.
const BUYERS_PER_SALE: usize = 4;
/// Until every shop shows what there is at first.
const OPENED_WITHIN: Duration = Duration::from_mins(3);
/// More than this for one sale is a trade that stands still.
const PATIENCE_PER_SALE: Duration = Duration::from_secs(1);
const PATIENCE_AT_LEAST: Duration = Duration::from_mins(5);
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Minutes out of hours; and who tells shops may be killed often: another tells them soon after.
const SETTINGS: [(&str, &str); 4] = [
    ("POLL_EVERY_MS", "1000"),
    ("HOOKS_EVERY_MS", "2000"),
    ("GAP_GRACE_MS", "5000"),
    ("PUSH_HELD_FOR_S", "2"),
];
/// Deliveries as in a storm. Answers are late, lost or refused now and then: shops that fail all the time are left alone,
/// and told nothing.
const FAULTS: Faults = Faults {
    deliveries: Faults::STORM.deliveries,
    answers: AnswerFaults {
        hung: Percent::of(1),
        hang_ms: Millis::new(1_000),
        ..Faults::SOME.answers
    },
    handshakes: Faults::NONE.handshakes,
};

/// How much is sold.
#[derive(Clone, Copy, Debug)]
pub struct Oversell {
    pub seed: u64,
    /// In shops and at tills together.
    pub sales: usize,
}

/// Fails when a push told more than was true, or the shops do not come to show what is.
pub async fn run(asked: Oversell) -> anyhow::Result<Vec<Figure>> {
    let goods = goods();
    let mut shops = Vec::new();
    for (place, platform) in (0..).zip(Platform::ALL) {
        shops.push(open(&asked, &goods, platform, place).await?);
    }
    let mut system = ShopSystem::start_with(&shops, &SETTINGS).await?;
    let report = Box::pin(sell_out(&asked, &system, &shops, &goods)).await;
    let report = report.inspect_err(|_| system.keep())?;
    println!("{report}");
    if !report.is_sound() {
        system.keep();
        bail!("shops were told what was not true, or do not show what is");
    }
    for shop in shops {
        shop.runner.stop().await;
    }
    report.figures()
}

fn goods() -> Vec<Good> {
    let goods = (0..GOODS).map(|number| Good {
        safety: if number == 0 { SAFETY_UNITS } else { 0 },
        buffer: if number == 1 { BUFFER_UNITS } else { 0 },
        ..Good::number(number)
    });
    goods.collect()
}

/// Opens the shop, which has the goods under the SKUs of all; it waits to be told before it trades.
async fn open(
    asked: &Oversell,
    goods: &[Good],
    platform: Platform,
    place: u16,
) -> anyhow::Result<SimulatedShop> {
    let seed = asked.seed.wrapping_add(place.into());
    let clock = SimClock::beside(Arc::new(SystemClock), Speed::REAL);
    let size = ShopSize {
        seed,
        orders: asked.sales.saturating_mul(BUYERS_PER_SALE),
        max_versions: MAX_VERSIONS,
        products: goods.len(),
    };
    let options = RunnerOptions {
        faults: FAULTS,
        paused: true,
        ..RunnerOptions::new(seed, PACE)
    };
    let shop = platform.open(&size, clock.clone());
    let runner = Runner::start(shop, clock, options).await?;
    let run = runner.shop();
    run.set_faulty(false);
    run.sell_in_euros();
    run.sell_what_there_is();
    for (product, good) in goods.iter().enumerate() {
        run.edit_product(ProductEdit {
            product,
            name: good.name.clone(),
            sku: good.sku.clone(),
            barcode: String::new(),
            price_cents: 1_000,
            stock: 0,
        });
    }
    Ok(SimulatedShop {
        platform,
        connection: SimulatedShop::connection(place),
        runner,
    })
}

async fn sell_out(
    asked: &Oversell,
    system: &ShopSystem,
    shops: &[SimulatedShop],
    goods: &[Good],
) -> anyhow::Result<Report> {
    for shop in shops {
        shop.runner.shop().set_hook(system.hook_url(shop)?);
    }
    let outlet = Outlet::of(system)?;
    for good in goods {
        outlet.save(good, shops).await?;
    }
    let opening: Vec<(&Good, i64)> = goods.iter().map(|good| (good, OPENING_UNITS)).collect();
    outlet.receive(&opening).await?;
    calm::reach(&outlet, shops, goods, OPENED_WITHIN).await?;
    for shop in shops {
        shop.runner.shop().begin_stock_log();
        shop.runner.shop().set_faulty(true);
        shop.runner.shop().resume();
    }

    let began = Instant::now();
    let over = AtomicBool::new(false);
    let selling = async {
        let sold = selling::sell(&outlet, goods, asked.seed, &over);
        let ended = until_sold(asked, shops, &over);
        let ended = tokio::try_join!(sold, ended);
        over.store(true, Ordering::Relaxed);
        ended
    };
    let (sold, kills) = tokio::join!(selling, kills::kill(system, &over));
    let ((at_tills, ()), restarts) = (sold?, kills?);
    for shop in shops {
        shop.runner.shop().set_faulty(false);
    }
    let sold_in = began.elapsed();

    let quiet = calm::reach(&outlet, shops, goods, calm::PATIENCE).await?;
    let told = checker::read(system.ledger_channel()?, world::RETAILER).await?;
    let truth = truth::Truth::of(&told, &restarts)?;
    let mut reports = Vec::new();
    for shop in shops {
        let run = shop.runner.shop();
        let log = run.stock_log();
        ensure!(log.not_kept == 0, "the shop's log of stock is full");
        reports.push(ShopReport {
            platform: shop.platform,
            placed: run.status().placed,
            verdict: truth.judge(shop.connection, goods, &log)?,
        });
    }
    let short = outlet.on_hand().await?.into_values();
    Ok(Report {
        seed: asked.seed,
        at_tills,
        shops: reports,
        kills: restarts.all,
        sold_in,
        quiet,
        short_units: short.map(|units| (-units).max(0)).sum(),
    })
}

/// Until enough is sold in shops and at tills.
async fn until_sold(
    asked: &Oversell,
    shops: &[SimulatedShop],
    over: &AtomicBool,
) -> anyhow::Result<()> {
    let patience = PATIENCE_AT_LEAST + PATIENCE_PER_SALE * u32::try_from(asked.sales)?;
    let began = Instant::now();
    let placed = || -> usize {
        let placed = shops.iter().map(|shop| shop.runner.shop().status().placed);
        placed.sum()
    };
    while placed() < asked.sales && began.elapsed() < patience {
        sleep(LOOK_EVERY).await;
    }
    over.store(true, Ordering::Relaxed);
    for shop in shops {
        shop.runner.shop().pause();
    }
    ensure!(placed() >= asked.sales, "the trade stands still");
    Ok(())
}
