use std::net::{Ipv4Addr, TcpListener};

use crate::{Error, secrets};

/// Below the ports that systems hand to outgoing connections (Linux from 32768, macOS from 49152):
/// while a server is being restarted, a client that keeps trying could otherwise be given the
/// server's own port as its source, connect to itself and keep the port taken.
const FIRST: u16 = 20_000;
const LAST: u16 = 31_999;

/// How many ports are tried before giving up.
const ATTEMPTS: usize = 200;

/// A loopback port that is free now. Another process may take it before it is used; callers try
/// again with another one.
pub(crate) fn free() -> Result<u16, Error> {
    for _ in 0..ATTEMPTS {
        let port = FIRST + secrets::random_u16()? % (LAST - FIRST + 1);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(port);
        }
    }
    Err(Error::NoPort {
        first: FIRST,
        last: LAST,
    })
}
