//! The outlet that all simulated shops sell from: its catalogue, its stockroom, its till, and what the ledger says that
//! shops may sell. Services may be killed meanwhile: every act is asked for again under its own id.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use proto::catalog::catalog_client::CatalogClient;
use proto::catalog::{OnlineChannel, Product, SaveProductRequest, Variant};
use proto::convert::{quantity_from, quantity_into};
use proto::google::r#type::Money;
use proto::ledger::shop_stock_client::ShopStockClient;
use proto::ledger::stock_client::StockClient;
use proto::ledger::stock_work_client::StockWorkClient;
use proto::ledger::tills_client::TillsClient;
use proto::ledger::{
    Act, ListLevelsRequest, ListPushableRequest, Pushable, PushableItem, ReceiveGoodsRequest,
    RecordSaleRequest, SetSafetyStockRequest, SoldTillLine, StockLine, sold_till_line, stock_line,
};
use retail::Quantity;
use service::access::Authorized;
use service::clock::{Ids, SystemClock, SystemIds};
use test_kit::world;
use tokio::time::sleep;
use tonic::Code;
use uuid::Uuid;

use super::{ShopSystem, SimulatedShop, patiently};

/// Lines of one act; the ledger takes no more.
const LINES_LIMIT: usize = 500;
/// The most levels that the ledger gives in one page.
const PAGE_SIZE: i32 = 500;
/// The catalogue hears of a connection a moment after the system is ready.
const KNOWN_WITHIN: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// In the currency of the simulated shops.
const PRICE_EUROS: i64 = 10;
const CURRENCY: &str = "EUR";

/// Something that every shop and the till sell.
#[derive(Clone, Debug)]
pub struct Good {
    pub product: Uuid,
    pub item: Uuid,
    pub sku: String,
    pub name: String,
    /// Units that no shop is to sell, as the outlet says of the item.
    pub safety: i64,
    /// Units that are kept back from each shop, as its channel says.
    pub buffer: i64,
}

/// The way to all of it. Cheap to clone.
#[derive(Clone)]
pub struct Outlet {
    catalogue: Authorized,
    ledger: Authorized,
    ids: Arc<dyn Ids>,
}

impl Good {
    /// The good of this number, of which nothing is kept back.
    pub fn number(number: u32) -> Self {
        let id = |kind: u128| {
            Uuid::from_u128(world::CONNECTION.as_u128() + (kind << 40) + u128::from(number))
        };
        Self {
            product: id(1),
            item: id(2),
            sku: format!("GOOD-{number:05}"),
            name: format!("Good {number:05}"),
            safety: 0,
            buffer: 0,
        }
    }
}

impl Outlet {
    pub fn of(system: &ShopSystem) -> anyhow::Result<Self> {
        Ok(Self {
            catalogue: system.catalogue_channel()?,
            ledger: system.ledger_channel()?,
            ids: Arc::new(SystemIds::new(Arc::new(SystemClock))),
        })
    }

    /// Never asked for before.
    fn act(&self, note: &str) -> Act {
        Act {
            request_id: self.ids.next().to_string(),
            actor: "bench".to_owned(),
            note: note.to_owned(),
        }
    }

    /// Makes the product, for sale in all of the shops.
    pub async fn save(&self, good: &Good, shops: &[SimulatedShop]) -> anyhow::Result<()> {
        let online = |shop: &SimulatedShop| {
            let buffer = (good.buffer > 0).then(|| units(good.buffer)).transpose()?;
            anyhow::Ok(OnlineChannel {
                connection_id: shop.connection.to_string(),
                is_online: Some(true),
                buffer,
            })
        };
        let request = SaveProductRequest {
            retailer_id: world::RETAILER.to_string(),
            product: Some(product(good)),
            expected_revision: 0,
            sell_in_store: None,
            sell_online: shops.iter().map(online).collect::<anyhow::Result<_>>()?,
            act: Some(self.act("opens the catalogue")),
        };
        let began = Instant::now();
        let client = CatalogClient::new(self.catalogue.clone());
        loop {
            let saved = client.clone().save_product(request.clone()).await;
            match saved {
                Ok(_) => break,
                Err(status)
                    if status.code() == Code::NotFound && began.elapsed() < KNOWN_WITHIN =>
                {
                    sleep(LOOK_EVERY).await;
                }
                Err(status) => return Err(status).context("a product is not saved"),
            }
        }
        if good.safety > 0 {
            self.keep_back(good).await?;
        }
        Ok(())
    }

    async fn keep_back(&self, good: &Good) -> anyhow::Result<()> {
        let request = SetSafetyStockRequest {
            retailer_id: world::RETAILER.to_string(),
            outlet_id: world::OUTLET.to_string(),
            lines: vec![line(good, good.safety)?],
            act: Some(self.act("keeps some for the counter")),
        };
        let work = StockWorkClient::new(self.ledger.clone());
        patiently(async || work.clone().set_safety_stock(request.clone()).await).await?;
        Ok(())
    }

