//! Why an exchange failed, told apart as far as somebody can act on it.

use std::error::Error;
use std::io;

use jiff::Timestamp;
use rustls::CertificateError;
use rustls::pki_types::UnixTime;

/// What went wrong with an exchange, without its address: that may hold a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("no answer in time")]
    Silent,
    #[error("no connection")]
    NoConnection,
    /// Nothing was asked.
    #[error(transparent)]
    Insecure(#[from] TlsFault),
    #[error("the exchange broke off")]
    BrokenOff,
}

/// Why nobody can be sure who would answer. Quotes nothing of what the server showed but an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    #[error("its certificate expired{}", past(*.on))]
    Expired { on: Option<Timestamp> },
    #[error("its certificate is not valid {}", until(*.from))]
    NotYetValid { from: Option<Timestamp> },
    #[error("its certificate is for another address")]
    OtherName,
    #[error("its certificate is signed by nobody we trust")]
    UnknownIssuer,
    /// Revoked, for another purpose, badly written.
    #[error("its certificate cannot be used")]
    Unusable,
    /// No certificate was shown, or none that came to be judged.
    #[error("its server breaks off the TLS handshake")]
    Handshake,
}

/// What went wrong with an exchange.
#[must_use]
pub fn failure(error: &reqwest::Error) -> Failure {
    if error.is_timeout() {
        Failure::Silent
    } else if error.is_connect() {
        TlsFault::of(error).map_or(Failure::NoConnection, Failure::Insecure)
    } else {
        Failure::BrokenOff
    }
}

impl TlsFault {
    /// Of an error that a connection was not made for.
    fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        if let Some(error) = error.downcast_ref::<rustls::Error>() {
            return Some(Self::from(error));
        }
        let Some(error) = error.downcast_ref::<io::Error>() else {
            return error.source().and_then(Self::of);
        };
        // Nothing but a handshake is read while a connection is made.
        if error.kind() == io::ErrorKind::UnexpectedEof {
            return Some(Self::Handshake);
        }
        // What it wraps is not what it calls its source.
        error.get_ref().and_then(|wrapped| Self::of(wrapped))
    }
}

impl From<&rustls::Error> for TlsFault {
    fn from(error: &rustls::Error) -> Self {
        let rustls::Error::InvalidCertificate(error) = error else {
            return Self::Handshake;
        };
        match error {
            CertificateError::Expired => Self::Expired { on: None },
            CertificateError::ExpiredContext { time: _, not_after } => Self::Expired {
                on: instant(*not_after),
            },
            CertificateError::NotValidYet => Self::NotYetValid { from: None },
            CertificateError::NotValidYetContext {
                time: _,
                not_before,
            } => Self::NotYetValid {
                from: instant(*not_before),
            },
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                Self::OtherName
            }
            CertificateError::UnknownIssuer => Self::UnknownIssuer,
            _ => Self::Unusable,
        }
    }
}

fn instant(time: UnixTime) -> Option<Timestamp> {
    let seconds = i64::try_from(time.as_secs()).ok()?;
    Timestamp::from_second(seconds).ok()
}

fn past(end: Option<Timestamp>) -> String {
    end.map_or_else(String::new, |end| format!(" on {}", end.strftime("%F")))
}

fn until(start: Option<Timestamp>) -> String {
    start.map_or_else(
        || "yet".to_owned(),
        |start| format!("before {}", start.strftime("%F")),
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_fault_is_found_however_deep_it_is_wrapped() {
        let other = rustls::Error::InvalidCertificate(CertificateError::NotValidForName);
        let wrapped = io::Error::other(io::Error::other(other));
        assert_eq!(TlsFault::of(&wrapped), Some(TlsFault::OtherName));
        let ended = io::Error::other(io::Error::from(io::ErrorKind::UnexpectedEof));
        assert_eq!(TlsFault::of(&ended), Some(TlsFault::Handshake));
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        assert_eq!(TlsFault::of(&refused), None);
    }

    #[test]
    fn a_fault_is_told_in_words_for_a_shopkeeper() {
        let seconds = |seconds| UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        let told = |error| TlsFault::from(&rustls::Error::InvalidCertificate(error)).to_string();
        for (error, words) in [
            (
                CertificateError::ExpiredContext {
                    time: seconds(1_700_000_000),
                    not_after: seconds(1_600_000_000),
                },
                "its certificate expired on 2020-09-13",
            ),
            (CertificateError::Expired, "its certificate expired"),
            (
                CertificateError::NotValidYetContext {
                    time: seconds(1_600_000_000),
                    not_before: seconds(1_700_000_000),
                },
                "its certificate is not valid before 2023-11-14",
            ),
            (
                CertificateError::NotValidYet,
                "its certificate is not valid yet",
            ),
            (CertificateError::Revoked, "its certificate cannot be used"),
        ] {
            assert_eq!(told(error), words);
        }
    }
}
