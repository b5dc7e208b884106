//! How fast the inbox is worked off. Run with `--release -- --ignored speed --nocapture`.

use std::time::{Duration, Instant};

use bus::{Message, MessageId, stream, subject};
use futures::StreamExt as _;
use proto::connect::RawDelivery;
use retail::{ConnectionId, RetailerId};
use uuid::Uuid;

use crate::captures;
use crate::support::{RETAILER, Running, Shop, keyring, platform, within};

const DELIVERIES: usize = 20_000;
const IN_FLIGHT: usize = 1_000;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, not a proof"]
async fn speed_of_the_worker() {
    let shop = Shop {
        id: Uuid::from_u128(0xA),
        secrets: vec!["s".to_owned()],
        url: None,
    };
    let mut running = Running::start(std::slice::from_ref(&shop)).await;
    running.crash().await;
    let bus = running.as_the_service().await;
    let publisher = bus.publisher(&stream::inbox(&platform()));
    let inbox = subject::inbox(
        &platform(),
        RetailerId::new(RETAILER),
        ConnectionId::new(shop.id),
    );
    let template = String::from_utf8(captures::body("order-fees.01.order.created")).unwrap();
    let keyring = keyring();
    let messages = (1..=DELIVERIES).map(|n| {
        let body = template.replace(r#""id":29,"#, &format!(r#""id":{n},"#));
        let delivery = RawDelivery {
            delivery_id: n.to_string(),
            topic: "order.created".to_owned(),
            sealed_body: keyring
                .seal(inbox.as_str().as_bytes(), body.as_bytes())
                .into(),
            ..RawDelivery::default()
        };
        Message::new(inbox.clone(), prost::Message::encode_to_vec(&delivery))
            .with_id(MessageId::new(&n.to_string()).unwrap())
    });
    let filling = Instant::now();
    futures::stream::iter(messages)
        .map(|message| publisher.publish(message))
        .buffer_unordered(IN_FLIGHT)
        .for_each(async |stored| assert!(!stored.unwrap().duplicate))
        .await;
    let filled = filling.elapsed();

    let cpu_before = cpu();
    running.serve().await;
    let draining = Instant::now();
    within(async || (running.messages("ORDERS").await >= DELIVERIES as u64).then_some(())).await;
    let drained = draining.elapsed();
    let worked = cpu().saturating_sub(cpu_before);
    running.inbox_is_done().await;
    for (what, took) in [
        ("kept", filled),
        ("told", drained),
        ("told, in time on a core", worked),
    ] {
        let rate = f64::from(u32::try_from(DELIVERIES).unwrap()) / took.as_secs_f64();
        println!("{DELIVERIES} deliveries {what} in {took:.2?}: {rate:.0} a second");
    }
}

/// Time this process has spent on a core.
fn cpu() -> Duration {
    /// Of the kernel's interface, the same on every Linux in use.
    const TICK: Duration = Duration::from_millis(10);

    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let ticks = |field: &str| field.parse::<u32>().unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    TICK * (ticks(fields[11]) + ticks(fields[12]))
}
