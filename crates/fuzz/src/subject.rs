//! A platform as an attacker sees it.

use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use shop::conformance::{Signed, sound};
use shop::{Connection, Notice, Platform, Refused, Source};

/// A platform, a connection of it, and what its shops really send.
#[derive(Clone)]
pub struct Subject {
    pub platform: Arc<dyn Platform>,
    pub connection: Connection,
    pub signed: Signed,
    /// Whole orders, as they are fetched.
    pub orders: Vec<Vec<u8>>,
    pub deliveries: Vec<Delivery>,
}

/// What was posted.
#[derive(Clone)]
pub struct Delivery {
    pub topic: String,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// Where an input goes.
#[derive(Clone, Copy)]
pub enum Part {
    /// The input is an answer to a fetch.
    Order,
    /// A topic, a line feed, and a body.
    Delivery,
    /// Lines of headers, an empty line, and a body.
    Signature,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Order, Self::Delivery, Self::Signature];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Delivery => "delivery",
            Self::Signature => "signature",
        }
    }
}

impl Subject {
    pub fn run(&self, part: Part, input: &[u8]) {
        match part {
            Part::Order => {
                sound(&*self.platform, &self.connection, Source::Fetched, input);
            }
            Part::Delivery => self.delivery(input),
            Part::Signature => self.signature(input),
        }
    }

    fn delivery(&self, input: &[u8]) {
        let (topic, body) = split(input, b"\n");
        if let Ok(topic) = str::from_utf8(topic) {
            let source = Source::Delivery { topic };
            sound(&*self.platform, &self.connection, source, body);
        }
    }

    fn signature(&self, input: &[u8]) {
        let (lines, body) = split(input, b"\n\n");
        let headers = headers(lines);
        let notice = self.platform.verify(&self.connection, &headers, body);
        assert_eq!(
            notice,
            self.platform.verify(&self.connection, &headers, body),
            "one delivery, two judgements"
        );
        if let (Signed::Body, Ok(Notice::Delivery { .. })) = (self.signed, notice) {
            let mut longer = body.to_vec();
            longer.push(b'}');
            let notice = self.platform.verify(&self.connection, &headers, &longer);
            assert_eq!(notice, Err(Refused::NotAuthentic), "one byte more is taken");
        }
    }

    pub fn seeds(&self, part: Part) -> Vec<Vec<u8>> {
        match part {
            Part::Order => self.orders.clone(),
            Part::Delivery => self
                .deliveries
                .iter()
                .map(|delivery| [delivery.topic.as_bytes(), b"\n", &delivery.body].concat())
                .collect(),
            Part::Signature => self.deliveries.iter().map(posted).collect(),
        }
    }
}

fn posted(delivery: &Delivery) -> Vec<u8> {
    let mut input = Vec::new();
    for (name, value) in &delivery.headers {
        input.extend_from_slice(name.as_str().as_bytes());
        input.extend_from_slice(b": ");
        input.extend_from_slice(value.as_bytes());
        input.push(b'\n');
    }
    input.push(b'\n');
    input.extend_from_slice(&delivery.body);
    input
}

fn headers(lines: &[u8]) -> HeaderMap {
    lines
        .split(|byte| *byte == b'\n')
        .filter_map(|line| {
            let (name, value) = split(line, b": ");
            let name = HeaderName::from_bytes(name).ok()?;
            Some((name, HeaderValue::from_bytes(value).ok()?))
        })
        .collect()
}

/// What stands before and after the first `separator`; everything stands before one that is not there.
fn split<'a>(input: &'a [u8], separator: &[u8]) -> (&'a [u8], &'a [u8]) {
    let found = input
        .windows(separator.len())
        .position(|window| window == separator);
    match found {
        Some(at) => (&input[..at], &input[at + separator.len()..]),
        None => (input, &[]),
    }
}
