use secrecy::SecretString;
use service::Settings;
use service::access::{Authorized, Bearer, OPERATOR_TOKEN, SERVICE_KEY, Secrets};
use tonic::transport::Endpoint;

/// The operator's token in tests.
pub const OPERATOR: &str = "comptoir_operator_of_tests_0123456789";
/// The key that services share in tests: 32 bytes in base64.
const KEY: &str = "c2VydmljZSBrZXkgb2YgdGVzdHMsIDMyIGJ5dGVzIC4=";

/// The settings by which services know the operator and each other.
#[must_use]
pub fn access_settings() -> [(&'static str, String); 2] {
    [
        (OPERATOR_TOKEN, OPERATOR.to_owned()),
        (SERVICE_KEY, KEY.to_owned()),
    ]
}

/// As services read them.
#[must_use]
pub fn secrets() -> Secrets {
    Secrets::from_settings(&Settings::from_map(access_settings())).expect("they are well made")
}

/// Calls as the operator, who may all but what is between services.
#[must_use]
pub fn operator() -> Bearer {
    bearer(OPERATOR)
}

/// Calls with a token.
#[must_use]
pub fn bearer(token: &str) -> Bearer {
    Bearer::new(&SecretString::from(token)).expect("a token can stand in a header")
}

/// Calls a service as the operator. Connects when it is first used.
#[must_use]
pub fn as_operator(url: &str) -> Authorized {
    let endpoint = Endpoint::from_shared(url.to_owned()).expect("an address");
    operator().on(endpoint.connect_lazy())
}
