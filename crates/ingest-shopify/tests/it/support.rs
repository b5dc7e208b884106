//! A broker, a database, a simulated shop and the service, for each test, all by one clock that the test moves.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use proto::connect as wire;
use proto::connect::connections_client::ConnectionsClient;
use proto::connect::installs_client::InstallsClient;
use proto::connect::leases_client::LeasesClient;
use proto::connect::privacy_requests_client::PrivacyRequestsClient;
use retail::PlatformCode;
use secrecy::ExposeSecret as _;
use service::access::PUSHER;
use service::clock::{Clock, ManualClock, SystemClock};
use service::seal::Keyring;
use service::{Command, Settings};
use service_kit::{APP_PASSWORD, Surroundings, bearer, provision_ledger, seal_key, within};
use sha2::Sha256;
use shop::sim::SimShop as _;
use shop_ingest::store::{self, Schema, Store};
use shop_shopify::sim::{self, Plan, Server};
use tokio::task::JoinSet;
use tonic::transport::Endpoint;
use uuid::Uuid;

use crate::ledger::FakeLedger;

pub const RETAILER: Uuid = Uuid::from_u128(1);
const REGISTER: Uuid = Uuid::from_u128(2);
/// What the simulated shop is called by its own pages.
pub const SHOP: &str = "maison-simulee.myshopify.com";

/// Between two rounds of the service's chores.
const ROUND: Duration = Duration::from_secs(1);
const SEED: u64 = 7;

/// A service that runs in this process until it is dropped.
pub struct Running {
    pub clock: ManualClock,
    pub shop: Server,
    pub ledger: FakeLedger,
    pub http: reqwest::Client,
    base: String,
    grpc: String,
    settings: Settings,
    surroundings: Surroundings,
    tasks: JoinSet<anyhow::Result<()>>,
    serving: JoinSet<()>,
}

/// A browser at the end of its way.
pub struct Shown {
    pub status: u16,
    pub page: String,
}

impl Running {
    pub async fn start() -> Self {
        let clock = ManualClock::at(SystemClock.now());
        let orders = sim::Shop::open(&sim::Options::new(SEED, 3));
        let shop = Server::new(orders, SEED, Plan::Enterprise, Arc::new(clock.clone()));
        let mut serving = JoinSet::new();
        let shop_url = service_kit::serve(shop.router(), &mut serving).await;
        let access = shop.access(&shop_url);
        let (ledger, ledger_url) = FakeLedger::serve(clock.clone(), &mut serving).await;
        let surroundings = Surroundings::fresh("shopify");
        let round = ROUND.as_millis().to_string();
        let settings = surroundings.settings(
            None,
            &[
                ("APP_CLIENT_ID", &access.key),
                ("APP_CLIENT_SECRET", &access.secret),
                ("APP_STAND_IN_URL", &shop_url),
                ("LEDGER_URL", &ledger_url),
                ("PRIVACY_EVERY_MS", "200"),
                ("POLL_EVERY_MS", &round),
                ("HOOKS_EVERY_MS", &round),
            ],
        );
        let mut running = Self {
            clock,
            shop,
            ledger,
            http: service::http::loopback_client().unwrap(),
            base: String::new(),
            grpc: String::new(),
            settings,
            surroundings,
            tasks: JoinSet::new(),
            serving,
        };
        running.run(Command::Migrate).await.unwrap();
        provision_ledger(&running.surroundings.nats).await;
        let serving = running.run(Command::Serve);
        running.tasks.spawn(serving);
        (running.base, running.grpc) = running.surroundings.listening().await;
        running
    }

    fn run(&self, command: Command) -> impl Future<Output = anyhow::Result<()>> + use<> {
        let (clock, settings) = (Arc::new(self.clock.clone()), self.settings.clone());
        async move { ingest_shopify::run_with(clock, command, &settings).await }
    }

    /// The service's memory, as another process has it.
    pub fn store(&self) -> Store {
        self.store_with(seal_key())
    }

    /// The same, with another key.
    pub fn store_with(&self, key: String) -> Store {
        let code = PlatformCode::new("shopify").unwrap();
        let schema = Schema::of(&code);
        let (_, host) = self.surroundings.database.url.rsplit_once('@').unwrap();
        let url = format!("postgres://{}:{APP_PASSWORD}@{host}", schema.name().app());
        let pool = store::pool(&url.parse().unwrap(), &schema);
        let settings = Settings::from_map([("COMPTOIR_SEAL_KEY", key)]);
        let keyring = Arc::new(Keyring::from_settings(&settings).unwrap());
        Store::new(pool, keyring, schema)
    }

