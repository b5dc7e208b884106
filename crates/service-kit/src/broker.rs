use bus::permission::{self, User};
use bus::{Bus, Map, Options, Service, provision};
use devstack::testing::Nats;
use devstack::{NatsConfig, NatsUser};
use retail::PlatformCode;

/// A broker with the users of all services, those of `platforms` among them, and `more`, and no stream yet.
pub fn start_broker(platforms: &[PlatformCode], more: impl IntoIterator<Item = User>) -> Nats {
    let users = permission::users(platforms).into_iter().chain(more);
    let users = users.map(|user| {
        let User {
            name,
            publish,
            subscribe,
        } = user;
        NatsUser {
            name,
            publish,
            subscribe,
            allow_responses: false,
        }
    });
    Nats::start(NatsConfig::new(users.collect())).expect("a broker starts")
}

/// With a user's own rights.
pub async fn connect(nats: &Nats, user: &str) -> Bus {
    let options = Options {
        url: nats.url(),
        user: user.to_owned(),
        password: nats.password(user).into(),
        name: "test".to_owned(),
    };
    Bus::connect(options).await.expect("the broker is there")
}

/// What the ledger's own migrate does, where there is no ledger.
pub async fn provision_ledger(nats: &Nats) {
    let admin = connect(nats, permission::ADMIN).await;
    let map = Map::of(&Service::Ledger);
    provision::provision(&admin, &map, provision::Options::default())
        .await
        .expect("streams can be made");
    admin.drain().await;
}
