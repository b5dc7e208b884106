//! Puts the captured deliveries into the binary, in the order in which the shops sent them, so
//! that the demo needs no files.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

/// One folder for each shop that was captured.
const SHOPS: [&str; 2] = [
    "../shop-woocommerce/fixtures/webhooks",
    "../shop-woocommerce/fixtures/posts-storage-7.9/webhooks",
];

/// A row of a folder's `index.json`.
#[derive(Deserialize)]
struct Row {
    /// Absent where nothing was kept.
    file: Option<String>,
}

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script its folders in the environment"
)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let home = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let mut source = "[\n".to_owned();
    for shop in SHOPS {
        println!("cargo:rerun-if-changed={shop}");
        captures(&mut source, &home.join(shop).canonicalize()?)?;
    }
    source.push_str("]\n");
    fs::write(out.join("captures.rs"), source)?;
    Ok(())
}

/// A slice of one shop's captures, as source text.
fn captures(source: &mut String, folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let index = fs::read_to_string(folder.join("index.json"))?;
    let rows: Vec<Row> = serde_json::from_str(&index)?;
    source.push_str("&[\n");
    for row in rows {
        let Some(file) = row.file else {
            continue;
        };
        let path = |kind: &str| format!("{}/{file}.{kind}", folder.display());
        let (head, body) = (path("headers"), path("body"));
        writeln!(
            source,
            "Capture {{ head: include_str!({head:?}), body: include_bytes!({body:?}) }},"
        )?;
    }
    source.push_str("],\n");
    Ok(())
}
