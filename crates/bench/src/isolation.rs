//! What a connection feels of others of the same service: one whose shop hangs, one that floods, one that sends
//! poison. Calm and trouble take turns in one system, so that the machine's own moods are in both.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use comptoir::stack::{Seed, SeedConnection, Stack, StackOptions};
use service::clock::{Clock as _, SystemClock};
use shop_woocommerce::sim::{Hook, Options, Topic};
use test_kit::{Prepared, folder, world};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use crate::end_to_end::follow;
use crate::figure::Figure;
use crate::latency::Latencies;
use crate::load::{Posts, Sent, open, posts};

/// Calm and trouble take turns so many times, each for so long.
const ROUNDS: usize = 8;
const TURN_S: u32 = 15;
/// Of each turn the first seconds do not count: what a flood saved up while it was calm is spent.
const SETTLE_S: u32 = 3;
/// Of the connection that is measured, a second: less than what one connection may send.
const WELL_PER_SECOND: u32 = 40;
/// Of the flood, a second: ten times what one connection may send.
const FLOOD_PER_SECOND: u32 = 500;
/// Of each of the others, a second.
const TROUBLE_PER_SECOND: u32 = 10;
/// The first turn is not measured: connections are made, plans are prepared.
const WARM_UPS: usize = 1;
/// What a turn leaves behind is done before the next one begins.
const BETWEEN: Duration = Duration::from_secs(3);
/// For everything to be recorded, all turns included.
const PATIENCE: Duration = Duration::from_mins(10);
const SENDERS: usize = 64;
/// Of the shop's orders so many become sales at once; the others are not sent.
const SALES_PERCENT: usize = 85;
/// What the issue allows.
const GOAL: f64 = 1.1;

/// What a connection's shop is like.
#[derive(Clone, Copy, Debug)]
enum Mood {
    Well,
    Hangs,
    Floods,
    Poisons,
}

impl Mood {
    const ALL: [Self; 4] = [Self::Well, Self::Hangs, Self::Floods, Self::Poisons];

    const fn connection(self) -> Uuid {
        Uuid::from_u128(world::CONNECTION.as_u128() + ((self as u128) << 16))
    }
}

pub async fn run(seed: u64) -> anyhow::Result<Vec<Figure>> {
    let dir = folder()?;
    let program = std::env::current_exe().context("this program has no path")?;
    let silent = TcpListener::bind("127.0.0.1:0").await?;
    let silent_url = format!("http://{}/", silent.local_addr()?);
    let mut hanging = JoinSet::new();
    hanging.spawn(hang(silent));
    let options = StackOptions {
        settings: [("POLL_EVERY_MS".to_owned(), "1000".to_owned())].into(),
        ..StackOptions::new(dir.path(), program, self::seed(&silent_url))
    };
    let stack = tokio::task::spawn_blocking(|| Stack::start(options)).await??;
    let load = Load::new(seed, &stack)?;

    let (mut calm, mut troubled) = (Latencies::new()?, Latencies::new()?);
    let wanted = load.well.requests.len();
    let following = follow(stack.ledger()?, Mood::Well.connection(), wanted, PATIENCE);
    let following = async { following.await.context("sales are missing") };
    let (dues, followed) = tokio::try_join!(load.send(), following)?;
    drop(hanging);

    let per_turn = usize::try_from(WELL_PER_SECOND * TURN_S)?;
    let settle = usize::try_from(WELL_PER_SECOND * SETTLE_S)?;
    for (place, (id, due_at)) in load.well.order_ids.iter().zip(dues).enumerate() {
        let sale = followed
            .get(id)
            .with_context(|| format!("order {id} is lost"))?;
        let took = sale.recorded_at.duration_since(due_at);
        let (turn, place) = (place / per_turn, place % per_turn);
        if turn < WARM_UPS * 2 || place < settle {
            continue;
        }
        let latencies = if turn % 2 == 1 {
            &mut troubled
        } else {
            &mut calm
        };
        latencies.record(Duration::try_from(took).unwrap_or_default());
    }
    let mut figures = Vec::new();
    figures.extend(calm.figures("isolation", "calm"));
    figures.extend(troubled.figures("isolation", "others in trouble"));
    for (what, percent) in [("p50", 50.0), ("p99", 99.0)] {
        let ratio = troubled.percentile(percent) / calm.percentile(percent);
        figures.push(Figure::new("isolation", "ratio", what, ratio, "").under(GOAL));
    }
    Ok(figures)
}

/// Everything that is sent, ready.
struct Load {
    well: Posts,
    well_url: String,
    flood: Posts,
    flood_url: String,
    poison: Vec<Prepared>,
    hints: Vec<Prepared>,
}

impl Load {
    fn new(seed: u64, stack: &Stack) -> anyhow::Result<Self> {
        let url = |mood: Mood| {
            let url = stack.hook_url(&mood.connection().to_string());
            anyhow::Ok(url.context("the seed has this connection")?.to_owned())
        };
        let (well_url, flood_url) = (url(Mood::Well)?, url(Mood::Floods)?);
        let turns = u32::try_from(WARM_UPS + ROUNDS)?;
        let posts = |seed, wanted: u32, url: &str| {
            let wanted = usize::try_from(wanted)?;
            let orders = wanted * 100 / SALES_PERCENT;
            let mut posts = posts(&Options::new(seed, orders), Topic::OrderCreated, url)?;
            ensure!(posts.requests.len() >= wanted, "too few orders are sales");
            posts.requests.truncate(wanted);
            posts.order_ids.truncate(wanted);
            Ok(posts)
        };
        let each = usize::try_from(TROUBLE_PER_SECOND * TURN_S * turns)?;
        Ok(Self {
            well: posts(seed, WELL_PER_SECOND * TURN_S * turns * 2, &well_url)?,
            flood: posts(seed + 1, FLOOD_PER_SECOND * TURN_S * turns, &flood_url)?,
            poison: (0..each)
                .map(|number| signed(poison(number), &url(Mood::Poisons)?))
                .collect::<anyhow::Result<_>>()?,
            hints: (0..each)
                .map(|number| signed(note(number), &url(Mood::Hangs)?))
                .collect::<anyhow::Result<_>>()?,
            well_url,
            flood_url,
        })
    }

