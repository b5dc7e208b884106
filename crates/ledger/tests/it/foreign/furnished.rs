//! A retailer with something of everything.

use std::sync::atomic::{AtomicU64, Ordering};

use ledger::store::Store;
use proto::convert::{money_into, quantity_into};
use proto::ledger as wire;
use proto::ledger::access_client::AccessClient;
use retail::{ConnectionId, ImportId, Quantity, RetailerId};
use uuid::Uuid;

use crate::client::Client;
use crate::held;
use crate::order::{Builder, an_order, cad};
use crate::stockroom::lines;
use crate::support::{
    ASKING_CONNECTION, CONNECTION, FOREIGN_CONNECTION, Ledger, OTHER_OUTLET, OTHER_RETAILER,
    OUTLET, REGISTER, RETAILER, id,
};

/// Where a retailer's things are, and a word that is in the names of all of them.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub retailer: RetailerId,
    pub outlet: Uuid,
    pub storeroom: Uuid,
    pub register: Uuid,
    pub connection: ConnectionId,
    /// Where updates wait for people.
    pub asking: ConnectionId,
    pub word: &'static str,
}

pub const OURS: Place = Place {
    retailer: OTHER_RETAILER,
    outlet: id(13),
    storeroom: id(14),
    register: id(23),
    connection: FOREIGN_CONNECTION,
    asking: ConnectionId::new(id(35)),
    word: "ours",
};

pub const THEIRS: Place = Place {
    retailer: RETAILER,
    outlet: OUTLET,
    storeroom: OTHER_OUTLET,
    register: REGISTER,
    connection: CONNECTION,
    asking: ASKING_CONNECTION,
    word: "theirs",
};

/// What the seed leaves out of [`OURS`].
pub fn complete(ledger: &Ledger) {
    let (retailer, register) = (OURS.retailer, OURS.register);
    ledger.sql(&format!(
        "insert into ledger.outlet values ('{}', '{retailer}', 'Farther', 'UTC');
        insert into ledger.connection (connection_id, retailer_id, platform, register_id, order_updates)
            values ('{}', '{retailer}', 'woocommerce', '{register}', 'ask')",
        OURS.storeroom, OURS.asking,
    ));
}

/// The ids of a retailer's things, as requests name them.
#[derive(Clone, Debug)]
pub struct Things {
    pub place: Place,
    pub retailer: String,
    pub outlet: String,
    pub storeroom: String,
    pub register: String,
    pub connection: String,
    pub asking: String,
    pub sku: String,
    pub item: String,
    pub kit_sku: String,
    pub kit: String,
    /// Unpaid, with nothing handed over but what was picked.
    pub sale: String,
    pub receipt: String,
    pub till_sale: String,
    pub customer: String,
    pub other_customer: String,
    pub import: String,
    pub session: String,
    pub entry: String,
    pub transfer: String,
    pub stock_take: String,
    pub token: String,
    pub held_hash: Vec<u8>,
}

/// Order ids, the same in every shop.
pub const SOLD: &str = "1";
pub const PARKED: &str = "3";
pub const HELD: &str = "4";

/// Under an id that nothing else of this process has.
pub fn act() -> wire::Act {
    static LAST: AtomicU64 = AtomicU64::new(0);
    held::act(7_000_000 + u128::from(LAST.fetch_add(1, Ordering::Relaxed)))
}

/// Makes all of it, as the retailer whose it is.
pub async fn furnish(ledger: &Ledger, client: &mut Client, place: Place) -> Things {
    let mut things = Things::at(place);
    sold(&ledger.store, &things).await;
    let import = wire::BeginImportRequest {
        retailer_id: things.retailer.clone(),
        connection_id: things.connection.clone(),
        import_id: things.import.clone(),
    };
    client.imports.begin_import(import).await.unwrap();
    orders(&ledger.store, &things).await;
    let retried = wire::RetryParkedRequest {
        retailer_id: things.retailer.clone(),
        connection_id: things.connection.clone(),
        order_id: PARKED.to_owned(),
        act: Some(act()),
    };
    client.waiting.retry_parked(retried).await.unwrap();
    let found = |what: &str| ledger.sql(&what.replace("OF", &things.retailer));
    things.sale =
        found("select sale_id from ledger.sale where retailer_id = 'OF' and shop_order_id = '1'");
    things.customer = found(
        "select customer_id from ledger.sale where retailer_id = 'OF' and shop_order_id = '1'",
    );
    things.other_customer = found(
        "select customer_id from ledger.sale where retailer_id = 'OF' and shop_order_id = '2'",
    );
    let item = "select item_id from ledger.item where retailer_id = 'OF' and sku = 'SKU'";
    things.item = found(&item.replace("SKU", &things.sku));
    things.kit = found(&item.replace("SKU", &things.kit_sku));
    stock(client, &mut things).await;
    till(client, &mut things).await;
    let held = wire::ListHeldRequest {
        retailer_id: things.retailer.clone(),
        ..Default::default()
    };
    let held = client.waiting.list_held(held).await.unwrap();
    things.held_hash = held.into_inner().held_orders.remove(0).content_hash;
    let token = wire::CreateTokenRequest {
        retailer_id: things.retailer.clone(),
        name: place.word.to_owned(),
        roles: vec![wire::Role::Viewer.into()],
        expires_at: None,
        act: Some(act()),
    };
    let mut access = AccessClient::new(client.channel.clone());
    let made = access.create_token(token).await.unwrap();
    things.token = made.into_inner().token.unwrap().token_id;
    things
}