    pub fn advance(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub async fn begin(&self, shop: &str) -> Result<wire::BeginInstallResponse, tonic::Status> {
        let request = wire::BeginInstallRequest {
            retailer_id: RETAILER.to_string(),
            shop: shop.to_owned(),
            allow_plain_http: false,
            settings: Some(wire::SettingsChange {
                register_id: REGISTER.to_string(),
                ..wire::SettingsChange::default()
            }),
            check_acknowledged: true,
            another_shop_confirmed: false,
        };
        let mut installs = InstallsClient::new(service_kit::as_operator(&self.grpc));
        Ok(installs.begin_install(request).await?.into_inner())
    }

    /// The shop of the organisation that the app belongs to.
    pub async fn link_own(&self, shop: &str) -> Result<wire::InstallLinked, tonic::Status> {
        let request = wire::LinkOwnShopRequest {
            retailer_id: RETAILER.to_string(),
            shop: shop.to_owned(),
            settings: Some(wire::SettingsChange {
                register_id: REGISTER.to_string(),
                ..wire::SettingsChange::default()
            }),
            check_acknowledged: true,
            another_shop_confirmed: false,
        };
        let mut installs = InstallsClient::new(service_kit::as_operator(&self.grpc));
        let answer = installs.link_own_shop(request).await?.into_inner();
        Ok(answer.linked.unwrap())
    }

    pub async fn install(&self, id: &str) -> wire::Install {
        let request = wire::GetInstallRequest {
            retailer_id: RETAILER.to_string(),
            install_id: id.to_owned(),
        };
        let mut installs = InstallsClient::new(service_kit::as_operator(&self.grpc));
        let answer = installs.get_install(request).await.unwrap();
        answer.into_inner().install.unwrap()
    }

    /// The shop, as the service that writes to it asks for it.
    pub async fn lease(&self, connection: &str) -> Result<wire::LeaseShopResponse, tonic::Status> {
        let token = service_kit::secrets().keys().mint(PUSHER, self.now());
        let endpoint = Endpoint::from_shared(self.grpc.clone()).unwrap();
        let channel = bearer(token.expose_secret()).on(endpoint.connect_lazy());
        let request = wire::LeaseShopRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: connection.to_owned(),
            ..wire::LeaseShopRequest::default()
        };
        let answer = LeasesClient::new(channel).lease_shop(request).await?;
        Ok(answer.into_inner())
    }

    /// A browser opens an address: where it is sent on, and the cookie it keeps.
    pub async fn open(&self, address: &str) -> (String, String) {
        let answer = self.http.get(address).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        let header = |name| answer.headers()[name].to_str().unwrap().to_owned();
        let cookie = header("set-cookie");
        assert!(cookie.contains("HttpOnly; SameSite=Lax"), "{cookie}");
        let (cookie, _) = cookie.split_once(';').unwrap();
        (header("location"), cookie.to_owned())
    }

    /// The shopkeeper agrees: where the browser is sent back.
    pub async fn agree(&self, address: &str) -> String {
        let answer = self.http.get(address).send().await.unwrap();
        assert_eq!(answer.status(), 303);
        let back = answer.headers()["location"].to_str().unwrap();
        assert!(back.starts_with(&self.base), "{back}");
        back.to_owned()
    }

    /// The browser comes back.
    pub async fn come_back(&self, address: &str, cookie: Option<&str>) -> Shown {
        let mut request = self.http.get(address);
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let answer = request.send().await.unwrap();
        Shown {
            status: answer.status().as_u16(),
            page: answer.text().await.unwrap(),
        }
    }

    /// The whole way. Gives the connection's id.
    pub async fn link(&self) -> String {
        let begun = self.begin(SHOP).await.unwrap();
        self.follow(&begun).await
    }

    /// Goes the way of a browser from the address on, until the shop is linked.
    pub async fn follow(&self, begun: &wire::BeginInstallResponse) -> String {
        let (sent_to, cookie) = self.open(&begun.address).await;
        let back = self.agree(&sent_to).await;
        let shown = self.come_back(&back, Some(&cookie)).await;
        assert_eq!(shown.status, 200, "{}", shown.page);
        let install = self.install(&begun.install_id).await;
        match install.outcome {
            Some(wire::install::Outcome::Linked(linked)) => linked.connection_id,
            other => panic!("{other:?}"),
        }
    }

