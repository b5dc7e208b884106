//! The catalogue, asked over gRPC.

use proto::catalog as wire;
use proto::catalog::catalog_client::CatalogClient;
use proto::catalog::channels_client::ChannelsClient;
use proto::catalog::get_product_request::Key;
use proto::convert::WireError;
use proto::ledger::Act;
use retail::{ProductId, RetailerId};
use service::access::{Authorized, Bearer};
use tonic::transport::Endpoint;

use super::{ANSWER_TIMEOUT, ApiError, CONNECT_TIMEOUT, MAX_ANSWER_BYTES, Page};
use crate::arguments::ProductName;
use crate::view::{BulkDone, ListedProduct, Product, ShopSettings};

/// The catalogue's API, on behalf of one retailer.
#[derive(Clone, Debug)]
pub(crate) struct Catalog {
    channel: Authorized,
    target: String,
    retailer: RetailerId,
}

/// What is done with many products.
#[derive(Clone, Debug)]
pub(crate) struct BulkAsked {
    pub(crate) selection: wire::BulkSelection,
    pub(crate) action: wire::BulkAction,
    pub(crate) channels: wire::BulkChannels,
}

impl Catalog {
    /// Connects when it is first asked.
    pub(crate) fn at(target: &str, bearer: Bearer, retailer: RetailerId) -> Result<Self, ApiError> {
        let endpoint = Endpoint::from_shared(target.to_owned())
            .map_err(|error| ApiError::unreachable(target, error))?
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(ANSWER_TIMEOUT);
        Ok(Self {
            channel: bearer.on(endpoint.connect_lazy()),
            target: target.to_owned(),
            retailer,
        })
    }

    pub(crate) async fn products(
        &self,
        filter: wire::ProductFilter,
        page_size: i32,
        page_token: String,
    ) -> Result<(Page<ListedProduct>, i64), ApiError> {
        let request = wire::ListProductsRequest {
            retailer_id: self.retailer_id(),
            page_size,
            page_token,
            filter: Some(filter),
        };
        let wire::ListProductsResponse {
            products,
            next_page_token,
            total,
        } = self.heard(self.catalog().list_products(request).await)?;
        Ok((Page::read(products, next_page_token)?, total))
    }

    pub(crate) async fn product(&self, name: &ProductName) -> Result<wire::Product, ApiError> {
        let key = match name {
            ProductName::Id(id) => Key::ProductId(id.to_string()),
            ProductName::Sku(sku) => Key::Sku(sku.to_string()),
        };
        let request = wire::GetProductRequest {
            retailer_id: self.retailer_id(),
            key: Some(key),
        };
        let answer = self.catalog().get_product(request).await;
        needed(self.heard(answer)?.product)
    }

