//! What callers ask and have done.

mod ask;
mod audit;
mod catalog;
mod channels;
mod convert;
mod drift;
mod error;
mod filter;
mod link_rows;
mod links;
mod methods;
mod once;
mod page;
mod push;
mod sheet_convert;
mod sheets;
mod take_over;

use std::sync::Arc;

use proto::catalog::audit_server::AuditServer;
use proto::catalog::catalog_server::CatalogServer;
use proto::catalog::channels_server::ChannelsServer;
use proto::catalog::drift_server::DriftServer;
use proto::catalog::links_server::LinksServer;
use proto::catalog::push_server::PushServer;
use proto::catalog::sheets_server::SheetsServer;
use service::health::Health;
use tonic::server::NamedService as _;
use tonic::service::Routes;
use tonic_health::pb::health_server::SERVICE_NAME as HEALTH_SERVICE_NAME;

use crate::registry::Registry;
use crate::store::Store;

pub use methods::METHODS;

/// Largest question, in bytes: a picture of the largest kind, or a product of as many variants as it may have.
const REQUEST_LIMIT_BYTES: usize = crate::images::LIMIT_BYTES + 64 * 1024;
/// The same where a file of all links of a large shop is one question.
const FILE_LIMIT_BYTES: usize = 32 << 20;

/// What answers are made of. Cheap to clone.
#[derive(Clone)]
pub struct Answering {
    /// For what callers have done.
    pub acts: Store,
    /// For what they ask.
    pub questions: Store,
    pub registry: Registry,
    /// Where shops reach this service, without a slash at its end.
    pub public_url: Arc<str>,
}

/// All services, with health and reflection.
pub fn routes(
    answering: &Answering,
    health: &Health,
) -> Result<Routes, tonic_reflection::server::Error> {
    let names = [
        CatalogServer::<Answering>::NAME,
        ChannelsServer::<Answering>::NAME,
        DriftServer::<Answering>::NAME,
        LinksServer::<Answering>::NAME,
        PushServer::<Answering>::NAME,
        SheetsServer::<Answering>::NAME,
        AuditServer::<Answering>::NAME,
    ];
    let reflection = || {
        let all = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(proto::DESCRIPTORS)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .with_service_name(HEALTH_SERVICE_NAME);
        // The descriptors tell of other services' as well, which do not answer here.
        names
            .iter()
            .fold(all, |named, name| named.with_service_name(*name))
    };
    let catalog = CatalogServer::new(answering.clone());
    let links = LinksServer::new(answering.clone());
    let sheets = SheetsServer::new(answering.clone());
    Ok(
        Routes::new(catalog.max_decoding_message_size(REQUEST_LIMIT_BYTES))
            .add_service(links.max_decoding_message_size(FILE_LIMIT_BYTES))
            .add_service(sheets.max_decoding_message_size(REQUEST_LIMIT_BYTES))
            .add_service(ChannelsServer::new(answering.clone()))
            .add_service(DriftServer::new(answering.clone()))
            .add_service(PushServer::new(answering.clone()))
            .add_service(AuditServer::new(answering.clone()))
            .add_service(health.grpc(&names))
            .add_service(reflection().build_v1()?)
            .add_service(reflection().build_v1alpha()?),
    )
}
