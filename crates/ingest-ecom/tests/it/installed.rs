//! A store is linked by its own pages, and delivers to the app's one address.

use std::sync::Arc;

use proto::connect as wire;
use proto::connect::InstallStep;
use proto::connect::installs_client::InstallsClient;
use service::clock::SystemClock;
use shop::sim::{ShopSize, SimShop};
use shop_ecom::sim::{CLIENT_ID, CLIENT_SECRET, run};
use tokio::task::JoinSet;

use crate::support::{RETAILER, Running};

/// A simulated store and the service that is to be linked to it.
struct World {
    running: Running,
    store: Arc<dyn SimShop>,
    /// What the store is called.
    number: String,
    http: reqwest::Client,
    _serving: JoinSet<()>,
}

impl World {
    async fn start() -> Self {
        let options = ShopSize {
            seed: 7,
            orders: 3,
            max_versions: 1,
            products: 10,
        };
        let store = run(&options, Arc::new(SystemClock));
        let mut serving = JoinSet::new();
        let url = service_kit::serve(store.router(), &mut serving).await;
        let access = store.access(&url);
        let (_, number) = access.shop_url.rsplit_once('/').unwrap();
        let app = [
            ("APP_CLIENT_ID", CLIENT_ID),
            ("APP_CLIENT_SECRET", CLIENT_SECRET),
            ("APP_STAND_IN_URL", url.as_str()),
            ("POLL_EVERY_MS", "600000"),
        ];
        let running = Running::start_with(&[], &app).await;
        // Its staff enters the app's address by hand.
        store.set_hook(&format!("{}/hooks", running.base));
        Self {
            running,
            number: number.to_owned(),
            store,
            http: service::http::loopback_client().unwrap(),
            _serving: serving,
        }
    }

    async fn installs(&self) -> InstallsClient<service::access::Authorized> {
        InstallsClient::new(service_kit::as_operator(&self.running.grpc))
    }

    async fn header(&self, address: &str, name: &str) -> String {
        let answer = self.http.get(address).send().await.unwrap();
        answer.headers()[name].to_str().unwrap().to_owned()
    }

    /// The way to the store that is called so, with the shopkeeper's answer at its end: how the browser's last page
    /// was answered, and what became of it all.
    async fn walk(&self, number: &str, answer: &str) -> (u16, wire::Install) {
        let request = wire::BeginInstallRequest {
            retailer_id: RETAILER.to_string(),
            shop: number.to_owned(),
            allow_plain_http: false,
            settings: Some(wire::SettingsChange {
                register_id: RETAILER.to_string(),
                ..wire::SettingsChange::default()
            }),
            check_acknowledged: true,
            another_shop_confirmed: false,
        };
        let begun = self.installs().await.begin_install(request).await;
        let begun = begun.unwrap().into_inner();
        let opened = self.http.get(&begun.address).send().await.unwrap();
        let header = |name| opened.headers()[name].to_str().unwrap().to_owned();
        let (sent_to, cookie) = (header("location"), header("set-cookie"));
        let (cookie, _) = cookie.split_once(';').unwrap();
        let back = self
            .header(&format!("{sent_to}&answer={answer}"), "location")
            .await;
        let shown = self.http.get(back).header("cookie", cookie);
        let shown = shown.send().await.unwrap();
        let request = wire::GetInstallRequest {
            retailer_id: RETAILER.to_string(),
            install_id: begun.install_id,
        };
        let install = self.installs().await.get_install(request).await.unwrap();
        let install = install.into_inner().install.unwrap();
        (shown.status().as_u16(), install)
    }
}

fn code(install: &wire::Install) -> &str {
    match &install.outcome {
        Some(wire::install::Outcome::Refused(refused)) => &refused.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ec_17_a_store_linked_by_its_own_pages_delivers_to_the_apps_one_address() {
    let mut world = World::start().await;
    let (status, install) = world.walk(&world.number, "allow").await;
    assert_eq!(
        (status, install.step()),
        (200, InstallStep::Linked),
        "{install:?}"
    );
    while world.store.step() {}
    let mut delivered = 0;
    while delivered < 3 {
        for outgoing in world.store.due() {
            let post = world.http.post(&outgoing.url).headers(outgoing.headers);
            let answer = post.body(outgoing.body.clone()).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            world.store.answered(outgoing.id, Some(200));
            delivered += 1;
            // The same words of another store are nobody's.
            let other = String::from_utf8(outgoing.body).unwrap();
            let other = other.replace(&world.number, "1");
            let post = world.http.post(&outgoing.url).body(other);
            assert_eq!(post.send().await.unwrap().status(), 401);
        }
    }
    world.running.inbox_is_done().await;
    let told = world.running.told().await;
    assert!(told.len() >= 3, "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shopkeeper_who_declines_or_signs_in_to_another_store_is_told_so() {
    let world = World::start().await;
    let (status, install) = world.walk(&world.number, "deny").await;
    assert_eq!((status, install.step()), (422, InstallStep::Refused));
    assert_eq!(code(&install), "declined");
    let (status, install) = world.walk("1", "allow").await;
    assert_eq!((status, code(&install)), (422, "other_shop"));
}
