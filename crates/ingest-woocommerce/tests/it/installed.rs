//! A shop is linked by its owner's approval: the key comes from the shop, the owner by the browser.

use std::sync::Arc;

use proto::connect as wire;
use proto::connect::InstallStep;
use proto::connect::installs_client::InstallsClient;
use service::clock::SystemClock;
use shop::sim::{ShopSize, SimShop};
use shop_woocommerce::sim::run;
use tokio::task::JoinSet;

use crate::support::{RETAILER, Running};

/// What the shop is told to come back to; it is this machine.
const PUBLIC_URL: &str = "https://till.example";

/// A simulated shop and the service that is to be linked to it.
struct World {
    running: Running,
    shop: Arc<dyn SimShop>,
    url: String,
    _serving: JoinSet<()>,
}

/// A way that has led to the page with the two buttons.
struct Asked {
    install: String,
    cookie: String,
    approve: String,
    decline: String,
}

impl World {
    async fn start() -> Self {
        let options = ShopSize {
            seed: 7,
            orders: 3,
            max_versions: 1,
            products: 10,
        };
        let shop = run(&options, Arc::new(SystemClock));
        let mut serving = JoinSet::new();
        let url = service_kit::serve(shop.router(), &mut serving).await;
        let _ = shop.access(&url);
        let running = Running::start_with(&[], &[("PUBLIC_URL", PUBLIC_URL)]).await;
        Self {
            running,
            shop,
            url,
            _serving: serving,
        }
    }

    async fn installs(&self) -> InstallsClient<service::access::Authorized> {
        InstallsClient::new(service_kit::as_operator(&self.running.grpc))
    }

    fn here(&self, address: &str) -> String {
        address.replacen(PUBLIC_URL, &self.running.base, 1)
    }

    async fn ask(&self) -> Asked {
        let request = wire::BeginInstallRequest {
            retailer_id: RETAILER.to_string(),
            shop: self.url.clone(),
            allow_plain_http: true,
            settings: Some(wire::SettingsChange {
                register_id: RETAILER.to_string(),
                ..wire::SettingsChange::default()
            }),
            check_acknowledged: true,
            another_shop_confirmed: false,
        };
        let begun = self.installs().await.begin_install(request).await;
        let begun = begun.unwrap().into_inner();
        let http = &self.running.http;
        let opened = http.get(self.here(&begun.address)).send().await.unwrap();
        let header = |name| opened.headers()[name].to_str().unwrap().to_owned();
        let cookie = header("set-cookie");
        assert!(cookie.ends_with("; Secure"), "{cookie}");
        let (cookie, _) = cookie.split_once(';').unwrap();
        let login = http.get(header("location")).send().await.unwrap();
        let login = login.headers()["location"].to_str().unwrap().to_owned();
        let page = http.get(login).send().await.unwrap().text().await.unwrap();
        let link = |place: usize| {
            let link = page.split("href=\"").nth(place).unwrap();
            let (link, _) = link.split_once('"').unwrap();
            link.replace("&amp;", "&").replace("&#x2F;", "/")
        };
        Asked {
            install: begun.install_id,
            cookie: cookie.to_owned(),
            approve: link(1),
            decline: link(2),
        }
    }

    /// The shop's posts, each to where it goes here. How they were answered.
    async fn posts(&self) -> Vec<u16> {
        let mut answers = Vec::new();
        for outgoing in self.shop.due() {
            let post = self.running.http.post(self.here(&outgoing.url));
            let answer = post.headers(outgoing.headers).body(outgoing.body).send();
            let status = answer.await.unwrap().status().as_u16();
            self.shop.answered(outgoing.id, Some(status));
            answers.push(status);
        }
        answers
    }

    async fn come_back(&self, address: &str, cookie: &str) -> (u16, String) {
        let back = self.running.http.get(self.here(address));
        let shown = back.header("cookie", cookie).send().await.unwrap();
        (shown.status().as_u16(), shown.text().await.unwrap())
    }

    async fn install(&self, id: &str) -> wire::Install {
        let request = wire::GetInstallRequest {
            retailer_id: RETAILER.to_string(),
            install_id: id.to_owned(),
        };
        let answer = self.installs().await.get_install(request).await.unwrap();
        answer.into_inner().install.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_whose_owner_approves_posts_its_key_and_is_linked() {
    let world = World::start().await;
    let asked = world.ask().await;
    let http = &world.running.http;
    let back = http.get(&asked.approve).send().await.unwrap();
    let back = back.headers()["location"].to_str().unwrap().to_owned();
    // The browser is quicker than the key.
    let (status, page) = world.come_back(&back, &asked.cookie).await;
    assert!(status == 200 && page.contains("Waiting"), "{status} {page}");
    assert_eq!(world.posts().await, [200]);
    let (status, page) = world.come_back(&back, &asked.cookie).await;
    assert!(status == 200 && page.contains("linked"), "{status} {page}");
    let install = world.install(&asked.install).await;
    assert_eq!(install.step(), InstallStep::Linked, "{install:?}");
    // The same key again is nobody's.
    let key = r#"{"key_id":1,"user_id":"x","consumer_key":"ck_1","consumer_secret":"cs_1","key_permissions":"read_write"}"#;
    let callback = format!("{}/install/callback", world.running.base);
    let posted = http.post(callback).body(key).send().await.unwrap();
    assert_eq!(posted.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_whose_owner_declines_is_not_linked_and_says_so() {
    let world = World::start().await;
    let asked = world.ask().await;
    let (status, page) = world.come_back(&asked.decline, &asked.cookie).await;
    assert!(
        status == 422 && page.contains("declined"),
        "{status} {page}"
    );
    let install = world.install(&asked.install).await;
    assert_eq!(install.step(), InstallStep::Refused);
    // A yes after the no is too late.
    world.running.http.get(&asked.approve).send().await.unwrap();
    assert_eq!(world.posts().await, [403]);
    let install = world.install(&asked.install).await;
    assert_eq!(install.step(), InstallStep::Refused);
}
