//! The platform of these tests: shops that are kept in memory and do what they are told.
//!
//! An order is `id;instant of change;word for its status`, in deliveries as in answers.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use retail::posting::OrderUpdates;
use retail::{
    ConnectionId, ContentHash, Currency, Money, Order, OrderKey, PlatformCode, ReceiptNumber,
    SaleState, ShopOrderId, Version,
};
use secrecy::ExposeSecret as _;
use shop::{
    Allowance, ApiAccess, App, Connection, FetchError, Granted, HookAddress, HookReport,
    ImportRules, Install, InstallRefusal, Journey, Listed, Listing, Notice, Page, PageToken,
    PlainHttp, Platform, Proof, Reading, Reason, Refusal, Refused, Returned, ShippingItem,
    ShopName, ShopUrl, Source, StoreIdentity, Tokens, Topic,
};

/// A delivery under this topic holds the order.
pub const WHOLE: &str = "order.changed";
/// A delivery under this one only its id.
pub const HINT: &str = "order.hinted";
pub const SIGNATURE: &str = "x-stall-signature";
pub const TOPIC: &str = "x-stall-topic";
/// Words for a status that is no sale, and for one that nobody knows.
pub const DRAFT: &str = "draft";
pub const STRANGE: &str = "strange";
/// Of an order without a shipping method.
pub const UNSHIPPED: &str = "unshipped";
/// Of an order that is listed and cannot be fetched.
pub const GHOST: &str = "ghost";
/// How late a change may be listed.
pub const LISTS_WITHIN: Duration = Duration::from_secs(5);
/// Orders placed longer ago are not imported.
pub const AGE_LIMIT: SignedDuration = SignedDuration::from_hours(60 * 24);
/// What no reader survives.
pub const POISON: &str = "poison";

/// All shops of the platform.
#[derive(Debug, Default)]
pub struct Stall {
    shops: Mutex<HashMap<ConnectionId, Shop>>,
}

/// One shop: what it holds, how it behaves, and what it was asked.
#[derive(Clone, Debug)]
pub struct Shop {
    pub orders: Vec<ShopOrder>,
    /// Its own clock; `None`: it does not tell.
    pub clock: Option<Timestamp>,
    /// Whether its listing holds the orders themselves.
    pub lists_bodies: bool,
    pub orders_per_page: usize,
    pub mood: Mood,
    /// From this page on it does not answer.
    pub fails_from_page: Option<usize>,
    /// Once it does not know where a page begins.
    pub has_forgotten_pages: bool,
    /// It does not answer when it is asked for this one.
    pub away_for: Option<ShopOrderId>,
    pub listed: Vec<(Timestamp, Option<String>)>,
    pub fetched: Vec<ShopOrderId>,
    pub hooked: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopOrder {
    pub id: ShopOrderId,
    pub modified_at: Timestamp,
    pub word: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Well,
    Hangs,
    Away,
    Busy(Duration),
    Panics,
}

impl Default for Shop {
    fn default() -> Self {
        Self {
            orders: Vec::new(),
            clock: None,
            lists_bodies: true,
            orders_per_page: 50,
            mood: Mood::Well,
            fails_from_page: None,
            has_forgotten_pages: false,
            away_for: None,
            listed: Vec::new(),
            fetched: Vec::new(),
            hooked: Vec::new(),
        }
    }
}

impl ShopOrder {
    pub fn new(id: &str, modified_at: Timestamp, word: &str) -> Self {
        Self {
            id: ShopOrderId::new(id).unwrap(),
            modified_at,
            word: word.to_owned(),
        }
    }

    pub fn body(&self) -> String {
        format!("{};{};{}", self.id, self.modified_at, self.word)
    }
}

impl Stall {
    pub fn with<T>(&self, id: ConnectionId, change: impl FnOnce(&mut Shop) -> T) -> T {
        let mut shops = self.shops.lock().unwrap_or_else(PoisonError::into_inner);
        change(shops.entry(id).or_default())
    }

