//! Pictures: kept once, shown by products, fetched by shops.

use proto::catalog as wire;
use retail::RetailerId;
use tonic::{Code, Status};

use crate::make::{RETAILER, STRANGER, assert_code, new_act, png, product};
use crate::running::Running;

async fn put(
    running: &Running,
    retailer: RetailerId,
    content: Vec<u8>,
) -> Result<wire::Image, Status> {
    let request = wire::PutImageRequest {
        retailer_id: retailer.to_string(),
        content,
        act: Some(new_act()),
    };
    let answer = running.catalog.clone().put_image(request).await;
    answer.map(|answer| answer.into_inner().image.unwrap())
}

struct Answer {
    status: String,
    head: String,
    body: Vec<u8>,
}

/// As a shop would, and nothing of ours in between.
async fn get(running: &Running, path: &str) -> Answer {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let host = running.http.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8(answer[..end].to_vec())
        .unwrap()
        .to_lowercase();
    Answer {
        status: head.split(' ').nth(1).unwrap().to_owned(),
        head,
        body: answer[end + 4..].to_vec(),
    }
}

#[tokio::test]
async fn ec_03_a_picture_is_kept_once_for_a_retailer_and_fetched_by_its_address() {
    let running = Running::start().await;
    let image = put(&running, RETAILER, png(20, 10)).await.unwrap();
    assert_eq!((image.width_px, image.height_px), (20, 10));
    assert_eq!(image.content_type, "image/png");
    assert_eq!(image.size_bytes, i64::try_from(png(20, 10).len()).unwrap());
    assert_eq!(put(&running, RETAILER, png(20, 10)).await.unwrap(), image);
    assert_eq!(running.sql("select count(*) from catalog.image"), "1");
    let path = image.url.strip_prefix(&running.http).unwrap();
    assert_eq!(path.rsplit_once('.').map(|(_, end)| end), Some("png"));
    assert!(path.starts_with("/images/"), "{path}");
    let answer = get(&running, path).await;
    assert_eq!((answer.status.as_str(), answer.body), ("200", png(20, 10)));
    for header in ["content-type: image/png", "immutable", "nosniff"] {
        assert!(answer.head.contains(header), "{header}: {}", answer.head);
    }
    // Another retailer's copy has an address of its own: from one nobody finds the other.
    let theirs = put(&running, STRANGER, png(20, 10)).await.unwrap();
    assert_eq!(theirs.image_hash, image.image_hash);
    assert_ne!(theirs.url, image.url);
}

#[tokio::test]
async fn no_picture_is_found_by_guessing() {
    let running = Running::start().await;
    let image = put(&running, RETAILER, png(2, 2)).await.unwrap();
    let path = image.url.strip_prefix(&running.http).unwrap();
    let hash = &image.image_hash;
    for wrong in [
        "/images/".to_owned(),
        format!("/images/{hash}.png"),
        format!("/images/{}/{hash}.png", "0".repeat(32)),
        format!("/images/{}/{hash}.png", "%27".repeat(8)),
        path.replace(hash, &"0".repeat(64)),
        path.replace(hash, "x"),
        path.replace(".png", ".jpg"),
        path.replace(".png", ""),
    ] {
        assert_eq!(get(&running, &wrong).await.status, "404", "{wrong}");
    }
}

#[tokio::test]
async fn what_is_no_picture_is_refused() {
    let running = Running::start().await;
    let large = vec![0; catalog_push::images::LIMIT_BYTES + 1];
    for wrong in [
        Vec::new(),
        b"<svg/>".to_vec(),
        png(0, 5),
        png(30_000, 1),
        large,
    ] {
        let refused = put(&running, RETAILER, wrong).await;
        assert_code(refused, Code::InvalidArgument);
    }
    let mut largest = png(5, 5);
    largest.resize(catalog_push::images::LIMIT_BYTES, 0);
    put(&running, RETAILER, largest).await.unwrap();
}

#[tokio::test]
async fn a_retailers_token_may_bring_a_picture_of_the_largest_kind() {
    let running = Running::start().await;
    running.tokens();
    let mut largest = png(5, 5);
    largest.resize(catalog_push::images::LIMIT_BYTES, 0);
    let channel = running.with_token("comptoir_manager");
    let mut catalog = proto::catalog::catalog_client::CatalogClient::new(channel);
    let request = wire::PutImageRequest {
        retailer_id: RETAILER.to_string(),
        content: largest,
        act: Some(new_act()),
    };
    catalog.put_image(request).await.unwrap();
}

#[tokio::test]
async fn ec_03_a_product_shows_its_pictures_in_order() {
    let running = Running::start().await;
    let first = put(&running, RETAILER, png(1, 1)).await.unwrap();
    let second = put(&running, RETAILER, png(2, 2)).await.unwrap();
    let shown = |image: &wire::Image, alt: &str| wire::ProductImage {
        image_hash: image.image_hash.clone(),
        alt: alt.to_owned(),
        image: Some(image.clone()),
    };
    let mut mug = product(1, "Mug");
    mug.images = vec![shown(&second, "from above"), shown(&first, "")];
    mug.variants[0].image_hash = first.image_hash.clone();
    let mut saved = running.save(mug.clone()).await;
    assert_eq!(saved.images, mug.images);
    assert_eq!(saved.variants[0].image_hash, first.image_hash);
    saved.images.reverse();
    let turned = running.save(saved.clone()).await;
    assert_eq!(turned.images, saved.images);
    // A picture of another retailer is none of ours.
    let theirs = put(&running, STRANGER, png(3, 3)).await.unwrap();
    let mut thief = product(2, "Cup");
    thief.images = vec![shown(&theirs, "")];
    let request = crate::make::save(thief);
    let refused = running.catalog.clone().save_product(request).await;
    assert_code(refused, Code::NotFound);
}
