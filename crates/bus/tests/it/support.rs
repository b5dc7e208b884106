//! A broker of its own for every test, with the declared users and one without limits.

use bus::permission::{self, User};
use bus::{Bus, Map, Options, Service, provision};
use devstack::testing::Nats;
use retail::PlatformCode;

/// May do everything: what the declared users must not.
pub const ROOT: &str = "root";

pub fn shop() -> PlatformCode {
    PlatformCode::new("shop1").unwrap()
}

pub fn ingest() -> Service {
    Service::Ingest(shop())
}

pub struct Broker(Nats);

impl Broker {
    /// Without any stream.
    pub fn start() -> Self {
        Self::start_for(&[shop()])
    }

    fn start_for(platforms: &[PlatformCode]) -> Self {
        let root = User {
            name: ROOT.to_owned(),
            publish: vec![">".to_owned()],
            subscribe: vec![">".to_owned()],
        };
        Self(service_kit::start_broker(platforms, [root]))
    }

    /// With every stream and consumer in place.
    pub async fn provisioned() -> Self {
        Self::provisioned_for(&[shop()]).await
    }

    /// The same, of these platforms.
    pub async fn provisioned_for(platforms: &[PlatformCode]) -> Self {
        let broker = Self::start_for(platforms);
        broker
            .provision(permission::ADMIN, &Map::whole(platforms))
            .await;
        broker
    }

    pub async fn provision(&self, user: &str, map: &Map) {
        let bus = self.connect(user).await;
        provision::provision(&bus, map, provision::Options::default())
            .await
            .unwrap();
        bus.drain().await;
    }

    pub fn options(&self, user: &str) -> Options {
        Options {
            url: self.0.url(),
            user: user.to_owned(),
            password: self.password(user).to_owned().into(),
            name: "test".to_owned(),
        }
    }

    pub async fn connect(&self, user: &str) -> Bus {
        Bus::connect(self.options(user)).await.unwrap()
    }

    pub fn url(&self) -> String {
        self.0.url()
    }

    pub fn monitor_url(&self) -> String {
        self.0.monitor_url()
    }

    pub fn password(&self, user: &str) -> &str {
        self.0.password(user)
    }

    /// As a crash would end it.
    pub fn kill(&self) {
        self.0.kill();
    }

    /// On the same port and store.
    pub fn restart(&self) {
        self.0.restart().unwrap();
    }
}
