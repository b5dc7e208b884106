use std::{
    env,
    fs::File,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
};

use nix::unistd::geteuid;

use crate::{Error, files, lock, secrets};

/// Below the ports that systems hand to outgoing connections (Linux from 32768, macOS from 49152):
/// while a server is being restarted, a client that keeps trying could otherwise be given the
/// server's own port as its source, connect to itself and keep the port taken.
const FIRST: u16 = 20_000;
const LAST: u16 = 31_999;

/// How many ports are tried before giving up.
const ATTEMPTS: usize = 200;

/// A loopback port for a server that is started later or restarted: while this is held, no other stack of this
/// user is given it, whether somebody listens on it or not. Processes of other kinds may still take it.
#[derive(Debug)]
pub struct Port {
    number: u16,
    /// Closing it gives the port back; the kernel does so when we are killed.
    _lock: File,
}

impl Port {
    /// One that nobody listens on now.
    ///
    /// # Errors
    /// Where none is found, or where the files that say which are held cannot be used.
    pub fn any() -> Result<Self, Error> {
        for _ in 0..ATTEMPTS {
            let number = FIRST + secrets::random_u16()? % (LAST - FIRST + 1);
            if let Some(port) = Self::exactly(number)? {
                return Ok(port);
            }
        }
        Err(Error::NoPort {
            first: FIRST,
            last: LAST,
        })
    }

    /// This one; `None` where somebody holds it or listens on it.
    ///
    /// # Errors
    /// Where the files that say which ports are held cannot be used.
    pub fn exactly(number: u16) -> Result<Option<Self>, Error> {
        let path = dir()?.join(number.to_string());
        let lock = lock::open(&path)?;
        if !lock::try_lock(&lock, &path)? {
            return Ok(None);
        }
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, number)).is_ok();
        Ok(free.then_some(Self {
            number,
            _lock: lock,
        }))
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }
}

/// Holds an empty file for each port that was ever held, locked while it is.
fn dir() -> Result<PathBuf, Error> {
    let dir = env::temp_dir().join(format!("comptoir-ports-{}", geteuid()));
    files::make_dir_of_ours(&dir, 0o700)?;
    Ok(dir)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_held_by_one() {
        let port = Port::any().unwrap();
        let number = port.number();
        assert!((FIRST..=LAST).contains(&number));
        assert!(Port::exactly(number).unwrap().is_none());
    }

    #[test]
    fn a_port_on_which_somebody_listens_is_not_given() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let number = listener.local_addr().unwrap().port();
        assert!(Port::exactly(number).unwrap().is_none());
    }
}