    /// Sends all turns; when each of the well one's deliveries was due.
    async fn send(&self) -> anyhow::Result<Vec<jiff::Timestamp>> {
        let mut dues = Vec::with_capacity(self.well.requests.len());
        for turn in 0..(WARM_UPS + ROUNDS) * 2 {
            let trouble = turn % 2 == 1;
            dues.extend(self.turn(turn, trouble).await?);
            sleep(BETWEEN).await;
        }
        Ok(dues)
    }

    /// Sends one turn; when each of the well one's deliveries was due.
    async fn turn(&self, turn: usize, trouble: bool) -> anyhow::Result<Vec<jiff::Timestamp>> {
        let began = Instant::now() + Duration::from_millis(100);
        let began_at = SystemClock.now() + Duration::from_millis(100);
        let sent = |per_second| Sent { began, per_second };
        let part = |all: &[Prepared], per_second: u32, turn: usize| {
            let each = usize::try_from(per_second * TURN_S)?;
            let part = all
                .get(turn * each..(turn + 1) * each)
                .context("too little to send")?;
            anyhow::Ok(Arc::new(part.to_vec()))
        };
        let well = part(&self.well.requests, WELL_PER_SECOND, turn)?;
        let dues = (0..well.len())
            .map(|place| began_at + sent(WELL_PER_SECOND).due(place).duration_since(began));
        let dues = dues.collect();
        let well = open(&self.well_url, well, sent(WELL_PER_SECOND), SENDERS);
        if trouble {
            let others = turn / 2;
            let flood = part(&self.flood.requests, FLOOD_PER_SECOND, others)?;
            let poison = part(&self.poison, TROUBLE_PER_SECOND, others)?;
            let hints = part(&self.hints, TROUBLE_PER_SECOND, others)?;
            let (well, flood, ..) = tokio::try_join!(
                well,
                open(&self.flood_url, flood, sent(FLOOD_PER_SECOND), SENDERS),
                open(&self.flood_url, poison, sent(TROUBLE_PER_SECOND), 1),
                open(&self.flood_url, hints, sent(TROUBLE_PER_SECOND), 1),
            )?;
            ensure!(well.refused == 0, "{} deliveries refused", well.refused);
            println!("of the flood {} were turned away", flood.refused);
        } else {
            let well = well.await?;
            ensure!(well.refused == 0, "{} deliveries refused", well.refused);
        }
        Ok(dues)
    }
}

fn signed((topic, body): (&str, Vec<u8>), url: &str) -> anyhow::Result<Prepared> {
    let now = SystemClock.now();
    let Hook { mut headers, body } = Hook::sign(Topic::OrderUpdated, now, body, world::SECRET);
    for (name, value) in &mut headers {
        if *name == "x-wc-webhook-topic" {
            topic.clone_into(value);
        }
    }
    Prepared::post(url, headers, body)
}

/// Signed and of no use: broken off, of an unknown status, nothing but brackets.
fn poison(number: usize) -> (&'static str, Vec<u8>) {
    let body = match number % 3 {
        0 => format!(r#"{{"id":{number},"status":"proc"#),
        1 => format!(r#"{{"id":{number},"number":"{number}","status":"bewitched"}}"#),
        _ => format!(r#"{{"id":{number},"line_items":{}"#, "[".repeat(100_000)),
    };
    ("order.updated", body.into_bytes())
}

/// Makes the service ask the shop for an order.
fn note(number: usize) -> (&'static str, Vec<u8>) {
    let body = format!(
        r#"{{"action":"woocommerce_new_order_note_data","arg":{{"comment_post_ID":{number},"comment_author":"Zoé","comment_content":"import"}}}}"#
    );
    ("action.woocommerce_new_order_note_data", body.into_bytes())
}

/// Takes every connection and says nothing.
async fn hang(listener: TcpListener) {
    let mut taken = Vec::new();
    while let Ok((stream, _)) = listener.accept().await {
        taken.push(stream);
    }
}

fn seed(silent_url: &str) -> Seed {
    let connection = |mood: Mood| {
        SeedConnection::new(
            mood.connection(),
            world::RETAILER,
            world::PLATFORM,
            world::REGISTER,
            world::SECRET.to_owned(),
        )
    };
    let connections = Mood::ALL.map(|mood| match mood {
        Mood::Hangs => SeedConnection {
            shop_url: Some(silent_url.to_owned()),
            consumer_key: Some("ck_nobody".to_owned()),
            consumer_secret: Some("cs_nothing".to_owned()),
            allow_plain_http: Some(true),
            ..connection(mood)
        },
        Mood::Well | Mood::Floods | Mood::Poisons => connection(mood),
    });
    world::seed(connections.into())
}
