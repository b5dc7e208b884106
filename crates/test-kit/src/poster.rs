//! A lean HTTP/1 client: one connection, one request at a time, everything prepared beforehand, so
//! that many of them leave the machine to what is measured.

use std::pin::Pin;
use std::time::Duration;

use bytes::Bytes;
use http::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{Connection, SendRequest, handshake};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::http_url;

/// How long a request may take before it counts as lost.
const ANSWER_DEADLINE: Duration = Duration::from_secs(10);

/// Why there is no status.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    #[error("cannot connect: {0}")]
    Connect(#[from] std::io::Error),
    #[error("connection broke: {0}")]
    Broken(#[from] hyper::Error),
    #[error("no answer within {} s", ANSWER_DEADLINE.as_secs())]
    Late,
}

/// A request ready to be sent any number of times.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub method: Method,
    pub uri: Uri,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Prepared {
    /// A POST to an address like `http://127.0.0.1:20001/hooks/…`.
    pub fn post(
        url: &str,
        headers: impl IntoIterator<Item = (&'static str, String)>,
        body: impl Into<Bytes>,
    ) -> anyhow::Result<Self> {
        let url = http_url::parse(url)?;
        let mut map = HeaderMap::new();
        map.insert(HOST, HeaderValue::from_str(url.authority)?);
        for (name, value) in headers {
            map.insert(
                HeaderName::from_static(name),
                HeaderValue::from_str(&value)?,
            );
        }
        Ok(Self {
            method: Method::POST,
            uri: url.path.parse()?,
            headers: map,
            body: body.into(),
        })
    }

    fn request(&self) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request
    }
}

/// Status and body.
type Answer = (StatusCode, Bytes);

/// One connection, made when it is needed.
#[derive(Debug)]
pub struct Poster {
    authority: String,
    link: Option<Link>,
}

#[derive(Debug)]
struct Link {
    sender: SendRequest<Full<Bytes>>,
    driver: Pin<Box<Connection<TokioIo<TcpStream>, Full<Bytes>>>>,
}

impl Poster {
    /// For the host and port of an address like `http://127.0.0.1:20001/…`.
    pub fn new(url: &str) -> anyhow::Result<Self> {
        Ok(Self {
            authority: http_url::parse(url)?.authority.to_owned(),
            link: None,
        })
    }

    /// Sends, reads the answer to its end, and keeps the connection if all went well.
    pub async fn send(&mut self, request: &Prepared) -> Result<StatusCode, PostError> {
        self.exchange(request).await.map(|(status, _)| status)
    }

    /// The same, with the answer's body.
    pub async fn exchange(&mut self, request: &Prepared) -> Result<(StatusCode, Bytes), PostError> {
        let attempt = async {
            if let Some(link) = self.link.take() {
                match link.exchange(request).await {
                    Ok((link, answer)) => {
                        self.link = link;
                        return Ok(answer);
                    }
                    // Closed while it was idle: nothing was sent.
                    Err(error) if error.is_canceled() => {}
                    Err(error) => return Err(error.into()),
                }
            }
            let link = Link::open(&self.authority).await?;
            let (link, answer) = link.exchange(request).await?;
            self.link = link;
            Ok(answer)
        };
        tokio::time::timeout(ANSWER_DEADLINE, attempt)
            .await
            .unwrap_or(Err(PostError::Late))
    }
}

impl Link {
    async fn open(authority: &str) -> Result<Self, PostError> {
        let stream = TcpStream::connect(authority).await?;
        stream.set_nodelay(true)?;
        let (sender, driver) = handshake(TokioIo::new(stream)).await?;
        Ok(Self {
            sender,
            driver: Box::pin(driver),
        })
    }

    /// The answer, and the connection if it goes on.
    async fn exchange(self, request: &Prepared) -> hyper::Result<(Option<Self>, Answer)> {
        let Self {
            mut sender,
            mut driver,
        } = self;
        let mut exchange = Box::pin(async {
            let response = sender.send_request(request.request()).await?;
            let status = response.status();
            let body = response.into_body().collect().await?.to_bytes();
            hyper::Result::Ok((status, body))
        });
        // The connection is driven here, by the one who waits for it, and so needs no task.
        tokio::select! {
            biased;
            answer = &mut exchange => {
                drop(exchange);
                return Ok((Some(Self { sender, driver }), answer?));
            }
            _closed = &mut driver => {}
        }
        drop(driver);
        Ok((None, exchange.await?))
    }
}
