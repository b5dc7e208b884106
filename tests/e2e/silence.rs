//! What the system never does: it writes no order into a shop, and nothing to a shopper. Shops are told of products and
//! stock, and no more stock than there is.

use std::collections::BTreeSet;
use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use retail::{Quantity, Sku};
use shop_sim::{Asked, Eyes, Journal};

use crate::four_shops::{FourShops, PATIENCE, Shop};

const ORDERS: usize = 40;
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// What a shop may be told by a document: of webhooks of ours, of products and of stock.
const TOLD_OF: [&str; 6] = [
    "WebhookSubscription",
    "Product",
    "Publishable",
    "Metafield",
    "File",
    "Inventory",
];
/// The same by a path.
const TOLD_AT: [&str; 6] = [
    "hooks",
    "webhooks",
    "products",
    "variants",
    "inventory",
    // What it holds is asked by itself.
    "batch",
];
/// Whatever else is in a path.
const NEVER_TOLD_AT: [&str; 5] = ["orders", "customers", "carts", "checkouts", "refunds"];

/// Whether a request asks only, or is about webhooks of ours, products or stock.
pub fn is_harmless(asked: &Asked) -> bool {
    let Asked {
        method,
        path,
        operation,
    } = asked;
    let is_at = |names: &[&str]| path.split('/').any(|part| names.contains(&part));
    match operation.as_deref() {
        Some(operation) => match operation.strip_prefix("mutation ") {
            Some(name) => TOLD_OF.iter().any(|about| name.starts_with(about)),
            None => operation.starts_with("query "),
        },
        None => method == "GET" || (is_at(&TOLD_AT) && !is_at(&NEVER_TOLD_AT)),
    }
}

/// Looks again and again whom the services are connected to.
struct Watch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<BTreeSet<String>>,
}

impl Watch {
    /// `known`: where they may connect to.
    fn begin(known: BTreeSet<u16>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            let (mut strange, mut seen) = (BTreeSet::new(), 0_usize);
            while !stopped.load(Ordering::Relaxed) {
                for peer in services().into_iter().flat_map(peers) {
                    seen += 1;
                    if !peer.is_known(&known) {
                        strange.insert(format!("{peer:?}"));
                    }
                }
                std::thread::sleep(LOOK_EVERY);
            }
            assert!(seen > 0, "no connection was seen at all");
            strange
        });
        Self { stop, thread }
    }

    fn end(self) -> BTreeSet<String> {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

/// Our own children that run a service.
fn services() -> Vec<u32> {
    let own = std::process::id().to_string();
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter(|id: &u32| {
        // A process may end while it is looked at.
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let command = fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let parent = status.lines().find_map(|line| line.strip_prefix("PPid:"));
        parent.map(str::trim) == Some(own.as_str()) && command.split('\0').nth(1) == Some("service")
    })
    .collect()
}

/// A socket of a service that is not one it listens on or was called on.
#[derive(Debug)]
struct Peer {
    protocol: &'static str,
    address: Option<SocketAddr>,
}

impl Peer {
    fn is_known(&self, known: &BTreeSet<u16>) -> bool {
        self.protocol == "tcp"
            && self.address.is_some_and(|address| {
                address.ip().is_loopback() && known.contains(&address.port())
            })
    }
}

/// As the kernel shows sockets: protocol, then rows of local and remote address, state and, ninth, inode.
fn peers(process: u32) -> Vec<Peer> {
    /// Of `tcp`: nobody else is in it.
    const LISTENING: &str = "0A";

    let links = fs::read_dir(format!("/proc/{process}/fd"));
    let links = links.into_iter().flatten().flatten();
    let own: BTreeSet<String> = links
        .filter_map(|link| {
            let target = fs::read_link(link.path()).ok()?;
            let inode = target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']');
            inode.map(str::to_owned)
        })
        .collect();
    let mut sockets = Vec::new();
    for (file, protocol) in [
        ("tcp", "tcp"),
        ("tcp6", "tcp6"),
        ("udp", "udp"),
        ("udp6", "udp6"),
    ] {
        let table = fs::read_to_string(format!("/proc/{process}/net/{file}")).unwrap_or_default();
        for row in table.lines().skip(1) {
            let columns: Vec<&str> = row.split_whitespace().collect();
            if let [_, local, remote, state, _, _, _, _, _, inode, ..] = columns[..]
                && own.contains(inode)
            {
                sockets.push((
                    protocol,
                    address(local),
                    address(remote),
                    state == LISTENING,
                ));
            }
        }
    }
    let ports = |wanted: bool| {
        let sockets = sockets
            .iter()
            .filter(move |(.., is_listening)| *is_listening == wanted);
        sockets.map(|(_, local, ..)| local.map(|local| local.port()))
    };
    let listening: BTreeSet<Option<u16>> = ports(true).collect();
    let called = sockets.iter().filter(|(_, local, _, is_listening)| {
        !is_listening && !listening.contains(&local.map(|local| local.port()))
    });
    called
        .map(|(protocol, _, address, _)| Peer {
            protocol,
            address: *address,
        })
        .collect()
}

