//! Who had what done is in a log that nobody rewrites (item 9).

use std::collections::BTreeSet;

use proto::catalog as wire;
use proto::catalog::audit_client::AuditClient;
use proto::catalog::catalog_client::CatalogClient;
use proto::catalog::channels_client::ChannelsClient;
use proto::catalog::drift_client::DriftClient;
use proto::catalog::links_client::LinksClient;
use proto::catalog::push_client::PushClient;
use proto::catalog::sheets_client::SheetsClient;
use proto::ledger::{AuditEntry, Role};
use service::access::Authorized;
use service_kit::methods_of;
use tonic::{Response, Status};

use crate::make::{RETAILER, SHOP, new_act, online, png, product, product_id, save};
use crate::running::Running;

const PACKAGE: &str = "comptoir.catalog.v1";
/// What changes nothing.
const READING: [&str; 17] = [
    "Audit/ListAuditEntries",
    "Catalog/CheckPrices",
    "Catalog/GetProduct",
    "Catalog/ListLabels",
    "Catalog/ListProducts",
    "Channels/ListConnectionSettings",
    "Channels/PreviewBulk",
    "Drift/ListDrift",
    "Links/ListLinkRows",
    "Links/ListLinks",
    "Push/ListConnectionStatus",
    "Push/ListListings",
    "Push/ListTold",
    "Sheets/GetSheet",
    "Sheets/ListSheetChanges",
    "Sheets/ListSheetFindings",
    "Sheets/ListSheetRows",
];

struct Trail<'a> {
    running: &'a Running,
    walked: BTreeSet<String>,
}

impl Trail<'_> {
    /// Calls a writing method with a token of its own name. It leaves one entry.
    async fn of<T>(
        &mut self,
        method: &str,
        call: impl AsyncFnOnce(Authorized) -> Result<Response<T>, Status>,
    ) -> AuditEntry {
        self.walked.insert(method.to_owned());
        let before = entries(self.running).await;
        let text = format!("comptoir_{method}");
        let ledger = &self.running.ledger;
        let token_id = ledger.know_token(&text, method, RETAILER.uuid(), Role::Owner);
        call(self.running.with_token(&text)).await.unwrap();
        let mut left = entries(self.running).await;
        left.retain(|entry| !before.contains(entry));
        let entry = left.pop().unwrap_or_else(|| panic!("{method} left none"));
        assert_eq!(left, [], "{method}");
        assert_eq!(entry.method, method.replace('/', "."));
        assert_eq!((&*entry.caller, &*entry.token_id), (method, &*token_id));
        assert_eq!((&*entry.actor, &*entry.note), ("a test", "because"));
        entry
    }
}

async fn entries(running: &Running) -> Vec<AuditEntry> {
    let mut audit = AuditClient::new(service_kit::as_operator(&running.grpc));
    let (mut all, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = wire::ListAuditEntriesRequest {
            retailer_id: RETAILER.to_string(),
            page_size: 2,
            page_token,
        };
        let page = audit.list_audit_entries(request).await.unwrap();
        let page = page.into_inner();
        all.extend(page.entries);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return all;
        }
    }
}

