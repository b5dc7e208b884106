use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use prost::Message as _;
use tonic::body::Body;
use tonic::{Code, Status};
use uuid::Uuid;

use crate::refusal::{bad_field, denied};

/// Largest request that is looked into, in bytes: an image and what is said of it. No service of ours takes a larger one.
const LIMIT_BYTES: usize = (8 << 20) + PREFIX_BYTES;
/// Before a message on the wire: whether it is compressed, and its length.
const PREFIX_BYTES: usize = 5;

/// What all requests that speak of a retailer have in common; a test of each service holds its methods to it. Read
/// by the library that reads the whole request after it, so that both see the same.
#[derive(Clone, PartialEq, Eq, prost::Message)]
struct Scope {
    #[prost(string, tag = "1")]
    retailer_id: String,
}

/// Lets a request pass if it speaks of `retailer`, and gives its body back.
pub(super) async fn of_retailer(body: Body, retailer: Uuid) -> Result<Body, Status> {
    let read = Limited::new(body, LIMIT_BYTES).collect().await;
    let bytes = read
        .map_err(|_| Status::new(Code::OutOfRange, "the request is too large or broken off"))?
        .to_bytes();
    let scope = Scope::decode(message(&bytes)?)
        .map_err(|_| Status::new(Code::InvalidArgument, "the request cannot be read"))?;
    match Uuid::try_parse(&scope.retailer_id) {
        Ok(asked) if asked == retailer => Ok(Body::new(Full::new(bytes))),
        Ok(_) => Err(denied(
            "RETAILER_FOREIGN",
            "the token is of another retailer",
        )),
        // Empty means all retailers where it is allowed at all.
        Err(_) if scope.retailer_id.is_empty() => Err(denied(
            "RETAILER_FOREIGN",
            "the token is of one retailer: say which",
        )),
        Err(_) => Err(bad_field("retailer_id", "is not a UUID")),
    }
}

/// The one message of the body.
fn message(bytes: &Bytes) -> Result<Bytes, Status> {
    let malformed = || Status::new(Code::InvalidArgument, "the request is not one message");
    let (prefix, message) = bytes
        .split_first_chunk::<PREFIX_BYTES>()
        .ok_or_else(malformed)?;
    let [compressed, length @ ..] = prefix;
    if *compressed != 0 {
        return Err(Status::new(
            Code::Unimplemented,
            "requests are not taken compressed",
        ));
    }
    if usize::try_from(u32::from_be_bytes(*length)) != Ok(message.len()) {
        return Err(malformed());
    }
    Ok(bytes.slice(PREFIX_BYTES..))
}
