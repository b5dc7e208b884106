//! The certificates of a shop that is asked over TLS: the one it should show, and those it should not.

use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::server::{ResolvesServerCert, ResolvesServerCertUsingSni};
use rustls::sign::{CertifiedKey, SingleCertAndKey};

use crate::faults::HandshakeFate;

const HERE: [&str; 2] = ["127.0.0.1", "localhost"];
const ELSEWHERE: [&str; 1] = ["elsewhere.example"];
/// From the first day of a year to that of another, whatever the shop's clock says: who asks goes by the real one.
const GOOD: (i32, i32) = (2020, 2120);
const OVER: (i32, i32) = (2020, 2021);
const TO_COME: (i32, i32) = (2110, 2120);

/// Why there are none.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    #[error("cannot sign a certificate")]
    Sign(#[from] rcgen::Error),
    #[error("cannot serve a certificate")]
    Serve(#[from] rustls::Error),
}

/// For each handshake what it is made with.
#[derive(Debug)]
pub(crate) struct Certificates {
    root: String,
    good: Arc<ServerConfig>,
    broken: Arc<ServerConfig>,
    expired: Arc<ServerConfig>,
    not_yet_valid: Arc<ServerConfig>,
    other_name: Arc<ServerConfig>,
    self_signed: Arc<ServerConfig>,
    unknown_issuer: Arc<ServerConfig>,
}

impl Certificates {
    /// With keys of their own, and a root that nobody knows yet.
    pub(crate) fn new() -> Result<Self, CertificateError> {
        let (root, stranger) = (issuer("Simulated root")?, issuer("Simulated stranger")?);
        let key = KeyPair::generate()?;
        let signed = |names: &[&str], years, by: &Issuer| {
            let certificate = params(names, years)?.signed_by(&key, by)?;
            with(&certificate, &key)
        };
        Ok(Self {
            good: signed(&HERE, GOOD, &root)?,
            broken: serving(Arc::new(ResolvesServerCertUsingSni::new()))?,
            expired: signed(&HERE, OVER, &root)?,
            not_yet_valid: signed(&HERE, TO_COME, &root)?,
            other_name: signed(&ELSEWHERE, GOOD, &root)?,
            self_signed: with(&params(&HERE, GOOD)?.self_signed(&key)?, &key)?,
            unknown_issuer: signed(&HERE, GOOD, &stranger)?,
            root: root.pem(),
        })
    }

    /// What signed the good one, as PEM.
    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    pub(crate) fn shown(&self, fate: HandshakeFate) -> Arc<ServerConfig> {
        let config = match fate {
            HandshakeFate::Good => &self.good,
            HandshakeFate::Broken => &self.broken,
            HandshakeFate::Expired => &self.expired,
            HandshakeFate::NotYetValid => &self.not_yet_valid,
            HandshakeFate::OtherName => &self.other_name,
            HandshakeFate::SelfSigned => &self.self_signed,
            HandshakeFate::UnknownIssuer => &self.unknown_issuer,
        };
        Arc::clone(config)
    }
}

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn issuer(name: &str) -> Result<Issuer, CertificateError> {
    let mut params = params(&[], GOOD)?;
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    Ok(CertifiedIssuer::self_signed(params, KeyPair::generate()?)?)
}

fn params(names: &[&str], (from, until): (i32, i32)) -> Result<CertificateParams, rcgen::Error> {
    let names: Vec<String> = names.iter().copied().map(str::to_owned).collect();
    let mut params = CertificateParams::new(names)?;
    params.not_before = date_time_ymd(from, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    Ok(params)
}

fn with(certificate: &Certificate, key: &KeyPair) -> Result<Arc<ServerConfig>, CertificateError> {
    let key = PrivatePkcs8KeyDer::from(key.serialize_der()).into();
    let chain = vec![certificate.der().clone()];
    let certified = CertifiedKey::from_der(chain, key, &ring::default_provider())?;
    Ok(serving(Arc::new(SingleCertAndKey::from(certified)))?)
}

/// Where `shows` has no certificate, the handshake is broken off.
fn serving(shows: Arc<dyn ResolvesServerCert>) -> Result<Arc<ServerConfig>, rustls::Error> {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_cert_resolver(shows);
    Ok(Arc::new(config))
}
