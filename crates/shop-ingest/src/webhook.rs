//! `POST /hooks/{connection}`: where shops say that something happened; `POST /hooks` where all shops of an app have
//! one address.
//!
//! A shop counts every answer but 200 against its webhook, so nothing is judged here but where the
//! delivery comes from and whether it could ever be read.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use bus::{PublishError, Stored};
use bytes::Bytes;
use http::header::{ALLOW, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use service::clock::Clock;
use service::http::Problem;
use service::trace::TraceLayer;
use shop::{Connection, Notice, Platform, Reading, Refused, ShopEvent, Source, Topic};
use tracing::field::{Empty, display};
use tracing::{Instrument as _, Span};

use crate::connections::{Connections, Listened, ListenedTo};
use crate::delivery_id::DeliveryId;
use crate::inbox::{Arrival, Came, Inbox};
use crate::isolation::Quotas;
use crate::meters::{Answer, Meters};
use crate::outage::Outage;
use crate::reading::guarded;

const ROUTE: &str = "/hooks/{connection}";
const SHARED_ROUTE: &str = "/hooks";

/// Largest body, in bytes: 1 MiB, less what the broker's largest message needs for the rest of it.
pub(crate) const BODY_LIMIT_BYTES: usize = (1 << 20) - (4 << 10);

/// What a shop is told to wait when its delivery could not be kept.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// What the answers depend on.
pub(crate) struct Hooks {
    pub(crate) platform: Arc<dyn Platform>,
    pub(crate) connections: Arc<Connections>,
    pub(crate) inbox: Inbox,
    pub(crate) quotas: Quotas,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) meters: Arc<Meters>,
    pub(crate) outage: Outage,
}

/// The routes of this file.
pub(crate) fn router(hooks: Hooks) -> Router {
    let accept = post(accept).layer(TraceLayer::http("POST /hooks/{connection}"));
    let accept_shared = post(accept_shared).layer(TraceLayer::http("POST /hooks"));
    Router::new()
        .route(ROUTE, accept)
        .route(SHARED_ROUTE, accept_shared)
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .with_state(Arc::new(hooks))
}

async fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "there is nothing here")
}

async fn method_not_allowed() -> Response {
    let problem = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "deliveries come by POST");
    ([(ALLOW, HeaderValue::from_static("POST"))], problem).into_response()
}

async fn accept(
    State(hooks): State<Arc<Hooks>>,
    id: Result<Path<String>, PathRejection>,
    request: Request<Body>,
) -> Response {
    let span = tracing::info_span!(
        "webhook.accept",
        connection.id = Empty,
        delivery.id = Empty,
        topic = Empty,
    );
    let known = id
        .ok()
        .and_then(|Path(id)| hooks.connections.listened_to(id.parse().ok()?));
    let answer = async {
        if let Some(known) = &known {
            let within = hooks.quotas.look(known.connection.id);
            within.map_err(Failure::too_many)?;
        }
        let (parts, body) = request.into_parts();
        let body = read(&parts.headers, body).await?;
        answer(&hooks, known.as_ref(), &parts.headers, &body).await
    };
    respond(&hooks, answer.instrument(span).await)
}

/// The shop that a delivery says it is of has to agree with what its connection's secrets prove.
async fn accept_shared(State(hooks): State<Arc<Hooks>>, request: Request<Body>) -> Response {
    let span = tracing::info_span!(
        "webhook.accept",
        connection.id = Empty,
        delivery.id = Empty,
        topic = Empty,
    );
    let answer = async {
        let (parts, body) = request.into_parts();
        let body = read(&parts.headers, body).await?;
        let platform = hooks.platform.as_ref();
        let shop = platform.addressee(&parts.headers, &body);
        let leading = shop.map(|shop| hooks.connections.leading_to(platform, &shop));
        let mut answered = Err(Failure::not_authentic());
        let leading = leading.unwrap_or_default();
        if leading.is_empty() {
            return answer(&hooks, None, &parts.headers, &body).await;
        }
        // Taken if it is for any of them: for the others it is not proven to be, or they are parted with.
        for listened in &leading {
            match answer(&hooks, Some(listened), &parts.headers, &body).await {
                Ok(taken) => answered = Ok(taken),
                Err(failure) if failure.answer == Answer::NotAuthentic => {}
                Err(failure) => return Err(failure),
            }
        }
        answered
    };
    respond(&hooks, answer.instrument(span).await)
}

