use std::path::{Path, PathBuf};

use base64::Engine as _;
use bus::{Service, durable, permission};
use devstack::testing::{Database, Nats, Postgres};
use retail::PlatformCode;
use service::Settings;
use tempfile::TempDir;

use crate::{access_settings, connect, start_broker, within};

pub const SEAL_KEY: [u8; 32] = [7; 32];
/// Of the service's role in the database.
pub const APP_PASSWORD: &str = "of-tests";

/// What one ingest service runs on, of its own: a broker, a database and a folder.
pub struct Surroundings {
    pub nats: Nats,
    pub database: Database,
    folder: TempDir,
    platform: PlatformCode,
}

impl Surroundings {
    /// With an empty database.
    #[must_use]
    pub fn fresh(platform: &str) -> Self {
        let platform = PlatformCode::new(platform).expect("a platform's code");
        let database = Postgres::shared().fresh_database();
        Self::on(platform, database.expect("a database can be made"))
    }

    #[must_use]
    pub fn on(platform: PlatformCode, database: Database) -> Self {
        Self {
            nats: start_broker(std::slice::from_ref(&platform), []),
            database,
            folder: tempfile::tempdir().expect("a folder can be made"),
            platform,
        }
    }

    /// The service's settings: its own, a seed file where there is one, and `further` ones.
    pub fn settings(&self, seed: Option<&str>, further: &[(&str, &str)]) -> Settings {
        let (nats, user) = (&self.nats, self.user());
        let (_, host) = self
            .database
            .url
            .rsplit_once('@')
            .expect("a URL with a user");
        let role = user.replace('-', "_");
        let own = [
            (
                "DATABASE_URL",
                format!("postgres://{role}_app:{APP_PASSWORD}@{host}"),
            ),
            ("DATABASE_ADMIN_URL", self.database.url.clone()),
            ("INGEST_DB_PASSWORD", APP_PASSWORD.to_owned()),
            ("NATS_URL", nats.url()),
            ("NATS_PASSWORD", nats.password(&user).to_owned()),
            ("NATS_ADMIN_USER", permission::ADMIN.to_owned()),
            (
                "NATS_ADMIN_PASSWORD",
                nats.password(permission::ADMIN).to_owned(),
            ),
            ("NATS_MONITOR_URL", nats.monitor_url()),
            ("COMPTOIR_SEAL_KEY", seal_key()),
            ("LISTEN_HTTP", "127.0.0.1:0".to_owned()),
            ("LISTEN_GRPC", "127.0.0.1:0".to_owned()),
            ("LISTEN_FILE", text(&self.listen_file())),
        ];
        let seed = seed.map(|seed| {
            let path = self.folder.path().join("seed.toml");
            std::fs::write(&path, seed).expect("the folder can be written to");
            ("COMPTOIR_SEED", text(&path))
        });
        let further = further
            .iter()
            .map(|(key, value)| (*key, (*value).to_owned()));
        let access = access_settings();
        Settings::from_map(own.into_iter().chain(access).chain(seed).chain(further))
    }

    /// Before the service is started again: it may listen elsewhere then.
    pub fn forget_where_it_listens(&self) {
        let path = self.listen_file();
        if path.exists() {
            std::fs::remove_file(path).expect("the file is ours");
        }
    }

    /// Where the service answers HTTP and gRPC, once it does.
    pub async fn listening(&self) -> (String, String) {
        let path = self.listen_file();
        let announced = async || service::listen::announced(&path).expect("it can be read");
        let listening = within(announced).await;
        let http = listening.http.expect("it answers HTTP");
        let grpc = listening.grpc.expect("it answers gRPC");
        (format!("http://{http}"), format!("http://{grpc}"))
    }

    /// The messages in a stream, as the one who may know counts them.
    pub async fn messages(&self, stream: &str) -> u64 {
        let admin = connect(&self.nats, permission::ADMIN).await;
        let state = admin.stream_info(stream).await;
        admin.drain().await;
        state.expect("there is such a stream").messages
    }

    /// Waits until everything in the inbox is done with.
    pub async fn inbox_is_done(&self) {
        let bus = connect(&self.nats, &self.user()).await;
        let durable = durable::worker(&self.platform);
        within(async || {
            let lag = bus.lag(&durable).await.expect("the broker is there");
            (lag.pending == 0 && lag.ack_pending == 0).then_some(())
        })
        .await;
    }

    /// Who the service is to the broker.
    fn user(&self) -> String {
        Service::Ingest(self.platform.clone()).to_string()
    }

    fn listen_file(&self) -> PathBuf {
        self.folder.path().join("listening.json")
    }
}

/// As a setting.
#[must_use]
pub fn seal_key() -> String {
    base64::engine::general_purpose::STANDARD.encode(SEAL_KEY)
}

fn text(path: &Path) -> String {
    path.to_str().expect("a path is text").to_owned()
}