    /// A supplier delivers so many of each.
    pub async fn receive(&self, goods: &[(&Good, i64)]) -> anyhow::Result<()> {
        let work = StockWorkClient::new(self.ledger.clone());
        for some in goods.chunks(LINES_LIMIT) {
            let lines = some.iter().map(|(good, units)| line(good, *units));
            let request = ReceiveGoodsRequest {
                retailer_id: world::RETAILER.to_string(),
                outlet_id: world::OUTLET.to_string(),
                lines: lines.collect::<anyhow::Result<_>>()?,
                reference: String::new(),
                act: Some(self.act("takes in what was delivered")),
            };
            patiently(async || work.clone().receive_goods(request.clone()).await).await?;
        }
        Ok(())
    }

    /// The till sells so many, for nothing: its register is closed.
    pub async fn sell(&self, good: &Good, sold: i64) -> anyhow::Result<()> {
        let request = RecordSaleRequest {
            retailer_id: world::RETAILER.to_string(),
            register_id: world::REGISTER.to_string(),
            lines: vec![SoldTillLine {
                item: Some(sold_till_line::Item::ItemId(good.item.to_string())),
                quantity: Some(units(sold)?),
                unit_price: Some(euros(0)),
                discount: None,
                tax: None,
            }],
            prices_include_tax: true,
            act: Some(self.act("sells at the counter")),
            ..RecordSaleRequest::default()
        };
        let tills = TillsClient::new(self.ledger.clone());
        patiently(async || tills.clone().record_sale(request.clone()).await).await?;
        Ok(())
    }

    /// What is on hand in the outlet, in whole units, by SKU.
    pub async fn on_hand(&self) -> anyhow::Result<BTreeMap<String, i64>> {
        let stock = StockClient::new(self.ledger.clone());
        let mut all = BTreeMap::new();
        let mut page_token = String::new();
        loop {
            let request = ListLevelsRequest {
                retailer_id: world::RETAILER.to_string(),
                page_size: PAGE_SIZE,
                page_token,
                ..ListLevelsRequest::default()
            };
            let page = patiently(async || stock.clone().list_levels(request.clone()).await).await?;
            for level in page.levels {
                let on_hand = quantity_from("on_hand", level.on_hand)?;
                all.insert(level.sku, whole(on_hand));
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(all);
            }
        }
    }

    /// What the shop of a connection is to show of each good by what the ledger says now, by SKU; and since when orders
    /// wait that this does not count.
    pub async fn wanted(
        &self,
        connection: Uuid,
        goods: &[Good],
    ) -> anyhow::Result<(BTreeMap<String, i64>, Option<Timestamp>)> {
        ensure!(
            goods.len() <= LINES_LIMIT,
            "too many goods for one question"
        );
        let items = goods.iter().map(|good| PushableItem {
            item_id: good.item.to_string(),
            since: String::new(),
        });
        let request = ListPushableRequest {
            retailer_id: world::RETAILER.to_string(),
            connection_id: connection.to_string(),
            items: items.collect(),
        };
        let stock = ShopStockClient::new(self.ledger.clone());
        let said = patiently(async || stock.clone().list_pushable(request.clone()).await).await?;
        let waiting = said.waiting_since;
        let waiting =
            waiting.map(|since| proto::convert::instant_from("waiting_since", Some(since)));
        let wanted = goods.iter().zip(said.items).map(|(good, said)| {
            let Pushable {
                available, open, ..
            } = said;
            let available = quantity_from("available", available)?.milli();
            let open = quantity_from("open", open)?.milli();
            let left = (available - open).div_euclid(1_000) - good.buffer;
            anyhow::Ok((good.sku.clone(), left.max(0)))
        });
        Ok((wanted.collect::<anyhow::Result<_>>()?, waiting.transpose()?))
    }
}

fn product(good: &Good) -> Product {
    Product {
        product_id: good.product.to_string(),
        name: good.name.clone(),
        tax_rate_millipercent: 21_000,
        variants: vec![Variant {
            item_id: good.item.to_string(),
            sku: good.sku.clone(),
            retail_price: Some(euros(PRICE_EUROS)),
            price_includes_tax: true,
            ..Variant::default()
        }],
        ..Product::default()
    }
}

fn line(good: &Good, quantity: i64) -> anyhow::Result<StockLine> {
    Ok(StockLine {
        item: Some(stock_line::Item::ItemId(good.item.to_string())),
        quantity: Some(units(quantity)?),
    })
}

fn units(units: i64) -> anyhow::Result<proto::google::r#type::Decimal> {
    Ok(quantity_into(Quantity::units(units)?))
}

fn whole(quantity: Quantity) -> i64 {
    quantity.milli().div_euclid(1_000)
}

fn euros(units: i64) -> Money {
    Money {
        currency_code: CURRENCY.to_owned(),
        units,
        nanos: 0,
    }
}
