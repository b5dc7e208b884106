//! A shop is asked over TLS, and shows certificates that nobody should take.

use proto::connect::GetConnectionRequest;
use proto::connect::connections_client::ConnectionsClient;
use retail::{ConnectionId, PlatformCode, RetailerId};
use service::Command;
use service::clock::SystemIds;
use service::http::{Failure, client_builder, failure};
use service_kit::{Surroundings, provision_ledger, within};
use shop::sim::{Access, SimShop};
use shop::{ApiAccess, Connection, FetchError, LiveSecrets, PlainHttp, ShopUrl};
use shop_woocommerce::WooCommerce;
use shop_woocommerce::install::{FindError, find};
use uuid::Uuid;

use super::*;

/// What is wrong, as a file of faults calls it, and what a shopkeeper reads.
const WRONG: [(&str, &str); 6] = [
    ("expired", "its certificate expired on 2021-01-01"),
    (
        "not_yet_valid",
        "its certificate is not valid before 2110-01-01",
    ),
    (OTHER_NAME, "its certificate is for another address"),
    (
        "self_signed",
        "its certificate is signed by nobody we trust",
    ),
    (
        "unknown_issuer",
        "its certificate is signed by nobody we trust",
    ),
    ("broken", "its server breaks off the TLS handshake"),
];
const OTHER_NAME: &str = "other_name";
const ID: Uuid = Uuid::from_u128(0xA);

fn always(wrong: &str) -> Faults {
    serde_json::from_value(json!({"handshakes": {wrong: 100}})).unwrap()
}

async fn open(open: impl FnOnce(Arc<SimClock>) -> Arc<dyn SimShop>) -> Runner {
    let clock = SimClock::beside(Arc::new(SystemClock), Speed::REAL);
    let options = RunnerOptions {
        paused: true,
        tls: true,
        ..RunnerOptions::new(1, Pace::of(1))
    };
    let shop = open(Arc::clone(&clock));
    Runner::start(shop, clock, options).await.unwrap()
}

async fn open_of(platform: Platform) -> Runner {
    let size = ShopSize {
        seed: 12,
        orders: 3,
        max_versions: 2,
        products: 5,
    };
    open(|clock| platform.open(&size, clock)).await
}

fn root(shop: &ShopRun) -> reqwest::Certificate {
    reqwest::Certificate::from_pem(shop.root().unwrap().as_bytes()).unwrap()
}

fn trusting(shop: &ShopRun) -> WooCommerce {
    let clock = Arc::new(SystemClock);
    let ids = Arc::new(SystemIds::new(clock.clone()));
    WooCommerce::trusting(root(shop), clock, ids).unwrap()
}

/// Who asks a shop of this platform. WooCommerce's trusts the shop's root, the others the machine's roots alone.
fn asking(platform: Platform, shop: &ShopRun) -> Box<dyn shop::Platform> {
    let clock = Arc::new(SystemClock);
    match platform {
        Platform::Shopify => Box::new(shop_shopify::Shopify::new(clock).unwrap()),
        Platform::BigCommerce => Box::new(shop_bigcommerce::BigCommerce::new(clock).unwrap()),
        Platform::WooCommerce => Box::new(trusting(shop)),
        Platform::Ecom => Box::new(shop_ecom::Ecom::new(clock).unwrap()),
    }
}

fn connection(platform: Platform, access: Access) -> Connection {
    let Access {
        secret,
        shop_url,
        key,
        key_secret,
    } = access;
    let url = ShopUrl::new(&shop_url).unwrap();
    let api = ApiAccess::new(url, key.into(), key_secret.into(), PlainHttp::Refused);
    Connection {
        id: ConnectionId::new(ID),
        retailer: RetailerId::new(ID),
        platform: PlatformCode::new(platform.code()).unwrap(),
        secrets: LiveSecrets::new(vec![secret.into()]).unwrap(),
        api: Some(api.unwrap()),
    }
}

