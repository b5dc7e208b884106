//! `http://host:port/path`, taken apart.

use anyhow::Context as _;

pub struct HttpUrl<'a> {
    /// `host:port`.
    pub authority: &'a str,
    /// From the first slash on; empty when there is none.
    pub path: &'a str,
}

pub fn parse(url: &str) -> anyhow::Result<HttpUrl<'_>> {
    let rest = url
        .strip_prefix("http://")
        .context("only http:// addresses are spoken to")?;
    let slash = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(slash);
    Ok(HttpUrl { authority, path })
}