fn respond(hooks: &Hooks, answer: Result<Answer, Failure>) -> Response {
    match answer {
        Ok(answer) => {
            hooks.meters.answered(answer);
            StatusCode::OK.into_response()
        }
        Err(Failure { answer, problem }) => {
            hooks.meters.answered(answer);
            problem.into_response()
        }
    }
}

/// An answer that is no 200.
struct Failure {
    answer: Answer,
    problem: Problem,
}

impl Failure {
    fn new(answer: Answer, status: StatusCode, title: &'static str) -> Self {
        Self {
            answer,
            problem: Problem::new(status, title),
        }
    }

    /// One and the same for an unknown connection and for every kind of bad signature.
    fn not_authentic() -> Self {
        let title = "delivery is not signed by the shop";
        Self::new(Answer::NotAuthentic, StatusCode::UNAUTHORIZED, title)
    }

    fn too_large() -> Self {
        let title = "delivery is too large";
        Self::new(Answer::TooLarge, StatusCode::PAYLOAD_TOO_LARGE, title)
    }

    fn too_many(wait: Duration) -> Self {
        let title = "more deliveries than are taken of one shop";
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, title);
        Self {
            answer: Answer::TooMany,
            problem: problem.retry_after(wait.max(RETRY_AFTER)),
        }
    }
}

/// The raw body. A length that is too large is not even waited for.
async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, Failure> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > BODY_LIMIT_BYTES as u64) {
        return Err(Failure::too_large());
    }
    match Limited::new(body, BODY_LIMIT_BYTES).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Failure::too_large()),
        Err(_) => {
            let title = "delivery broke off";
            Err(Failure::new(
                Answer::Malformed,
                StatusCode::BAD_REQUEST,
                title,
            ))
        }
    }
}

/// Judges a delivery and keeps it. The connection in the URL decides whose secrets it is judged by.
async fn answer(
    hooks: &Hooks,
    known: Option<&Listened>,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Answer, Failure> {
    let judged = known.map(|known| known.connection.as_ref());
    let judged = judged.unwrap_or_else(|| hooks.connections.decoy());
    let verified = hooks.platform.verify(judged, headers, body);
    let Listened { connection, to } = known.ok_or_else(Failure::not_authentic)?;
    let span = Span::current();
    span.record("connection.id", display(connection.id));
    let (topic, order) = match verified {
        Ok(Notice::Ping) => return Ok(Answer::Pinged),
        Ok(Notice::Delivery { topic, order }) => (topic, order),
        Err(Refused::NotAuthentic) => return Err(Failure::not_authentic()),
        Err(Refused::Malformed(why)) => {
            tracing::warn!(connection = %connection.id, "a signed delivery is malformed: {why}");
            let title = "delivery is malformed";
            return Err(Failure::new(
                Answer::Malformed,
                StatusCode::BAD_REQUEST,
                title,
            ));
        }
    };
    match to {
        ListenedTo::Everything => {}
        ListenedTo::PrivacyAlone if is_about_privacy(hooks, connection, &topic, body) => {}
        ListenedTo::PrivacyAlone => return Err(Failure::not_authentic()),
    }
    let within = hooks.quotas.take(connection.id);
    within.map_err(Failure::too_many)?;
    let id = DeliveryId::of(connection.id, &topic, body);
    span.record("delivery.id", display(&id));
    span.record("topic", display(&topic));
    let arrival = Arrival {
        id: &id,
        connection,
        topic,
        order,
        came: Came::Sent,
        received_at: hooks.clock.now(),
        body,
    };
    match hooks.inbox.keep(arrival).await {
        Ok(Stored { duplicate, .. }) => {
            hooks.outage.succeeded();
            Ok(if duplicate {
                Answer::Repeated
            } else {
                Answer::Accepted
            })
        }
        Err(PublishError::TooLarge { .. }) => Err(Failure::too_large()),
        Err(
            error @ (PublishError::Unavailable { .. }
            | PublishError::Full { .. }
            | PublishError::Denied { .. }
            | PublishError::Refused { .. }),
        ) => {
            hooks.outage.failed(&error);
            let title = "delivery could not be kept";
            let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, title);
            Err(Failure {
                answer: Answer::NotStored,
                problem: problem.retry_after(RETRY_AFTER),
            })
        }
    }
}

/// Whether it is what people may ask for by law.
fn is_about_privacy(hooks: &Hooks, connection: &Connection, topic: &Topic, body: &[u8]) -> bool {
    let source = Source::Delivery {
        topic: topic.as_str(),
    };
    let reading = guarded(|| hooks.platform.read(connection, source, body));
    matches!(reading, Ok(Reading::Event(ShopEvent::Privacy(_))))
}