/// `0100007F:1F90` is 127.0.0.1:8080; `None` for the longer ones of IPv6, which nothing here uses.
fn address(text: &str) -> Option<SocketAddr> {
    let (ip, port) = text.split_once(':')?;
    let ip = u32::from_str_radix(ip, 16).ok().filter(|_| ip.len() == 8)?;
    Some((ip.to_ne_bytes(), u16::from_str_radix(port, 16).ok()?).into())
}

fn port(url: &str) -> u16 {
    let rest = url.rsplit('@').next().unwrap_or(url);
    let rest = rest.rsplit("://").next().unwrap_or(rest);
    let port = rest
        .split(['/', '?'])
        .next()
        .and_then(|at| at.rsplit(':').next());
    port.and_then(|port| port.parse().ok()).unwrap()
}

/// Somebody saves something that the shop has sold. The shop shows it as it is called here, with no more of it than
/// there is.
async fn tell(four: &FourShops, shop: &Shop) {
    let eyes = Eyes::of(shop.platform, shop.runner.shop()).await.unwrap();
    let sku = |text: &str| Sku::new(text).unwrap();
    let levels = four.told().await.levels;
    let outlet = shop.outlet.to_string();
    let mut levels = levels.into_iter().filter(|it| it.outlet_id == outlet);
    let level = levels.find(|it| !it.sku.is_empty()).unwrap();
    let available = level.available.unwrap().value.parse::<Quantity>().unwrap();
    let truth = available.milli().div_euclid(1_000).max(0);

    let name = format!("Told to {}", shop.platform.code());
    let price = format!("12.00 {}", eyes.terms().currency);
    let save = ["products", "save", &level.sku, "--name", &name];
    four.comptoir_of(&[&save[..], &["--price", &price]].concat())
        .await;
    let began = Instant::now();
    loop {
        let shown = eyes.listing(&sku(&level.sku)).await.unwrap();
        let shown = shown.filter(|listing| *listing.title == *name);
        let left = shown.and_then(|listing| listing.variants[0].quantity);
        // What it had by its own count is there until the POS has told its own.
        if left.is_some_and(|left| left <= truth) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{:?}", shop.platform);
        tokio::time::sleep(LOOK_EVERY * 25).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pos_06_and_pos_07_shops_are_told_products_and_stock_alone_and_nobody_else_is_talked_to() {
    let four = FourShops::open(ORDERS).await;
    let state = four.stack().state();
    let mut known = BTreeSet::from([port(&state.nats_url), port(&state.admin_database_url)]);
    known.extend(state.services.iter().map(|service| port(&service.grpc_url)));
    known.extend(
        four.shops
            .iter()
            .map(|shop| port(&shop.runner.shop().base_url())),
    );
    let watch = Watch::begin(known);

    four.trade(ORDERS).await;
    for shop in &four.shops {
        let id = shop.connection;
        four.comptoir(&format!("import allow {id}")).await;
        four.comptoir(&format!("import plan {id}")).await;
    }
    for shop in &four.shops {
        tell(&four, shop).await;
    }
    let sales = four.told().await.sales;
    let books = four
        .shops
        .iter()
        .flat_map(|shop| shop.runner.shop().books().sales);
    let emails = books.filter(|(_, sale)| sale.email.contains('@')).count();
    assert!(
        sales.len() >= emails && emails > ORDERS,
        "shoppers who could be written to"
    );

    for shop in &four.shops {
        let Journal {
            asked, not_kept, ..
        } = shop.runner.shop().journal();
        assert_eq!(not_kept, 0);
        let wrote: Vec<_> = asked.keys().filter(|asked| !is_harmless(asked)).collect();
        assert!(wrote.is_empty(), "{:?}: {wrote:?}", shop.platform);
        assert!(!asked.is_empty(), "{:?}", shop.platform);
    }
    let strange = watch.end();
    assert!(strange.is_empty(), "{strange:?}");
    for Shop { runner, .. } in four.shops {
        runner.stop().await;
    }
}