impl Things {
    fn at(place: Place) -> Self {
        let word = place.word;
        Self {
            place,
            retailer: place.retailer.to_string(),
            outlet: place.outlet.to_string(),
            storeroom: place.storeroom.to_string(),
            register: place.register.to_string(),
            connection: place.connection.to_string(),
            asking: place.asking.to_string(),
            sku: format!("SKU-{word}"),
            kit_sku: format!("KIT-{word}"),
            receipt: format!("#1-{word}"),
            import: Uuid::new_v5(&place.outlet, b"import").to_string(),
            item: String::new(),
            kit: String::new(),
            sale: String::new(),
            till_sale: String::new(),
            customer: String::new(),
            other_customer: String::new(),
            session: String::new(),
            entry: String::new(),
            transfer: String::new(),
            stock_take: String::new(),
            token: String::new(),
            held_hash: Vec::new(),
        }
    }
}

/// Of that shop, with the retailer's word in all that names it.
fn order(things: &Things, id: u64, of: ConnectionId) -> Builder {
    let Place { retailer, word, .. } = things.place;
    let order = an_order(id).of(retailer, of);
    let order = order.number(&format!("#{id}-{word}"));
    order.line(&things.sku, 2).line(&things.kit_sku, 1)
}

fn bought(things: &Things, order: Builder, name: &str) -> Builder {
    let word = things.place.word;
    order.customer(
        &format!("{name}@{word}.example"),
        &format!("{name} of {word}"),
    )
}

async fn sold(store: &Store, things: &Things) {
    let order = bought(things, order(things, 1, things.place.connection), "zoe");
    store.apply(&[order.build()]).await.unwrap();
}

/// One imported, one parked, one whose update waits.
async fn orders(store: &Store, things: &Things) {
    let Place {
        connection, asking, ..
    } = things.place;
    let import = ImportId::new(things.import.parse().unwrap());
    let imported = bought(things, order(things, 2, connection), "ada");
    let told = [
        imported.paid(3_000).import(import),
        order(things, 3, connection).total(7),
        order(things, 4, asking),
        order(things, 4, asking).line(&things.sku, 1).at(1),
    ];
    for order in told {
        store.apply(&[order.build()]).await.unwrap();
    }
}

async fn stock(client: &mut Client, things: &mut Things) {
    let of = |units| lines(&[(things.sku.as_str(), units)]);
    let kit = wire::DefineKitRequest {
        retailer_id: things.retailer.clone(),
        item: Some(wire::define_kit_request::Item::Sku(things.kit_sku.clone())),
        parts: of(1),
        act: Some(act()),
    };
    client.kits.define_kit(kit).await.unwrap();
    let received = wire::ReceiveGoodsRequest {
        retailer_id: things.retailer.clone(),
        outlet_id: things.outlet.clone(),
        lines: of(10),
        reference: format!("note of {}", things.place.word),
        act: Some(act()),
    };
    let received = client.stock_work.receive_goods(received).await.unwrap();
    things.entry = received.into_inner().entry.unwrap().entry_id;
    let sent = wire::SendTransferRequest {
        retailer_id: things.retailer.clone(),
        from_outlet_id: things.outlet.clone(),
        to_outlet_id: things.storeroom.clone(),
        lines: of(1),
        reference: String::new(),
        act: Some(act()),
    };
    let sent = client.transfers.send_transfer(sent).await.unwrap();
    things.transfer = sent.into_inner().transfer.unwrap().transfer_id;
    let started = wire::StartStockTakeRequest {
        retailer_id: things.retailer.clone(),
        outlet_id: things.storeroom.clone(),
        act: Some(act()),
    };
    let started = client.stock_takes.start_stock_take(started).await.unwrap();
    things.stock_take = started.into_inner().stock_take.unwrap().stock_take_id;
    let counted = wire::CountStockRequest {
        retailer_id: things.retailer.clone(),
        stock_take_id: things.stock_take.clone(),
        lines: of(3),
        act: Some(act()),
    };
    client.stock_takes.count_stock(counted).await.unwrap();
    let picked = wire::TakeStepRequest {
        retailer_id: things.retailer.clone(),
        sale_id: things.sale.clone(),
        step: wire::FulfilmentStep::Picked.into(),
        parts: Vec::new(),
        tracking: None,
        accept_unpaid: true,
        accept_held_update: false,
        act: Some(act()),
    };
    client.fulfilment.take_step(picked).await.unwrap();
}

async fn till(client: &mut Client, things: &mut Things) {
    let opened = wire::OpenSessionRequest {
        retailer_id: things.retailer.clone(),
        register_id: things.register.clone(),
        float: Some(money_into(cad(0))),
        act: Some(act()),
    };
    let opened = client.registers.open_session(opened).await.unwrap();
    things.session = opened.into_inner().session.unwrap().session_id;
    let sold = wire::RecordSaleRequest {
        retailer_id: things.retailer.clone(),
        register_id: things.register.clone(),
        lines: vec![a_line(wire::sold_till_line::Item::Sku(things.sku.clone()))],
        payments: vec![wire::TillTender {
            payment_type: "cash".to_owned(),
            amount: None,
        }],
        act: Some(act()),
        ..Default::default()
    };
    let sold = client.tills.record_sale(sold).await.unwrap();
    things.till_sale = sold.into_inner().sale.unwrap().sale_id;
}

/// A unit at 10.00, sold at a till.
pub fn a_line(item: wire::sold_till_line::Item) -> wire::SoldTillLine {
    wire::SoldTillLine {
        item: Some(item),
        quantity: Some(quantity_into(Quantity::units(1).unwrap())),
        unit_price: Some(money_into(cad(1_000))),
        discount: None,
        tax: None,
    }
}
