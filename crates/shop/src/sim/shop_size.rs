/// How large a simulated shop is, and what decides its orders' lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShopSize {
    pub seed: u64,
    pub orders: usize,
    /// Most versions of one order, the first included; each order has at least one.
    pub max_versions: usize,
    /// Things on sale: the same SKUs in every shop of as many.
    pub products: usize,
}