    async fn in_its_mood(&self, id: ConnectionId) -> Result<(), FetchError> {
        let later = |after| {
            let why = "for the test".to_owned();
            Err(FetchError::TryLater { why, after })
        };
        match self.with(id, |shop| shop.mood) {
            Mood::Well => Ok(()),
            Mood::Hangs => std::future::pending().await,
            Mood::Away => later(None),
            Mood::Busy(after) => later(Some(after)),
            Mood::Panics => panic!("for the test"),
        }
    }
}

/// A stall is named `stall-9`. Nobody comes back from one.
#[async_trait]
impl Install for Stall {
    fn shop(&self, typed: &str) -> Result<ShopName, InstallRefusal> {
        let is_a_stall = typed.starts_with("stall-");
        is_a_stall
            .then(|| ShopName::new(typed))
            .ok_or(InstallRefusal::NotAShop)
    }

    fn authorize(&self, _: &App, journey: &Journey) -> Result<String, InstallRefusal> {
        Ok(format!("https://{}.example/agree", journey.shop))
    }

    async fn own(&self, _: &App, shop: &ShopName, _: Timestamp) -> Result<Granted, InstallRefusal> {
        let url = ShopUrl::new(&format!("https://{shop}.example")).unwrap();
        let api = ApiAccess::new(url, "ck".into(), "cs".into(), PlainHttp::Refused);
        Ok(Granted {
            api: api.unwrap(),
            secrets: None,
            tokens: Tokens::endless("cs".into(), Vec::new()),
        })
    }

    fn returned(
        &self,
        _: &App,
        _: &[(String, String)],
        _: Timestamp,
    ) -> Result<Returned, InstallRefusal> {
        Err(InstallRefusal::NotAuthentic)
    }

    async fn redeem(
        &self,
        _: &App,
        _: &Journey,
        _: Proof,
        _: Timestamp,
    ) -> Result<Granted, InstallRefusal> {
        Err(InstallRefusal::NoApp)
    }

    fn missing_rights(&self, _: &[String]) -> Vec<&'static str> {
        Vec::new()
    }
}

#[async_trait]
impl Platform for Stall {
    fn code(&self) -> PlatformCode {
        PlatformCode::new("stall").unwrap()
    }

    fn verify(
        &self,
        connection: &Connection,
        headers: &HeaderMap,
        _: &[u8],
    ) -> Result<Notice, Refused> {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let signature = header(SIGNATURE).unwrap_or_default();
        let is_signed = connection
            .secrets
            .iter()
            .any(|secret| secret.expose_secret() == signature);
        if !is_signed {
            return Err(Refused::NotAuthentic);
        }
        let topic = header(TOPIC).and_then(Topic::new).unwrap();
        Ok(Notice::Delivery { topic, order: None })
    }

    /// Every connection has an address of its own.
    fn addressee(&self, _headers: &HeaderMap, _body: &[u8]) -> Option<ShopName> {
        None
    }

    fn leads_to(&self, _connection: &Connection, _shop: &ShopName) -> bool {
        false
    }

    fn read(&self, connection: &Connection, source: Source<'_>, body: &[u8]) -> Reading {
        let text = std::str::from_utf8(body).unwrap();
        assert_ne!(text, POISON);
        let mut parts = text.split(';');
        let id = ShopOrderId::new(parts.next().unwrap()).unwrap();
        if source == (Source::Delivery { topic: HINT }) {
            return Reading::Hint(id);
        }
        let modified_at: Timestamp = parts.next().unwrap().parse().unwrap();
        let mut order = Order {
            key: OrderKey {
                connection: connection.id,
                order: id.clone(),
            },
            version: Version {
                modified_at,
                content: ContentHash::new([0; 32]),
            },
            receipt_number: ReceiptNumber::new(id.as_str()).unwrap(),
            placed_at: Timestamp::UNIX_EPOCH,
            state: SaleState::Closed,
            shop_status: parts.next().unwrap().to_owned(),
            lines: Vec::new(),
            total: Money::zero(Currency::CAD),
            payments: Vec::new(),
            customer: None,
        };
        match order.shop_status.as_str() {
            DRAFT | STRANGE => order.state = SaleState::NotImported,
            UNSHIPPED => {
                return Reading::Refused(Refusal {
                    outline: Some(Box::new(order.outline())),
                    order: Some(id),
                    reason: Reason::NoShippingMethod,
                    detail: "Nothing of it is shipped.".to_owned(),
                });
            }
            _ => {}
        }
        order.version.content = shop::content_hash(&order);
        let status_known = order.shop_status != STRANGE;
        Reading::Order {
            order: Box::new(order),
            status_known,
        }
    }

