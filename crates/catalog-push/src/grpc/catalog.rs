//! Products.

use bytes::Bytes;
use proto::catalog as wire;
use proto::catalog::get_product_request::Key;
use proto::convert::{instant_into, money_into};
use proto::ledger::{Finding, FindingCount, FindingKind};
use retail::listing::ImageHash;
use retail::{ConnectionId, ItemId, Sku};
use sha2::{Digest as _, Sha256};
use tonic::{Request, Response, Status};

use super::convert::{channels_from, image_into, product_from, product_into};
use super::error::{bad_field, not_found};
use super::filter::filter_from;
use super::once::once;
use super::page::Page;
use super::{Answering, ask};
use crate::images::{self, Seen};
use crate::pictures;
use crate::registry::OnBehalf;
use crate::store::{
    Asked, LabelKind, LabelView, NewImage, PriceCheck, ProductBy, ProductKey, ProductSummary,
    SaveAsked,
};

#[tonic::async_trait]
impl wire::catalog_server::Catalog for Answering {
    async fn save_product(
        &self,
        request: Request<wire::SaveProductRequest>,
    ) -> Result<Response<wire::SaveProductResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let asked = Asked::new(retailer, act.clone(), "Catalog.SaveProduct", &request);
        let wire::SaveProductRequest {
            retailer_id: _,
            product,
            expected_revision,
            sell_in_store,
            sell_online,
            act: _,
        } = request;
        let product = product.ok_or_else(|| bad_field("product", "is missing"))?;
        let save = SaveAsked {
            product: product_from(product)?,
            expected_revision,
            in_store: sell_in_store,
            online: channels_from("sell_online", sell_online)?,
        };
        let answer = once(&self.acts, asked, async |once| {
            let looked = once.look_before_saving(&save).await?;
            let by = OnBehalf {
                retailer,
                act: &act,
            };
            self.registry.register(by, &save.product).await?;
            self.registry.delete(by, &looked.removed).await?;
            let saved = once.save_product(&save, looked).await?;
            Ok(wire::SaveProductResponse {
                product: Some(product_into(saved, &self.public_url)),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn get_product(
        &self,
        request: Request<wire::GetProductRequest>,
    ) -> Result<Response<wire::GetProductResponse>, Status> {
        let wire::GetProductRequest { retailer_id, key } = request.into_inner();
        let retailer = ask::retailer(&retailer_id)?;
        let key = key.ok_or_else(|| bad_field("key", "is missing"))?;
        let (by, name) = match key {
            Key::ProductId(id) => (ProductBy::Id(ask::product(&id)?), id),
            Key::ItemId(id) => {
                let item = ItemId::new(ask::required("item_id", &id)?);
                (ProductBy::Item(item), id)
            }
            Key::Sku(sku) => {
                let read = Sku::new(&sku).map_err(|error| bad_field("sku", error))?;
                (ProductBy::Sku(read), sku)
            }
        };
        let found = self.questions.product(retailer, &by).await?;
        let found = found.ok_or_else(|| not_found("product", &name))?;
        Ok(Response::new(wire::GetProductResponse {
            product: Some(product_into(found, &self.public_url)),
        }))
    }

    async fn list_products(
        &self,
        request: Request<wire::ListProductsRequest>,
    ) -> Result<Response<wire::ListProductsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<ProductKey> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let filter = filter_from(request.filter.unwrap_or_default())?;
        let total = self.questions.count_products(retailer, &filter).await?;
        let mut found = self
            .questions
            .list_products(retailer, &filter, page.after.as_ref(), page.rows())
            .await?;
        let next_page_token = page.cut(&mut found, ProductSummary::key);
        Ok(Response::new(wire::ListProductsResponse {
            products: found.into_iter().map(summary_into).collect(),
            next_page_token,
            total,
        }))
    }

    async fn delete_product(
        &self,
        request: Request<wire::DeleteProductRequest>,
    ) -> Result<Response<wire::DeleteProductResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let product = ask::product(&request.product_id)?;
        let asked = Asked::new(retailer, act.clone(), "Catalog.DeleteProduct", &request);
        let answer = once(&self.acts, asked, async |once| {
            let mut found = once.look_before_removing(product).await?;
            if !found.is_deleted {
                let by = OnBehalf {
                    retailer,
                    act: &act,
                };
                self.registry.delete(by, &found.items()).await?;
                found = once.mark_deleted(&found, true).await?;
            }
            Ok(wire::DeleteProductResponse {
                product: Some(product_into(found, &self.public_url)),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn restore_product(
        &self,
        request: Request<wire::RestoreProductRequest>,
    ) -> Result<Response<wire::RestoreProductResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let product = ask::product(&request.product_id)?;
        let asked = Asked::new(retailer, act.clone(), "Catalog.RestoreProduct", &request);
        let answer = once(&self.acts, asked, async |once| {
            let mut found = once.look_before_removing(product).await?;
            if found.is_deleted {
                let by = OnBehalf {
                    retailer,
                    act: &act,
                };
                self.registry.restore(by, &found.items()).await?;
                found = once.mark_deleted(&found, false).await?;
            }
            Ok(wire::RestoreProductResponse {
                product: Some(product_into(found, &self.public_url)),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn put_image(
        &self,
        request: Request<wire::PutImageRequest>,
    ) -> Result<Response<wire::PutImageResponse>, Status> {
        let request = request.into_inner();
        let retailer = ask::retailer(&request.retailer_id)?;
        let act = ask::act(request.act.clone())?;
        let Seen {
            kind,
            width,
            height,
        } = images::look(&request.content).map_err(|error| bad_field("content", error))?;
        let asked = Asked::new(retailer, act, "Catalog.PutImage", &request);
        let content = Bytes::from(request.content);
        let image = NewImage {
            hash: ImageHash(Sha256::digest(&content).into()),
            token: pictures::new_token()?,
            kind,
            width,
            height,
            content,
        };
        let answer = once(&self.acts, asked, async |once| {
            let kept = once.put_image(image).await?;
            Ok(wire::PutImageResponse {
                image: Some(image_into(&kept, &self.public_url)),
            })
        })
        .await?;
        Ok(Response::new(answer))
    }

    async fn list_labels(
        &self,
        request: Request<wire::ListLabelsRequest>,
    ) -> Result<Response<wire::ListLabelsResponse>, Status> {
        let mut request = request.into_inner();
        let size = std::mem::take(&mut request.page_size);
        let token = std::mem::take(&mut request.page_token);
        let page: Page<String> = Page::asked(&request, size, &token)?;
        let retailer = ask::retailer(&request.retailer_id)?;
        let kind = match wire::LabelKind::try_from(request.kind) {
            Ok(wire::LabelKind::Brand) => LabelKind::Brand,
            Ok(wire::LabelKind::Category) => LabelKind::Category,
            Ok(wire::LabelKind::Supplier) => LabelKind::Supplier,
            Ok(wire::LabelKind::Tag) => LabelKind::Tag,
            Ok(wire::LabelKind::Unspecified) => return Err(bad_field("kind", "is missing")),
            Err(error) => return Err(bad_field("kind", error)),
        };
        let after = page.after.as_deref();
        let found = self
            .questions
            .list_labels(retailer, kind, after, page.rows());
        let mut found = found.await?;
        let next_page_token = page.cut(&mut found, |label| label.name.clone());
        let label = |LabelView { name, products }| wire::Label { name, products };
        Ok(Response::new(wire::ListLabelsResponse {
            labels: found.into_iter().map(label).collect(),
            next_page_token,
        }))
    }

    async fn check_prices(
        &self,
        request: Request<wire::CheckPricesRequest>,
    ) -> Result<Response<wire::CheckPricesResponse>, Status> {
        let retailer = ask::retailer(&request.into_inner().retailer_id)?;
        let PriceCheck {
            variants,
            zero_prices,
            findings,
        } = self.questions.check_prices(retailer).await?;
        let kind = FindingKind::ZeroPrice.into();
        let finding = |(item, sku, name): (ItemId, Option<String>, String)| Finding {
            kind,
            item_id: item.to_string(),
            sku: sku.unwrap_or_default(),
            name,
            ..Finding::default()
        };
        Ok(Response::new(wire::CheckPricesResponse {
            variants,
            counts: vec![FindingCount {
                kind,
                count: zero_prices,
            }],
            findings: findings.into_iter().map(finding).collect(),
        }))
    }
}

fn summary_into(summary: ProductSummary) -> wire::ProductSummary {
    let ProductSummary {
        product,
        revision,
        name,
        brand,
        category,
        sku,
        price,
        variants,
        is_in_store,
        online,
        is_from_order,
        is_deleted,
        changed_at,
    } = summary;
    wire::ProductSummary {
        product_id: product.to_string(),
        revision,
        name,
        brand,
        category,
        sku: sku.unwrap_or_default(),
        retail_price: Some(money_into(price)),
        variant_count: variants,
        in_store: is_in_store,
        online_connection_ids: online.iter().map(ConnectionId::to_string).collect(),
        created_from_order: is_from_order,
        is_deleted,
        changed_at: Some(instant_into(changed_at)),
    }
}