#[tokio::test]
async fn r_12_bad_certificates_are_served_and_refused() {
    let runner = open(|clock| Stall::new(3, clock)).await;
    let shop = runner.shop();
    let orders = format!("{}/orders", shop.base_url());
    // A new one each time: it keeps no connection.
    let ask = async |builder: reqwest::ClientBuilder| {
        let client = builder.no_proxy().build().unwrap();
        client.get(&orders).send().await
    };
    let trusting = || client_builder().tls_certs_only([root(shop)]);
    assert_eq!(ask(trusting()).await.unwrap().status(), 200);
    for (wrong, words) in WRONG {
        shop.set_faults(always(wrong));
        let why = failure(&ask(trusting()).await.unwrap_err());
        assert!(matches!(why, Failure::Insecure(_)), "{wrong}: {why:?}");
        assert_eq!(why.to_string(), words, "{wrong}");
    }
    until("all refused", async || {
        shop.counts().handshakes.failed == WRONG.len() as u64
    })
    .await;
    shop.set_faults(always("expired"));
    let careless = client_builder().tls_danger_accept_invalid_certs(true);
    assert_eq!(ask(careless).await.unwrap().status(), 200);
    shop.set_faulty(false);
    assert_eq!(ask(trusting()).await.unwrap().status(), 200);
    let HandshakeCounts {
        made,
        failed: _,
        deceived,
    } = shop.counts().handshakes;
    assert_eq!((made, deceived), (2, 1));
    let told = format!("{}/root", shop.control_url());
    let told = loopback_client().unwrap().get(told).send().await.unwrap();
    assert_eq!(told.text().await.ok().as_deref(), shop.root());
}

#[tokio::test]
async fn r_12_every_platforms_client_says_what_is_wrong_with_a_certificate() {
    for platform in Platform::ALL {
        let runner = open_of(platform).await;
        let shop = runner.shop();
        let asking = asking(platform, shop);
        let connection = connection(platform, shop.access());
        for (wrong, words) in WRONG {
            // A name is looked at when the rest is right, and nobody else knows the root.
            if wrong == OTHER_NAME && platform != Platform::WooCommerce {
                continue;
            }
            shop.set_faults(always(wrong));
            let why = words.to_owned();
            let told = asking.store(&connection).await.map(drop);
            let insecure = Err(FetchError::Insecure { why });
            assert_eq!(told, insecure, "{platform:?} {wrong}");
        }
        assert!(shop.journal().asked.is_empty(), "{platform:?}");
        let HandshakeCounts { made, deceived, .. } = shop.counts().handshakes;
        assert_eq!((made, deceived), (0, 0), "{platform:?}");
    }
}

#[tokio::test]
async fn r_12_an_address_with_a_bad_certificate_is_no_shop_to_link_and_the_owner_reads_why() {
    let runner = open_of(Platform::WooCommerce).await;
    let shop = runner.shop();
    let url = ShopUrl::new(&shop.access().shop_url).unwrap();
    let platform = trusting(shop);
    shop.set_faults(always(OTHER_NAME));
    let why = "its certificate is for another address".to_owned();
    let found = find(&platform, &url).await;
    assert_eq!(found, Err(FindError::Insecure { why }));
    shop.set_faulty(false);
    assert!(find(&platform, &url).await.is_ok());
}

/// It is tried again and again, and goes on as soon as the certificate is good.
#[tokio::test(flavor = "multi_thread")]
async fn r_12_a_connection_says_what_is_wrong_with_its_shops_certificate() {
    let runner = open_of(Platform::WooCommerce).await;
    let shop = runner.shop();
    let surroundings = Surroundings::fresh(Platform::WooCommerce.code());
    let seed = seed(&shop.access());
    let settings = surroundings.settings(Some(&seed), &[("POLL_EVERY_MS", "300")]);
    let platform = Arc::new(trusting(shop));
    let run = async move |command| {
        shop_ingest::run(platform.clone(), Arc::new(SystemClock), command, &settings).await
    };
    run(Command::Migrate).await.unwrap();
    provision_ledger(&surroundings.nats).await;
    let mut service = JoinSet::new();
    service.spawn(async move { run(Command::Serve).await });
    let (_, grpc) = surroundings.listening().await;
    let connections = ConnectionsClient::new(service_kit::as_operator(&grpc));
    let health = async || {
        let request = GetConnectionRequest {
            retailer_id: ID.to_string(),
            connection_id: ID.to_string(),
        };
        let answer = connections.clone().get_connection(request).await;
        answer.unwrap().into_inner().health.unwrap()
    };
    for (wrong, words) in WRONG {
        shop.set_faults(always(wrong));
        let told = format!("no secure connection to the shop: {words}");
        within(async || (health().await.last_poll_failure == told).then_some(())).await;
        shop.set_faults(Faults::NONE);
        within(async || (health().await.poll_failures == 0).then_some(())).await;
    }
    assert!(health().await.last_polled_at.is_some());
    assert_eq!(shop.counts().handshakes.deceived, 0);
}

fn seed(access: &Access) -> String {
    let Access {
        secret,
        shop_url,
        key,
        key_secret,
    } = access;
    format!(
        "[[connection]]\nid = \"{ID}\"\nretailer = \"{ID}\"\nplatform = \"{}\"\nregister = \"{ID}\"\n\
         secrets = [\"{secret}\"]\nshop_url = \"{shop_url}\"\nconsumer_key = \"{key}\"\n\
         consumer_secret = \"{key_secret}\"\n",
        Platform::WooCommerce.code()
    )
}
