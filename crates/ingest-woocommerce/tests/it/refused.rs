//! What is refused leaves nothing behind.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_body_util::StreamBody;
use hyper::body::Frame;
use uuid::Uuid;

use crate::support::{Running, Shop, signed};

const BODY: &[u8] = b"{\"id\":25,\"status\":\"processing\"}";

fn shop() -> Shop {
    Shop {
        id: Uuid::from_u128(0xA),
        secrets: vec!["hush".to_owned()],
        url: None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_deliveries_get_one_and_the_same_answer_and_nothing_is_stored() {
    let running = Running::start(&[shop()]).await;
    let good = signed("hush", "order.updated", BODY);
    let with = |name: &'static str, value: Option<&str>| {
        let mut headers = good.clone();
        headers.remove(name);
        if let Some(value) = value {
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        }
        headers
    };
    let signature = "x-wc-webhook-signature";
    let mut twice = good.clone();
    twice.append(signature, good[signature].clone());
    let stranger = Uuid::from_u128(0xB);
    let mut answers = Vec::new();
    for (shop, headers, body) in [
        (shop().id, signed("guess", "order.updated", BODY), BODY),
        (shop().id, signed("", "order.updated", BODY), BODY),
        (shop().id, with(signature, None), BODY),
        (shop().id, with(signature, Some("")), BODY),
        (shop().id, with(signature, Some("garbled")), BODY),
        (shop().id, twice, BODY),
        (
            shop().id,
            good.clone(),
            b"{\"id\":26,\"status\":\"processing\"}",
        ),
        (shop().id, good.clone(), b""),
        (stranger, good.clone(), BODY),
        (
            stranger,
            signed("nobody signs with this", "order.updated", BODY),
            BODY,
        ),
        (stranger, ping(), b"webhook_id=1"),
        (
            Uuid::nil(),
            signed("nobody signs with this", "order.updated", BODY),
            BODY,
        ),
    ] {
        let answer = running.post(shop, headers, body).await;
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        answers.push(answer.text().await.unwrap());
    }
    let url = format!("{}/hooks/no-uuid", running.base);
    let answer = running
        .http
        .post(url)
        .headers(good)
        .body(BODY)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 401);
    answers.push(answer.text().await.unwrap());
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(running.messages("INBOX_WOOCOMMERCE").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_that_is_too_large_is_refused_whether_or_not_it_says_so() {
    let running = Running::start(&[shop()]).await;
    let large = format!("{{\"id\":25,\"note\":\"{}\"}}", "x".repeat(1 << 20));
    let headers = signed("hush", "order.updated", large.as_bytes());
    assert_eq!(
        running
            .post(shop().id, headers.clone(), large.clone())
            .await
            .status(),
        413
    );
    let frames: Vec<Result<Frame<Bytes>, std::io::Error>> = large
        .into_bytes()
        .chunks(64 << 10)
        .map(|chunk| Ok(Frame::data(Bytes::copy_from_slice(chunk))))
        .collect();
    let stream = reqwest::Body::wrap(StreamBody::new(futures::stream::iter(frames)));
    assert_eq!(running.post(shop().id, headers, stream).await.status(), 413);

    let most = format!(
        "{{\"id\":25,\"note\":\"{}\"}}",
        "x".repeat((1 << 20) - (5 << 10))
    );
    let headers = signed("hush", "product.updated", most.as_bytes());
    assert_eq!(running.post(shop().id, headers, most).await.status(), 200);
    assert_eq!(running.messages("INBOX_WOOCOMMERCE").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_delivery_that_is_no_json_is_malformed_and_not_stored() {
    let running = Running::start(&[shop()]).await;
    for body in [
        &b""[..],
        b"{\"id\":25",
        b"[]",
        b"\xff\xfe",
        b"<html></html>",
    ] {
        let headers = signed("hush", "order.updated", body);
        let answer = running.post(shop().id, headers, body).await;
        assert_eq!(answer.status(), 400, "{body:?}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
    }
    assert_eq!(running.messages("INBOX_WOOCOMMERCE").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ping_is_answered_and_not_stored() {
    let running = Running::start(&[shop()]).await;
    let answer = running.post(shop().id, ping(), "webhook_id=1").await;
    assert_eq!(answer.status(), 200);
    assert_eq!(running.messages("INBOX_WOOCOMMERCE").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_paths_and_methods_are_problems() {
    let running = Running::start(&[shop()]).await;
    let ask = async |method: http::Method, path: &str| {
        let url = format!("{}{path}", running.base);
        let answer = running.http.request(method, url).send().await.unwrap();
        let kind = answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .to_owned();
        (answer.status().as_u16(), kind)
    };
    let problem = "application/problem+json".to_owned();
    let hook = format!("/hooks/{}", shop().id);
    assert_eq!(ask(http::Method::GET, &hook).await, (405, problem.clone()));
    assert_eq!(
        ask(http::Method::DELETE, &hook).await,
        (405, problem.clone())
    );
    // For platforms whose shops all deliver to one address; here it leads nowhere.
    assert_eq!(
        ask(http::Method::POST, "/hooks").await,
        (401, problem.clone())
    );
    assert_eq!(
        ask(http::Method::POST, "/hook").await,
        (404, problem.clone())
    );
    assert_eq!(ask(http::Method::GET, "/").await, (404, problem));
    let ready = running
        .http
        .get(format!("{}/readyz", running.base))
        .send()
        .await
        .unwrap();
    assert_eq!(ready.status(), 200);
}

fn ping() -> HeaderMap {
    let mut headers = HeaderMap::new();
    let form = HeaderValue::from_static("application/x-www-form-urlencoded");
    headers.insert("content-type", form);
    headers
}
