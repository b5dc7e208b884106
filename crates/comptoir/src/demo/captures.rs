//! Deliveries of real shops, byte for byte, in the order in which they were sent.

/// One delivery as it came over the wire.
#[derive(Clone, Copy, Debug)]
pub(super) struct Capture {
    /// The request line and the headers.
    pub(super) head: &'static str,
    /// The body: these bytes are what is signed.
    pub(super) body: &'static [u8],
}

/// How many shops were captured: the demo's retailer has a connection for each.
pub(super) const SHOPS: usize = 2;

/// The deliveries of each shop.
pub(super) static CAPTURES: [&[Capture]; SHOPS] =
    include!(concat!(env!("OUT_DIR"), "/captures.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_captures_are_in_the_binary() {
        for shop in CAPTURES {
            assert!(shop.len() > 10, "{}", shop.len());
            let mut topics = shop.iter().map(|capture| capture.head);
            assert!(topics.any(|head| head.contains("X-WC-Webhook-Topic: order.created")));
            for capture in shop {
                assert!(capture.head.starts_with("POST "), "{}", capture.head);
                assert!(!capture.body.is_empty());
            }
        }
    }
}
