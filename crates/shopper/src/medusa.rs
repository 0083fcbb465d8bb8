//! Medusa's seam: the calls are here, the engine is not. Whoever asks hears so, and by name.

use crate::refusal::code;
use crate::{At, Order, Proof, Receipt, Refusal, Shop};

pub fn buy(_shop: &Shop, _order: &Order) -> Result<Receipt, Refusal> {
    Err(not_built())
}

pub fn prove(_shop: &Shop) -> Result<Proof, Refusal> {
    Err(not_built())
}

pub fn not_built() -> Refusal {
    Refusal::ours(At::Door, code::ENGINE_NOT_BUILT, "medusa is not built yet; choose the engine woocommerce")
}