#[tokio::test]
async fn item_9_every_write_leaves_an_audit_entry() {
    let running = Running::start().await;
    let mut trail = Trail {
        running: &running,
        walked: BTreeSet::new(),
    };
    let (retailer_id, product) = (RETAILER.to_string(), product(1, "Mug"));
    let product_id = product_id(1).to_string();
    let entry = trail.of("Catalog/SaveProduct", async |channel| {
        CatalogClient::new(channel)
            .save_product(save(product))
            .await
    });
    let entry = entry.await;
    assert!(
        entry.before.is_empty() && entry.after.contains(r#""price":"10.00 EUR""#),
        "{entry:?}"
    );
    let request = wire::SetChannelsRequest {
        retailer_id: retailer_id.clone(),
        product_id: product_id.clone(),
        in_store: Some(false),
        online: vec![online(SHOP, true)],
        act: Some(new_act()),
    };
    let entry = trail.of("Channels/SetChannels", async |channel| {
        ChannelsClient::new(channel).set_channels(request).await
    });
    let entry = entry.await;
    assert!(entry.before.contains(r#""in_store":true"#), "{entry:?}");
    assert!(entry.after.contains(r#""in_store":false"#), "{entry:?}");
    let request = wire::ApplyBulkRequest {
        retailer_id: retailer_id.clone(),
        selection: Some(wire::BulkSelection {
            products: Some(wire::bulk_selection::Products::Filter(
                wire::ProductFilter::default(),
            )),
        }),
        action: wire::BulkAction::Activate.into(),
        channels: Some(wire::BulkChannels {
            in_store: true,
            connection_ids: Vec::new(),
        }),
        expected_products: 0,
        act: Some(new_act()),
    };
    let entry = trail.of("Channels/ApplyBulk", async |channel| {
        ChannelsClient::new(channel).apply_bulk(request).await
    });
    assert!(entry.await.after.contains(r#""changed":1"#));
    let request = wire::SetConnectionSettingsRequest {
        retailer_id: retailer_id.clone(),
        connection_id: SHOP.to_string(),
        profile: wire::LinkProfile::Legacy.into(),
        rules: Vec::new(),
        act: Some(new_act()),
    };
    let entry = trail.of("Channels/SetConnectionSettings", async |channel| {
        ChannelsClient::new(channel)
            .set_connection_settings(request)
            .await
    });
    let entry = entry.await;
    assert!(entry.before.contains("pos_created") && entry.after.contains("legacy"));
    let request = wire::RepushRequest {
        retailer_id: retailer_id.clone(),
        connection_id: SHOP.to_string(),
        act: Some(new_act()),
        ..wire::RepushRequest::default()
    };
    let entry = trail.of("Push/Repush", async |channel| {
        PushClient::new(channel).repush(request).await
    });
    assert!(entry.await.after.contains(r#""listings":1"#));
    let request = wire::PutImageRequest {
        retailer_id: retailer_id.clone(),
        content: png(1, 1),
        act: Some(new_act()),
    };
    let entry = trail.of("Catalog/PutImage", async |channel| {
        CatalogClient::new(channel).put_image(request).await
    });
    assert!(entry.await.after.contains("image_hash"));
    let request = wire::DeleteProductRequest {
        retailer_id: retailer_id.clone(),
        product_id: product_id.clone(),
        act: Some(new_act()),
    };
    let entry = trail.of("Catalog/DeleteProduct", async |channel| {
        CatalogClient::new(channel).delete_product(request).await
    });
    assert!(entry.await.after.contains(r#""is_deleted":true"#));
    let request = wire::RestoreProductRequest {
        retailer_id: retailer_id.clone(),
        product_id,
        act: Some(new_act()),
    };
    let entry = trail.of("Catalog/RestoreProduct", async |channel| {
        CatalogClient::new(channel).restore_product(request).await
    });
    assert!(entry.await.before.contains(r#""is_deleted":true"#));

    links(&mut trail, &retailer_id).await;
    drift(&mut trail, &retailer_id).await;
    sheet(&mut trail, retailer_id).await;

    let reading = READING.map(str::to_owned).into_iter();
    let known = reading.chain(trail.walked);
    let known: BTreeSet<String> = known.map(|method| format!("{PACKAGE}.{method}")).collect();
    assert_eq!(known, methods_of(PACKAGE), "a method is in no table");
}

/// What people say of links.
async fn links(trail: &mut Trail<'_>, retailer_id: &str) {
    let request = wire::SetLinksRequest {
        retailer_id: retailer_id.to_owned(),
        connection_id: SHOP.to_string(),
        changes: vec![wire::ProductLinkChange {
            product_id: product_id(1).to_string(),
            link: Some(wire::product_link_change::Link::Apart(true)),
            items: Vec::new(),
        }],
        act: Some(new_act()),
    };
    let entry = trail.of("Links/SetLinks", async |channel| {
        LinksClient::new(channel).set_links(request).await
    });
    assert!(entry.await.after.contains(r#""link":"apart""#));
    let request = wire::LinkAllRequest {
        retailer_id: retailer_id.to_owned(),
        connection_id: SHOP.to_string(),
        overwrite: true,
        act: Some(new_act()),
    };
    let entry = trail.of("Links/LinkAll", async |channel| {
        LinksClient::new(channel).link_all(request).await
    });
    assert!(entry.await.after.contains(r#""overwrite":true"#));
    let columns = "product_id item_id sku shop_product_id shop_variant_id standing why";
    let request = wire::ImportLinksRequest {
        retailer_id: retailer_id.to_owned(),
        connection_id: SHOP.to_string(),
        rows: vec![wire::LinkCells {
            cells: columns.split(' ').map(str::to_owned).collect(),
        }],
        preview: false,
        act: Some(new_act()),
    };
    let entry = trail.of("Links/ImportLinks", async |channel| {
        LinksClient::new(channel).import_links(request).await
    });
    assert!(entry.await.after.contains(r#""links":[]"#));
}

/// What people have done about what differs.
async fn drift(trail: &mut Trail<'_>, retailer_id: &str) {
    let request = wire::ScanDriftRequest {
        retailer_id: retailer_id.to_owned(),
        connection_id: SHOP.to_string(),
        product_ids: Vec::new(),
        act: Some(new_act()),
    };
    let entry = trail.of("Drift/ScanDrift", async |channel| {
        DriftClient::new(channel).scan_drift(request).await
    });
    assert!(entry.await.after.contains(r#""named":0"#));
    let request = wire::RepairDriftRequest {
        retailer_id: retailer_id.to_owned(),
        entries: Some(wire::repair_drift_request::Entries::Filter(
            wire::DriftFilter::default(),
        )),
        repair: wire::DriftRepair::TellShop.into(),
        act: Some(new_act()),
    };
    let entry = trail.of("Drift/RepairDrift", async |channel| {
        DriftClient::new(channel).repair_drift(request).await
    });
    assert!(entry.await.after.contains(r#""repair":"tell_shop""#));
}

/// A sheet with one row, which makes a product.
async fn sheet(trail: &mut Trail<'_>, retailer_id: String) {
    let sheet_id = crate::make::id(5_000).to_string();
    let texts = |texts: [&str; 3]| texts.map(str::to_owned).to_vec();
    let request = wire::BeginSheetRequest {
        retailer_id: retailer_id.clone(),
        sheet_id: sheet_id.clone(),
        columns: texts(["name", "price", "currency"]),
        act: Some(new_act()),
        ..wire::BeginSheetRequest::default()
    };
    let entry = trail.of("Sheets/BeginSheet", async |channel| {
        SheetsClient::new(channel).begin_sheet(request).await
    });
    assert!(entry.await.after.contains(r#""state":"filling""#));
    let request = wire::PutSheetRowsRequest {
        retailer_id: retailer_id.clone(),
        sheet_id: sheet_id.clone(),
        rows: vec![wire::SheetRow {
            number: 2,
            cells: texts(["Vase", "30", "EUR"]),
            faults: Vec::new(),
        }],
        act: Some(new_act()),
    };
    let entry = trail.of("Sheets/PutSheetRows", async |channel| {
        SheetsClient::new(channel).put_sheet_rows(request).await
    });
    assert!(entry.await.after.contains(r#""kept":1"#));
    let request = wire::CheckSheetRequest {
        retailer_id: retailer_id.clone(),
        sheet_id: sheet_id.clone(),
        rows: 1,
        act: Some(new_act()),
    };
    let entry = trail.of("Sheets/CheckSheet", async |channel| {
        SheetsClient::new(channel).check_sheet(request).await
    });
    assert!(entry.await.after.contains(r#""state":"checking""#));
    let checked = "select count(*) from catalog.sheet where state = 'checked'";
    trail.running.until(checked, "1").await;
    let request = wire::ApplySheetRequest {
        retailer_id,
        sheet_id,
        expected_rows: 1,
        act: Some(new_act()),
    };
    let entry = trail.of("Sheets/ApplySheet", async |channel| {
        SheetsClient::new(channel).apply_sheet(request).await
    });
    assert!(entry.await.after.contains(r#""new_products":1"#));
}
