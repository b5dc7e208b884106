use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::HeaderMap;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tonic::Status;
use tonic::body::Body;

use super::guard::unknown;
use super::{Caller, Gate};
use crate::refusal::unavailable;

/// How often the token of a call that is still being answered is looked at again. With [`super::TOKEN_AGE`] a
/// stream ends no later than twenty seconds after its token was revoked.
pub const WATCH_EVERY: Duration = Duration::from_secs(10);

/// An answer that ends when its caller is nobody any more. As it goes on, it still is that caller's.
pub(super) struct Watched {
    body: Body,
    caller: Arc<Caller>,
    revoked: Pin<Box<dyn Future<Output = Status> + Send>>,
    has_ended: bool,
}

impl Watched {
    pub(super) fn new(
        body: Body,
        gate: Gate,
        caller: Arc<Caller>,
        token: String,
        every: Duration,
    ) -> Self {
        Self {
            body,
            caller,
            revoked: Box::pin(revoked(gate, token, every)),
            has_ended: false,
        }
    }
}

/// Ends when the token is refused.
async fn revoked(gate: Gate, token: String, every: Duration) -> Status {
    loop {
        tokio::time::sleep(every).await;
        match gate.identify(&token).await {
            Ok(Some(_)) => {}
            Ok(None) => return unknown(),
            Err(error) => return unavailable(&error.to_string()),
        }
    }
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        if self.has_ended {
            return Poll::Ready(None);
        }
        if let Poll::Ready(status) = self.revoked.as_mut().poll(context) {
            self.has_ended = true;
            let mut trailers = HeaderMap::new();
            status.add_header(&mut trailers)?;
            return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
        }
        let Self { body, caller, .. } = &mut *self;
        caller.goes_on(|| Pin::new(body).poll_frame(context))
    }

    fn is_end_stream(&self) -> bool {
        self.has_ended || self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watched")
    }
}
