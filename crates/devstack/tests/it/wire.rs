//! Just enough of the servers' protocols to ask them.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use serde_json::{Value, json};

const TIMEOUT: Duration = Duration::from_secs(10);

/// A page of the broker's monitoring.
pub(crate) fn page(monitor_url: &str, path: &str) -> Value {
    let address = monitor_url.strip_prefix("http://").unwrap();
    let mut stream = connect(address);
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap()
}

/// A connection to the broker as one user.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    /// The broker's first word after logging in: `PONG` if all is well.
    pub(crate) fn connect(url: &str, user: &str, password: &str) -> (Self, String) {
        let stream = connect(url.strip_prefix("nats://").unwrap());
        let mut client = Self {
            stream: BufReader::new(stream),
        };
        assert!(client.line().starts_with("INFO "));
        let login = json!({"user": user, "pass": password, "verbose": false});
        client.send(&format!("CONNECT {login}\r\nPING\r\n"));
        let said = client.line();
        (client, said)
    }

    pub(crate) fn logged_in(url: &str, user: &str, password: &str) -> Self {
        let (client, said) = Self::connect(url, user, password);
        assert_eq!(said, "PONG");
        client
    }

    pub(crate) fn request(&mut self, subject: &str, body: &str) -> Value {
        let len = body.len();
        self.send(&format!(
            "SUB _INBOX.answer 1\r\nUNSUB 1 1\r\nPUB {subject} _INBOX.answer {len}\r\n{body}\r\n"
        ));
        let head = self.line();
        assert!(head.starts_with("MSG "), "{head}");
        serde_json::from_str(&self.line()).unwrap()
    }

    /// What the broker says to a publish.
    pub(crate) fn publish(&mut self, subject: &str) -> String {
        self.send(&format!("PUB {subject} 1\r\nx\r\nPING\r\n"));
        self.line()
    }

    /// What the broker says to a subscription.
    pub(crate) fn subscribe(&mut self, subject: &str) -> String {
        self.send(&format!("SUB {subject} 2\r\nPING\r\n"));
        self.line()
    }

    fn send(&mut self, text: &str) {
        self.stream.get_mut().write_all(text.as_bytes()).unwrap();
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

fn connect(address: &str) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    stream
}
