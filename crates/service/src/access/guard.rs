use std::collections::HashMap;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Response};
use tonic::Status;
use tonic::body::Body;
use tower::{Layer, Service};

use super::body::of_retailer;
use super::watched::{WATCH_EVERY, Watched};
use super::{Caller, Gate, Method, Roles, is_open};
use crate::refusal::{denied, unauthenticated, unavailable};

/// A request that may be answered, with its caller and the token to watch.
type Admitted = (Request<Body>, Option<(Arc<Caller>, String)>);

/// Lets only those calls pass that their token may make: the method is in the table for one of the token's roles, and
/// the request speaks of the token's retailer. Deny by default: what is in no table is refused.
#[derive(Clone, Debug)]
pub struct Guard {
    gate: Gate,
    methods: Arc<HashMap<&'static str, Roles>>,
    watch_every: Duration,
}

impl Guard {
    #[must_use]
    pub fn new(gate: Gate, methods: &[Method]) -> Self {
        let methods = methods.iter().map(|method| (method.path, method.roles));
        Self {
            gate,
            methods: Arc::new(methods.collect()),
            watch_every: WATCH_EVERY,
        }
    }

    /// For tests of streams that end.
    #[must_use]
    pub fn watching_every(self, watch_every: Duration) -> Self {
        Self {
            watch_every,
            ..self
        }
    }

    /// The request, with its caller and the token to watch; `None` for what needs none.
    async fn admit(&self, request: Request<Body>) -> Result<Admitted, Status> {
        let path = request.uri().path().trim_start_matches('/');
        if is_open(path) {
            return Ok((request, None));
        }
        let token = bearer(request.headers()).ok_or_else(|| {
            unauthenticated(
                "TOKEN_MISSING",
                "a call needs a token: authorization: Bearer TOKEN",
            )
        })?;
        let caller = self.gate.identify(token).await;
        let caller = caller
            .map_err(|error| unavailable(&error.to_string()))?
            .ok_or_else(unknown)?;
        let Some(roles) = self.methods.get(path) else {
            return Err(denied(
                "METHOD_UNKNOWN",
                "no such method, or none that anybody may call",
            ));
        };
        if !caller.roles.meets(*roles) {
            return Err(denied(
                "ROLE_MISSING",
                "no role of the token may call this method",
            ));
        }
        let token = token.to_owned();
        let (head, mut body) = request.into_parts();
        if let Some(retailer) = caller.retailer {
            body = of_retailer(body, retailer).await?;
        }
        Ok((
            Request::from_parts(head, body),
            Some((Arc::new(caller), token)),
        ))
    }
}

/// The token of `authorization: Bearer TOKEN` (RFC 6750).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// Revoked, expired or invented: which of them is nobody's business who has no token.
pub(super) fn unknown() -> Status {
    unauthenticated("TOKEN_INVALID", "the token is not valid, or not any more")
}

impl<S> Layer<S> for Guard {
    type Service = Guarded<S>;

    fn layer(&self, inner: S) -> Guarded<S> {
        Guarded {
            inner,
            guard: self.clone(),
        }
    }
}

/// What [`Guard`] makes of a service.
#[derive(Clone, Debug)]
pub struct Guarded<S> {
    inner: S,
    guard: Guard,
}

impl<S> Service<Request<Body>> for Guarded<S>
where
    S: Service<Request<Body>, Response = Response<Body>> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The one that said it was ready is the one to be called.
        let next = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, next);
        let guard = self.guard.clone();
        Box::pin(async move {
            let (request, admitted) = match guard.admit(request).await {
                Ok(admitted) => admitted,
                Err(status) => return Ok(status.into_http()),
            };
            let Some((caller, token)) = admitted else {
                return inner.call(request).await;
            };
            let answer = Arc::clone(&caller).answered(inner.call(request));
            let response = answer.await?;
            Ok(response.map(|body| {
                let Guard {
                    gate, watch_every, ..
                } = guard;
                Body::new(Watched::new(body, gate, caller, token, watch_every))
            }))
        })
    }
}
