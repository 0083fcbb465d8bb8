//! Amounts as the store's country writes them, by CLDR.

use fixed_decimal::Decimal;
use icu_decimal::DecimalFormatter;
use icu_experimental::dimension::currency::CurrencyType;
use icu_experimental::dimension::currency::formatter::CurrencyFormatter;
use icu_locale::Locale;
use serde_json::Number;

/// Writes amounts of one currency.
pub struct Prices {
    /// None for a currency that is none, so that a page still shows: the number, then the code.
    formatter: Option<CurrencyFormatter<DecimalFormatter>>,
    currency: String,
}

impl Prices {
    pub fn new(locale: &Locale, currency: &str) -> Prices {
        let formatter = CurrencyType::try_from_str(currency)
            .ok()
            .and_then(|currency| CurrencyFormatter::try_new_symbol(locale.into(), currency, <_>::default()).ok());
        Prices { formatter, currency: currency.to_ascii_uppercase() }
    }

    /// Medusa gives whole units, and as many digits as the sum happened to have: `22.9` is `22,90 €`.
    pub fn show(&self, amount: &Number) -> String {
        let text = amount.to_string();
        match (&self.formatter, text.parse::<Decimal>()) {
            (Some(formatter), Ok(value)) => formatter.format_fixed_decimal(&value).to_string(),
            _ => format!("{text} {}", self.currency),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::locale::Country;

    fn shown(country: &str, currency: &str, amount: &str) -> String {
        let prices = Prices::new(&Country::parse(country).unwrap().locale(), currency);
        prices.show(&serde_json::from_str(amount).unwrap())
    }

    #[test]
    fn the_country_says_how_and_the_currency_how_many_digits() {
        assert_eq!(shown("DE", "eur", "1234.5"), "1.234,50\u{a0}€");
        assert_eq!(shown("AT", "eur", "18"), "€\u{a0}18,00");
        assert_eq!(shown("CH", "chf", "1234.5"), "CHF\u{a0}1'234.50");
        assert_eq!(shown("US", "usd", "1234.5"), "$1,234.50");
        assert_eq!(shown("GB", "gbp", "0.99"), "£0.99");
        assert_eq!(shown("AU", "aud", "1234.5"), "$1,234.50");
        assert_eq!(shown("SE", "sek", "1234.5"), "1\u{a0}234,50\u{a0}kr");
        assert_eq!(shown("FR", "eur", "22.9"), "22,90\u{a0}€");
        assert_eq!(shown("JP", "jpy", "2290"), "￥2,290");
        assert_eq!(shown("KW", "kwd", "1.5"), "\u{200f}1.500\u{a0}د.ك.\u{200f}");
        assert_eq!(shown("IN", "inr", "123456"), "₹1,23,456.00");
        assert_eq!(shown("DE", "usd", "5"), "5,00\u{a0}$");
    }

    #[test]
    fn sums_of_floats_are_rounded_as_money() {
        assert_eq!(shown("DE", "eur", "22.900000000000002"), "22,90\u{a0}€");
        assert_eq!(shown("DE", "eur", "0.1"), "0,10\u{a0}€");
    }

    #[test]
    fn a_currency_that_cldr_does_not_know_keeps_its_code() {
        assert_eq!(shown("DE", "xqz", "5"), "5,00\u{a0}XQZ");
        assert_eq!(Prices::new(&icu_locale::locale!("de"), "€€").show(&Number::from(5)), "5 €€");
    }
}