    /// `None`: there is none.
    pub(crate) async fn find_product(
        &self,
        name: &ProductName,
    ) -> Result<Option<wire::Product>, ApiError> {
        match self.product(name).await {
            Ok(product) => Ok(Some(product)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(crate) async fn save_product(
        &self,
        product: wire::Product,
        act: Act,
    ) -> Result<Product, ApiError> {
        let request = wire::SaveProductRequest {
            retailer_id: self.retailer_id(),
            expected_revision: product.revision,
            product: Some(product),
            sell_in_store: None,
            sell_online: Vec::new(),
            act: Some(act),
        };
        let answer = self.catalog().save_product(request).await;
        shown(self.heard(answer)?.product)
    }

    pub(crate) async fn delete_product(
        &self,
        product_id: String,
        act: Act,
    ) -> Result<Product, ApiError> {
        let request = wire::DeleteProductRequest {
            retailer_id: self.retailer_id(),
            product_id,
            act: Some(act),
        };
        let answer = self.catalog().delete_product(request).await;
        shown(self.heard(answer)?.product)
    }

    pub(crate) async fn restore_product(
        &self,
        product: ProductId,
        act: Act,
    ) -> Result<Product, ApiError> {
        let request = wire::RestoreProductRequest {
            retailer_id: self.retailer_id(),
            product_id: product.to_string(),
            act: Some(act),
        };
        let answer = self.catalog().restore_product(request).await;
        shown(self.heard(answer)?.product)
    }

    pub(crate) async fn set_channels(
        &self,
        product_id: String,
        in_store: Option<bool>,
        online: Vec<wire::OnlineChannel>,
        act: Act,
    ) -> Result<Product, ApiError> {
        let request = wire::SetChannelsRequest {
            retailer_id: self.retailer_id(),
            product_id,
            in_store,
            online,
            act: Some(act),
        };
        let answer = self.channels().set_channels(request).await;
        shown(self.heard(answer)?.product)
    }

    pub(crate) async fn preview_bulk(&self, asked: &BulkAsked) -> Result<BulkDone, ApiError> {
        let BulkAsked {
            selection,
            action,
            channels,
        } = asked.clone();
        let request = wire::PreviewBulkRequest {
            retailer_id: self.retailer_id(),
            selection: Some(selection),
            action: action.into(),
            channels: Some(channels),
        };
        let answer = self.channels().preview_bulk(request).await;
        Ok(self.heard(answer)?.into())
    }

    /// Nothing is done if more than `expected` products are meant by now; `None`: whatever there is.
    pub(crate) async fn apply_bulk(
        &self,
        asked: BulkAsked,
        expected: Option<i64>,
        act: Act,
    ) -> Result<BulkDone, ApiError> {
        let BulkAsked {
            selection,
            action,
            channels,
        } = asked;
        let request = wire::ApplyBulkRequest {
            retailer_id: self.retailer_id(),
            selection: Some(selection),
            action: action.into(),
            channels: Some(channels),
            expected_products: expected.unwrap_or_default(),
            act: Some(act),
        };
        let answer = self.channels().apply_bulk(request).await;
        Ok(self.heard(answer)?.into())
    }

    pub(crate) async fn settings(&self) -> Result<Vec<ShopSettings>, ApiError> {
        let request = wire::ListConnectionSettingsRequest {
            retailer_id: self.retailer_id(),
        };
        let answer = self.channels().list_connection_settings(request).await;
        let found = self.heard(answer)?.connections.into_iter();
        Ok(found.map(ShopSettings::from).collect())
    }

    pub(crate) async fn set_settings(
        &self,
        connection_id: String,
        profile: wire::LinkProfile,
        rules: Vec<wire::FieldRule>,
        act: Act,
    ) -> Result<ShopSettings, ApiError> {
        let request = wire::SetConnectionSettingsRequest {
            retailer_id: self.retailer_id(),
            connection_id,
            profile: profile.into(),
            rules,
            act: Some(act),
        };
        let answer = self.channels().set_connection_settings(request).await;
        let settings = self.heard(answer)?.settings;
        Ok(settings.ok_or(WireError::Missing("settings"))?.into())
    }

    pub(crate) const fn retailer(&self) -> RetailerId {
        self.retailer
    }

    pub(super) fn channel(&self) -> Authorized {
        self.channel.clone()
    }

    pub(super) fn retailer_id(&self) -> String {
        self.retailer.to_string()
    }

    pub(super) fn heard<T>(
        &self,
        answer: Result<tonic::Response<T>, tonic::Status>,
    ) -> Result<T, ApiError> {
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| ApiError::from_status(&self.target, &status))
    }

    fn catalog(&self) -> CatalogClient<Authorized> {
        CatalogClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }

    fn channels(&self) -> ChannelsClient<Authorized> {
        ChannelsClient::new(self.channel()).max_decoding_message_size(MAX_ANSWER_BYTES)
    }
}

fn needed(product: Option<wire::Product>) -> Result<wire::Product, ApiError> {
    Ok(product.ok_or(WireError::Missing("product"))?)
}

fn shown(product: Option<wire::Product>) -> Result<Product, ApiError> {
    Ok(Product::try_from(needed(product)?)?)
}
