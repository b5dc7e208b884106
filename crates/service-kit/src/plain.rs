//! Calls any method by its path, with messages as they are on the wire.

use bytes::{Buf as _, BufMut as _, Bytes};
use service::access::Authorized;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::codegen::http::uri::PathAndQuery;
use tonic::{Request, Status};

/// Calls `path`, as `comptoir.ledger.v1.Sales/GetSale`, with an encoded request. Gives the messages of its answer,
/// one after another.
pub async fn call_plain(
    channel: Authorized,
    path: &str,
    request: Vec<u8>,
) -> Result<Vec<u8>, Status> {
    let path = PathAndQuery::try_from(format!("/{path}")).expect("a method's path");
    let mut client = Grpc::new(channel);
    client.ready().await.expect("it is served");
    // A single answer is a stream of one.
    let answer = client.server_streaming(Request::new(request.into()), path, Plain);
    let mut stream = answer.await?.into_inner();
    let mut answer = Vec::new();
    while let Some(message) = stream.message().await? {
        answer.extend_from_slice(&message);
    }
    Ok(answer)
}

/// Neither reads nor writes.
#[derive(Clone, Copy, Debug)]
struct Plain;

impl Codec for Plain {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for Plain {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}
