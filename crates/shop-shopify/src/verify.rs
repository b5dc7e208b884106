//! Whether a delivery comes from the connection's shop, and what it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};
use retail::ShopOrderId;
use shop::{Connection, Notice, Refused, Topic};

use crate::envelope::Envelope;
use crate::signature::{SIGNATURE_BYTES, is_signed};
use crate::topic::{About, about};

const SIGNATURE: HeaderName = HeaderName::from_static("x-shopify-hmac-sha256");
const TOPIC: HeaderName = HeaderName::from_static("x-shopify-topic");
const SHOP: HeaderName = HeaderName::from_static("x-shopify-shop-domain");
/// Present on every delivery of Shopify's; looked at for that alone.
const ALWAYS_THERE: [HeaderName; 2] = [
    HeaderName::from_static("x-shopify-api-version"),
    HeaderName::from_static("x-shopify-webhook-id"),
];

/// Checks the signature over the raw body and the shop it is said to be of, then looks at the envelope.
///
/// One secret signs for all shops of an app. The header that names the shop is not under the signature:
/// it keeps honest deliveries apart, and what is in a body is believed of no shop (see the crate's text).
pub(crate) fn verify(
    connection: &Connection,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Notice, Refused> {
    let signed = is_signed(&connection.secrets, body, claimed(headers));
    let shop = host(connection);
    if !signed || !is_same(shop.as_deref(), named(headers)) {
        return Err(Refused::NotAuthentic);
    }
    let topic = only(headers, &TOPIC)
        .and_then(|topic| Topic::new(topic.to_str().ok()?))
        .ok_or(Refused::Malformed("it has no topic"))?;
    if !ALWAYS_THERE.iter().all(|name| headers.contains_key(name)) {
        return Err(Refused::Malformed("a header of every delivery is missing"));
    }
    let envelope = envelope(body)?;
    let told = [&envelope.shop_domain, &envelope.myshopify_domain];
    if told
        .into_iter()
        .flatten()
        .any(|told| !is_same(shop.as_deref(), Some(told)))
    {
        return Err(Refused::NotAuthentic);
    }
    let order = order(topic.as_str(), envelope);
    Ok(Notice::Delivery { topic, order })
}

/// The shop that a delivery is said to be of.
pub(crate) fn named(headers: &HeaderMap) -> Option<&str> {
    only(headers, &SHOP)?.to_str().ok()
}

fn claimed(headers: &HeaderMap) -> Option<[u8; SIGNATURE_BYTES]> {
    let text = only(headers, &SIGNATURE)?;
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// The host that the connection's shop is asked at. Without one nothing can be said to be of that shop,
/// and nothing could be fetched from it either.
pub(crate) fn host(connection: &Connection) -> Option<String> {
    let uri: Uri = connection.api.as_ref()?.url.as_str().parse().ok()?;
    uri.host().map(str::to_owned)
}

pub(crate) fn is_same(shop: Option<&str>, named: Option<&str>) -> bool {
    match (shop, named) {
        (Some(shop), Some(named)) => shop.eq_ignore_ascii_case(named),
        (None, _) | (_, None) => false,
    }
}

/// The one value of a header; none if it is given twice.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// Checks the body to be a JSON object.
fn envelope(body: &[u8]) -> Result<Envelope, Refused> {
    if body.is_empty() {
        return Err(Refused::Malformed("its body is empty"));
    }
    let text =
        std::str::from_utf8(body).map_err(|_| Refused::Malformed("its body is not UTF-8"))?;
    if !text.trim_start().starts_with('{') {
        return Err(Refused::Malformed("its body is not a JSON object"));
    }
    serde_json::from_str(text).map_err(|_| Refused::Malformed("its body is not JSON"))
}

/// The order a delivery names, where its topic says that it does.
pub(crate) fn order(topic: &str, envelope: Envelope) -> Option<ShopOrderId> {
    let Envelope {
        id,
        order_id,
        order_edit,
        shop_domain: _,
        myshopify_domain: _,
    } = envelope;
    let id = match about(topic) {
        About::Order => id,
        About::OrderId => order_id,
        About::OrderEdit => order_edit.and_then(|edit| edit.order_id),
        About::Event(_) | About::Nothing(_) => None,
    };
    id?.order()
}
