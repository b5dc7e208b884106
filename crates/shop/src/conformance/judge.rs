use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// Looks whether the proxy listens, half a second apart, at most.
const LOOKS_LIMIT: usize = 240;
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// The variable that names the proxy's program: `prism` of `@stoplight/prism-cli`.
const PROGRAM: &str = "PRISM";

/// A proxy before a simulated shop that holds every request and every answer against a contract, and answers what is
/// not as that has it with an error. It ends when this is dropped.
#[derive(Debug)]
pub struct Judge {
    proxy: Child,
    address: SocketAddr,
}

impl Judge {
    /// Starts it, and waits until it listens.
    #[must_use]
    pub fn before(shop_url: &str, contract: &Path) -> Self {
        let program = std::env::var_os(PROGRAM).expect("PRISM names the proxy");
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
        let address = free.local_addr().expect("a port that is bound");
        drop(free);
        let proxy = Command::new(program)
            .args(["proxy", "--errors", "--host", "127.0.0.1", "--port"])
            .arg(address.port().to_string())
            .arg(contract)
            .arg(shop_url)
            .stdout(Stdio::null())
            .spawn()
            .expect("the proxy starts");
        let judge = Self { proxy, address };
        for _ in 0..LOOKS_LIMIT {
            if TcpStream::connect(address).is_ok() {
                return judge;
            }
            std::thread::sleep(BETWEEN_LOOKS);
        }
        panic!("the proxy does not listen");
    }

    /// Where it answers.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Judge {
    fn drop(&mut self) {
        // It may have ended by itself: then there is nothing to stop.
        if self.proxy.kill().is_ok() {
            self.proxy.wait().expect("what was stopped ends");
        }
    }
}
