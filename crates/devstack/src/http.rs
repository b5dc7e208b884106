use std::{
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

/// A page that takes longer counts as no answer.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Enough for the status line, which alone is looked at.
const MAX_BYTES: u64 = 256;

/// Whether a page of a server on this machine answers 200.
pub(crate) fn is_ok(port: u16, path: &str) -> bool {
    status_line(port, path).is_ok_and(|line| line.split_whitespace().nth(1) == Some("200"))
}

fn status_line(port: u16, path: &str) -> io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, TIMEOUT)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.set_write_timeout(Some(TIMEOUT))?;
    // Version 1.0: the server closes when it has said all.
    stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes())?;
    let mut text = String::new();
    stream.take(MAX_BYTES).read_to_string(&mut text)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
