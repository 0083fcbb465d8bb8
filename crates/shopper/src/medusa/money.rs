//! Medusa gives amounts as numbers in whole units, without saying how many digits the currency has.

use serde_json::Number;

/// ISO 4217: currencies without a smaller unit, and those with three digits; every other has two.
const NONE: [&str; 16] =
    ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF"];
const THREE: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// `22.9` euros are `22.90`. The amount as it stands where it is no number that can be shown so.
pub fn decimal(amount: &Number, currency: &str) -> String {
    let digits = if NONE.contains(&currency) {
        0
    } else if THREE.contains(&currency) {
        3
    } else {
        2
    };
    amount.as_f64().map_or_else(|| amount.to_string(), |value| format!("{value:.digits$}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(json: &str, currency: &str) -> String {
        decimal(&serde_json::from_str(json).unwrap(), currency)
    }

    #[test]
    fn an_amount_has_the_digits_of_its_currency() {
        assert_eq!(shown("22.9", "EUR"), "22.90");
        assert_eq!(shown("18", "EUR"), "18.00");
        assert_eq!(shown("2290", "JPY"), "2290");
        assert_eq!(shown("1.5", "KWD"), "1.500");
        assert_eq!(shown("0", "USD"), "0.00");
    }
}
