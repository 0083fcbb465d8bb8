use std::fmt;

/// Where the shop said no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// Before anything was asked: the address, the certificate, the engine.
    Door,
    Products,
    Cart,
    Address,
    Checkout,
    /// The guest's own look at the order.
    Confirmation,
    /// The owner's look at the order.
    ReadBack,
    Removal,
    Stock,
}

/// Why nothing was sold (or not rightly), in the shop's own words where it had any.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {message} ({code}{})", status.map(|status| format!(", HTTP {status}")).unwrap_or_default())]
pub struct Refusal {
    pub at: At,
    pub status: Option<u16>,
    /// The shop's code, e.g. `woocommerce_rest_checkout_payment_method_disabled`, or a word of ours.
    pub code: String,
    pub message: String,
}

impl Refusal {
    pub(crate) fn ours(at: At, code: &str, message: impl Into<String>) -> Refusal {
        Refusal { at, status: None, code: code.to_owned(), message: message.into() }
    }

    /// Likely gone in a moment without anybody's help: the route is being set up, a pod is being restarted.
    pub fn is_passing(&self) -> bool {
        let gateway = matches!(self.status, Some(502..=504));
        // An ingress that does not know the host yet answers 404 with nothing a shop would say.
        let unknown_route = self.status == Some(404) && [code::NO_JSON, code::NO_HTML].contains(&self.code.as_str());
        gateway || unknown_route || self.code == code::UNREACHABLE || self.code == code::TIMEOUT
    }
}

/// Codes of ours, for what the shop has no words.
pub mod code {
    pub const UNREACHABLE: &str = "unreachable";
    pub const TIMEOUT: &str = "timeout";
    pub const NO_JSON: &str = "no-json";
    pub const REDIRECTED: &str = "redirected";
    pub const TOO_LONG: &str = "answer-too-long";
    pub const TRUST: &str = "trust";
    pub const ADDRESS: &str = "address";
    pub const UNEXPECTED: &str = "unexpected-answer";
    pub const NOTHING_FOR_SALE: &str = "nothing-for-sale";
    pub const NO_PROOF_PRODUCT: &str = "no-proof-product";
    pub const STOCK_UNMANAGED: &str = "stock-unmanaged";
    pub const STOCK_NOT_MOVED: &str = "stock-not-moved";
    pub const STOCK_NOT_RESTORED: &str = "stock-not-restored";
    pub const ORDER_DIFFERS: &str = "order-differs";
    pub const ORDER_MISSING: &str = "order-missing";
    pub const ORDER_STAYS: &str = "order-stays";
    pub const OTHER_KEY: &str = "other-key";
    pub const NO_KEY: &str = "no-key";
    pub const NO_HTML: &str = "no-html";
    pub const NO_WAY_ON: &str = "no-way-on";
    pub const NO_SHOP_KEY: &str = "no-shop-key";
    pub const NO_PROOF_KEY: &str = "no-proof-key";
    pub const NO_REGION: &str = "no-region";
    pub const NO_SHIPPING: &str = "no-shipping";
    pub const NOT_COMPLETED: &str = "not-completed";
}

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            At::Door => "reach the shop",
            At::Products => "list products",
            At::Cart => "fill the cart",
            At::Address => "give an address",
            At::Checkout => "check out",
            At::Confirmation => "confirm the order",
            At::ReadBack => "read the order back",
            At::Removal => "remove the order",
            At::Stock => "check the stock",
        })
    }
}