    /// Enough for the tests' polls, which come several times a second, and for an import beside them.
    fn allowance(&self, _: &Connection) -> Allowance {
        Allowance {
            per_second: 100,
            at_once: 100,
            ..Allowance::default()
        }
    }

    fn import_rules(&self) -> ImportRules {
        ImportRules {
            age_limit: Some(AGE_LIMIT),
            needs_entitlement: true,
        }
    }

    async fn fetch(
        &self,
        connection: &Connection,
        order: &ShopOrderId,
    ) -> Result<Bytes, FetchError> {
        self.with(connection.id, |shop| shop.fetched.push(order.clone()));
        self.in_its_mood(connection.id).await?;
        self.with(connection.id, |shop| {
            if shop.away_for.as_ref() == Some(order) {
                return Err(away());
            }
            let found = shop.orders.iter().find(|known| known.id == *order);
            found
                .filter(|order| order.word != GHOST)
                .map(|order| order.body().into())
                .ok_or(FetchError::Gone)
        })
    }

    async fn list(
        &self,
        connection: &Connection,
        listing: Listing,
        after: Option<&PageToken>,
    ) -> Result<Page, FetchError> {
        let since = match listing {
            Listing::Changed { since } => since,
            Listing::Placed { since } => since.unwrap_or(Timestamp::MIN),
        };
        let after = after.map(|token| token.as_str().to_owned());
        let page: usize = after.as_ref().map_or(0, |page| page.parse().unwrap());
        self.with(connection.id, |shop| shop.listed.push((since, after)));
        self.in_its_mood(connection.id).await?;
        self.with(connection.id, |shop| {
            if shop.fails_from_page.is_some_and(|from| page >= from) {
                return Err(away());
            }
            if page > 0 && std::mem::take(&mut shop.has_forgotten_pages) {
                return Err(FetchError::Unreadable {
                    why: "for the test".to_owned(),
                });
            }
            let changed: Vec<&ShopOrder> = shop
                .orders
                .iter()
                .filter(|order| order.modified_at >= since)
                .collect();
            let from = page * shop.orders_per_page;
            let to = (from + shop.orders_per_page).min(changed.len());
            let orders = changed[from.min(to)..to].iter().map(|order| Listed {
                order: order.id.clone(),
                placed_at: order.modified_at,
                modified_at: order.modified_at,
                body: shop.lists_bodies.then(|| order.body().into()),
            });
            Ok(Page {
                orders: orders.collect(),
                answered_at: shop.clock,
                next: (to < changed.len())
                    .then(|| PageToken::new(&(page + 1).to_string()).unwrap()),
            })
        })
    }

    fn lists_within(&self) -> Duration {
        LISTS_WITHIN
    }

    fn order_updates(&self) -> OrderUpdates {
        OrderUpdates::Apply
    }

    fn shipping_item(&self) -> ShippingItem {
        ShippingItem::AtLink
    }

    /// A shop is its address; whoever asks it with another secret than `cs` is not let in.
    async fn store(&self, connection: &Connection) -> Result<StoreIdentity, FetchError> {
        let api = connection.api.as_ref().ok_or(FetchError::NoAccess)?;
        if api.secret.expose_secret() != "cs" {
            return Err(FetchError::Refused { status: 401 });
        }
        Ok(StoreIdentity {
            id: api.url.to_string(),
            name: "A stall".to_owned(),
            currency: Some("CAD".to_owned()),
            time_zone: None,
        })
    }

    async fn remove_hooks(
        &self,
        connection: &Connection,
        _: &HookAddress,
    ) -> Result<usize, FetchError> {
        Ok(self.with(connection.id, |shop| std::mem::take(&mut shop.hooked).len()))
    }

    async fn ensure_hooks(
        &self,
        connection: &Connection,
        address: &HookAddress,
    ) -> Result<HookReport, FetchError> {
        let before = self.with(connection.id, |shop| {
            shop.hooked.push(address.0.to_string());
            shop.hooked.len() - 1
        });
        self.in_its_mood(connection.id).await?;
        Ok(match before {
            0 => HookReport {
                created: 2,
                ..HookReport::default()
            },
            _ => HookReport {
                sound: 2,
                ..HookReport::default()
            },
        })
    }
}

fn away() -> FetchError {
    FetchError::TryLater {
        why: "for the test".to_owned(),
        after: None,
    }
}