    pub async fn connection(&self, id: &str) -> (wire::Connection, wire::Health) {
        let request = wire::GetConnectionRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: id.to_owned(),
        };
        let mut connections = ConnectionsClient::new(service_kit::as_operator(&self.grpc));
        let answer = connections.get_connection(request).await.unwrap();
        let answer = answer.into_inner();
        (answer.connection.unwrap(), answer.health.unwrap())
    }

    pub async fn disconnect(&self, id: &str) {
        let request = wire::DisconnectRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: id.to_owned(),
            confirmed: true,
        };
        let mut connections = ConnectionsClient::new(service_kit::as_operator(&self.grpc));
        connections.disconnect(request).await.unwrap();
    }

    /// Until the connection is in this state.
    pub async fn until(&self, id: &str, state: wire::ConnectionState) {
        within(async || (self.connection(id).await.0.state() == state).then_some(())).await;
    }

    /// Until the shop was polled by the clock's present time, and its webhooks were looked at.
    pub async fn until_asked(&self, id: &str) {
        let now = self.now().as_second();
        let is_since = |at: Option<_>| {
            let at = at.map(|at| proto::convert::instant_from("at", Some(at)).unwrap());
            at.is_some_and(|at| at.as_second() >= now)
        };
        within(async || {
            let (_, health) = self.connection(id).await;
            let hooks = health.hooks.unwrap_or_default();
            (is_since(health.last_polled_at) && is_since(hooks.checked_at)).then_some(())
        })
        .await;
    }

    /// Long enough for some rounds, if there were any.
    pub async fn some_rounds(&self) {
        tokio::time::sleep(ROUND * 5).await;
    }

    /// What the shop has to tell is posted, and taken.
    pub async fn deliver(&self) -> usize {
        let due = self.shop.due();
        for outgoing in &due {
            let answer = self.http.post(&outgoing.url);
            let answer = answer.headers(outgoing.headers.clone());
            let answer = answer.body(outgoing.body.clone()).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            self.shop.answered(outgoing.id, Some(200));
        }
        due.len()
    }

    /// A delivery of the test's own, signed with `secret`, or with the app's own where there is none.
    pub async fn post(&self, path: &str, topic: &str, body: &str, secret: Option<&str>) -> u16 {
        let own = self.shop.access(&self.settings_url()).secret;
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.unwrap_or(&own).as_bytes()).unwrap();
        mac.update(body.as_bytes());
        let signature =
            base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
        let answer = self
            .http
            .post(format!("{}{path}", self.base))
            .header("x-shopify-hmac-sha256", signature)
            .header("x-shopify-topic", topic)
            .header("x-shopify-shop-domain", "127.0.0.1")
            .header("x-shopify-api-version", "2026-10")
            .header("x-shopify-webhook-id", "1")
            .body(body.to_owned())
            .send()
            .await
            .unwrap();
        answer.status().as_u16()
    }

    fn settings_url(&self) -> String {
        self.settings.get("APP_STAND_IN_URL").unwrap().to_owned()
    }

    pub async fn privacy_requests(&self) -> Vec<wire::PrivacyRequest> {
        let request = wire::ListPrivacyRequestsRequest {
            retailer_id: RETAILER.to_string(),
        };
        let mut client = PrivacyRequestsClient::new(service_kit::as_operator(&self.grpc));
        let answer = client.list_privacy_requests(request).await;
        answer.unwrap().into_inner().requests
    }

    /// Where the service itself answers.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// Whom a privacy request speaks of: the address, and orders.
    pub async fn subject(&self, id: &str, delivery: &str) -> (String, Vec<String>) {
        let request = wire::GetPrivacyRequestRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: id.to_owned(),
            delivery_id: delivery.to_owned(),
        };
        let mut client = PrivacyRequestsClient::new(service_kit::as_operator(&self.grpc));
        let answer = client.get_privacy_request(request).await;
        let answer = answer.unwrap().into_inner();
        (answer.email, answer.order_ids)
    }

    pub async fn answer(
        &self,
        id: &str,
        delivery: &str,
        actor: &str,
    ) -> Result<wire::PrivacyRequest, tonic::Status> {
        let request = wire::AnswerDataRequestRequest {
            retailer_id: RETAILER.to_string(),
            connection_id: id.to_owned(),
            delivery_id: delivery.to_owned(),
            actor: actor.to_owned(),
            nothing_held: false,
        };
        let mut client = PrivacyRequestsClient::new(service_kit::as_operator(&self.grpc));
        let answer = client.answer_data_request(request).await?;
        Ok(answer.into_inner().request.unwrap())
    }

    /// Two tasks of the test's own serve the shop; both are there.
    pub fn is_up(&self) -> bool {
        !self.serving.is_empty() && !self.tasks.is_empty()
    }
}
