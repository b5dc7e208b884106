//! Every gRPC method there is, called by every role: what the table of a service says is what it does.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message as _;
use prost_types::{DescriptorProto, FileDescriptorSet};
use secrecy::{ExposeSecret as _, SecretString};
use service::access::{Method, PUSHER, Role, Roles};
use service::clock::{Clock as _, SystemClock};
use tonic::client::Grpc;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Request, Status};
use tonic_prost::ProstCodec;
use tonic_types::StatusExt as _;

use crate::{OPERATOR, bearer, secrets};

/// A request with nothing in it but whose data it asks for.
#[derive(Clone, PartialEq, Eq, prost::Message)]
struct Scope {
    #[prost(string, tag = "1")]
    retailer_id: String,
}

/// A gRPC server, and what it says of itself.
pub struct Walk<'a> {
    /// Where it answers.
    pub url: &'a str,
    /// Of its own services, as `comptoir.ledger.v1`.
    pub package: &'a str,
    pub methods: &'a [Method],
    /// A token of each of a retailer's roles, and of no other.
    pub tokens: BTreeMap<Role, SecretString>,
    /// Whose those are.
    pub retailer: String,
    /// Somebody else.
    pub foreign: String,
}

/// A method as its descriptors tell.
struct Described {
    path: String,
    /// Whether its request says first whose data it asks for.
    has_retailer: bool,
    takes_a_stream: bool,
}

/// Every method of a package's services, as `comptoir.ledger.v1.Sales/GetSale`.
#[must_use]
pub fn methods_of(package: &str) -> BTreeSet<String> {
    let described = described(package).into_iter();
    described.map(|method| method.path).collect()
}

impl Walk<'_> {
    /// Every method x role x retailer is answered as the table says. What is not, is named.
    pub async fn assert_as_declared(&self) {
        let channel = Endpoint::from_shared(self.url.to_owned()).expect("an address");
        let channel = channel.connect().await.expect("it is served");
        let described = described(self.package);
        let mut wrong = self.unknown_lines(&described);
        for method in &described {
            let line = self.methods.iter().find(|line| line.path == method.path);
            match line {
                None => wrong.push(format!("{}: no line in methods.rs", method.path)),
                Some(line) => self.walk(&channel, method, line.roles, &mut wrong).await,
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    fn unknown_lines(&self, described: &[Described]) -> Vec<String> {
        let is_known = |path: &str| described.iter().any(|method| method.path == path);
        let lines = self.methods.iter().filter(|line| !is_known(line.path));
        lines
            .map(|line| format!("{}: a line without a method", line.path))
            .collect()
    }

    async fn walk(
        &self,
        channel: &Channel,
        method: &Described,
        roles: Roles,
        wrong: &mut Vec<String>,
    ) {
        let path = &method.path;
        let is_retailers = Role::OF_RETAILERS
            .into_iter()
            .any(|role| roles.contains(role));
        if is_retailers && (!method.has_retailer || method.takes_a_stream) {
            wrong.push(format!(
                "{path}: not one request that begins with its retailer"
            ));
        }
        let mut expect = async |who: &str, token: Option<&str>, retailer: &str, reason: &str| {
            let said = reason_of(call(channel, token, path, retailer).await);
            if said != reason {
                wrong.push(format!("{path} by {who}: {said:?}, not {reason:?}"));
            }
        };
        expect("nobody", None, &self.retailer, "TOKEN_MISSING").await;
        expect(
            "a stranger",
            Some("comptoir_0"),
            &self.retailer,
            "TOKEN_INVALID",
        )
        .await;
        let mint = |service| secrets().keys().mint(service, SystemClock.now());
        let (service, pusher) = (mint("of-tests"), mint(PUSHER));
        let everybody = [
            (Role::Operator, OPERATOR),
            (Role::Service, service.expose_secret()),
            (Role::Pusher, pusher.expose_secret()),
        ];
        for (role, token) in everybody {
            let reason = if roles.contains(role) {
                ""
            } else {
                "ROLE_MISSING"
            };
            expect(role.as_str(), Some(token), &self.retailer, reason).await;
        }
        for (role, token) in &self.tokens {
            let token = Some(token.expose_secret());
            let (own, foreign) = if roles.contains(*role) {
                ("", "RETAILER_FOREIGN")
            } else {
                ("ROLE_MISSING", "ROLE_MISSING")
            };
            expect(role.as_str(), token, &self.retailer, own).await;
            expect(role.as_str(), token, &self.foreign, foreign).await;
            expect(role.as_str(), token, "", foreign).await;
        }
    }
}

/// Why a call was refused at the door; empty when it was not.
fn reason_of(answer: Result<(), Status>) -> String {
    let Err(status) = answer else {
        return String::new();
    };
    let is_refused = matches!(
        status.code(),
        Code::Unauthenticated | Code::PermissionDenied
    );
    let reason = status.get_details_error_info().map(|info| info.reason);
    if is_refused {
        reason.unwrap_or_else(|| "no reason".to_owned())
    } else {
        String::new()
    }
}

/// Calls a method that may answer with a stream.
async fn call(
    channel: &Channel,
    token: Option<&str>,
    path: &str,
    retailer: &str,
) -> Result<(), Status> {
    let path = PathAndQuery::try_from(format!("/{path}")).expect("a method's path");
    let request = Request::new(Scope {
        retailer_id: retailer.to_owned(),
    });
    let codec = ProstCodec::<Scope, ()>::default();
    let asked = if let Some(token) = token {
        let mut client = Grpc::new(bearer(token).on(channel.clone()));
        client.ready().await.expect("it is served");
        client.server_streaming(request, path, codec).await
    } else {
        let mut client = Grpc::new(channel.clone());
        client.ready().await.expect("it is served");
        client.server_streaming(request, path, codec).await
    };
    asked.map(drop)
}

fn described(package: &str) -> Vec<Described> {
    let all = FileDescriptorSet::decode(proto::DESCRIPTORS).expect("the build wrote it");
    let mut messages = BTreeMap::new();
    for file in &all.file {
        for message in &file.message_type {
            messages.insert(format!(".{}.{}", file.package(), message.name()), message);
        }
    }
    let mut described = Vec::new();
    for file in all.file.iter().filter(|file| file.package() == package) {
        for service in &file.service {
            for method in &service.method {
                let request = messages.get(method.input_type());
                described.push(Described {
                    path: format!("{package}.{}/{}", service.name(), method.name()),
                    has_retailer: request.is_some_and(|request| has_retailer(request)),
                    takes_a_stream: method.client_streaming(),
                });
            }
        }
    }
    assert!(!described.is_empty(), "{package} has no method");
    described
}

fn has_retailer(request: &DescriptorProto) -> bool {
    let mut fields = request.field.iter();
    fields.any(|field| field.name() == "retailer_id" && field.number() == 1)
}
