//! What a customer wrote into the checkout, field by field, and what is wrong with it.

use serde::Deserialize;

use crate::backend::wire::{Address, Cart};
use crate::backend::{Guest, Place};
use crate::texts::Texts;

const LONGEST: usize = 200;
/// Countries without postcodes, by the Universal Postal Union.
const WITHOUT_POSTCODE: &str = "ae ag ao aw bf bi bj bo bs bw bz cd cf cg ci ck cm dj dm er fj ga gd gm gq gy hk jm ki km kn \
    ml mo mr mw na nr nu qa rw sb sc sl sr st sy td tf tg tk tl to tv ug vu ye zw";

/// As posted. Nothing of it is trusted yet.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entries {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub address_1: String,
    pub address_2: String,
    pub postal_code: String,
    pub city: String,
    pub province: String,
    pub country: String,
    pub phone: String,
    pub shipping: String,
    /// The total that the page showed, so that nobody orders at another.
    pub seen: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    Email,
    FirstName,
    LastName,
    Address1,
    Address2,
    PostalCode,
    City,
    Province,
    Country,
    Phone,
    Shipping,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    Missing,
    NoEmail,
    TooLong,
    NoCountry,
    NoShipping,
}

pub type Flaws = Vec<(Entry, Flaw)>;

impl Flaw {
    pub fn text(self, t: &Texts) -> &'static str {
        match self {
            Flaw::Missing => t.error_missing,
            Flaw::NoEmail => t.error_email,
            Flaw::TooLong => t.error_long,
            Flaw::NoCountry => t.error_country,
            Flaw::NoShipping => t.error_shipping,
        }
    }
}

impl Entry {
    /// The fields of text, in the order of the page.
    pub const CONTACT: [Entry; 2] = [Entry::Email, Entry::Phone];
    pub const ADDRESS: [Entry; 7] = [
        Entry::FirstName,
        Entry::LastName,
        Entry::Address1,
        Entry::Address2,
        Entry::PostalCode,
        Entry::City,
        Entry::Province,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Entry::Email => "email",
            Entry::FirstName => "first_name",
            Entry::LastName => "last_name",
            Entry::Address1 => "address_1",
            Entry::Address2 => "address_2",
            Entry::PostalCode => "postal_code",
            Entry::City => "city",
            Entry::Province => "province",
            Entry::Country => "country",
            Entry::Phone => "phone",
            Entry::Shipping => "shipping",
        }
    }

    pub fn label(self, t: &Texts) -> &'static str {
        match self {
            Entry::Email => t.email,
            Entry::FirstName => t.first_name,
            Entry::LastName => t.last_name,
            Entry::Address1 => t.address_1,
            Entry::Address2 => t.address_2,
            Entry::PostalCode => t.postal_code,
            Entry::City => t.city,
            Entry::Province => t.province,
            Entry::Country => t.country,
            Entry::Phone => t.phone,
            Entry::Shipping => t.how_to_ship,
        }
    }

    /// By the HTML standard's names, so that a browser can fill it in.
    pub fn autocomplete(self) -> &'static str {
        match self {
            Entry::Email => "email",
            Entry::FirstName => "given-name",
            Entry::LastName => "family-name",
            Entry::Address1 => "address-line1",
            Entry::Address2 => "address-line2",
            Entry::PostalCode => "postal-code",
            Entry::City => "address-level2",
            Entry::Province => "address-level1",
            Entry::Country => "country",
            Entry::Phone => "tel",
            Entry::Shipping => "off",
        }
    }

    pub fn kind(self) -> &'static str {
        match self {
            Entry::Email => "email",
            Entry::Phone => "tel",
            _ => "text",
        }
    }

    pub fn is_wanted(self) -> bool {
        !matches!(self, Entry::Address2 | Entry::Province | Entry::Phone)
    }

    /// Takes the whole row.
    pub fn is_wide(self) -> bool {
        matches!(self, Entry::Email | Entry::Address1 | Entry::Address2 | Entry::Phone)
    }
}

impl Entries {
    /// What is known of an earlier look at this page.
    pub fn of(cart: &Cart) -> Entries {
        let Address { first_name, last_name, address_1, address_2, postal_code, city, province, country_code, phone } =
            cart.shipping_address.clone().unwrap_or_default();
        Entries {
            email: cart.email.clone().unwrap_or_default(),
            first_name: first_name.unwrap_or_default(),
            last_name: last_name.unwrap_or_default(),
            address_1: address_1.unwrap_or_default(),
            address_2: address_2.unwrap_or_default(),
            postal_code: postal_code.unwrap_or_default(),
            city: city.unwrap_or_default(),
            province: province.unwrap_or_default(),
            country: country_code.unwrap_or_default(),
            phone: phone.unwrap_or_default(),
            shipping: cart.shipping().unwrap_or_default().to_owned(),
            seen: String::new(),
        }
    }

    pub fn value(&self, entry: Entry) -> &str {
        let text = match entry {
            Entry::Email => &self.email,
            Entry::FirstName => &self.first_name,
            Entry::LastName => &self.last_name,
            Entry::Address1 => &self.address_1,
            Entry::Address2 => &self.address_2,
            Entry::PostalCode => &self.postal_code,
            Entry::City => &self.city,
            Entry::Province => &self.province,
            Entry::Country => &self.country,
            Entry::Phone => &self.phone,
            Entry::Shipping => &self.shipping,
        };
        text.trim()
    }

    /// Who orders, or every flaw at once. Whether it can be shipped so, Medusa says.
    pub fn check(&self, countries: &[(String, String)]) -> Result<Guest, Flaws> {
        let country = self.value(Entry::Country).to_ascii_lowercase();
        let mut flaws = Flaws::new();
        for entry in [&Entry::CONTACT[..], &Entry::ADDRESS].concat() {
            let text = self.value(entry);
            let unnumbered = entry == Entry::PostalCode && WITHOUT_POSTCODE.split(' ').any(|each| each == country);
            if text.is_empty() && entry.is_wanted() && !unnumbered {
                flaws.push((entry, Flaw::Missing));
            } else if text.chars().count() > LONGEST {
                flaws.push((entry, Flaw::TooLong));
            } else if entry == Entry::Email && !is_email(text) {
                flaws.push((entry, Flaw::NoEmail));
            }
        }
        if !countries.iter().any(|(code, _)| *code == country) {
            flaws.push((Entry::Country, Flaw::NoCountry));
        }
        if self.value(Entry::Shipping).is_empty() {
            flaws.push((Entry::Shipping, Flaw::NoShipping));
        }
        if flaws.is_empty() { Ok(self.guest(countries)) } else { Err(flaws) }
    }

    /// What of it can be kept while the customer is still writing.
    pub fn guest(&self, countries: &[(String, String)]) -> Guest {
        let text = |entry: Entry| self.value(entry).chars().take(LONGEST).collect::<String>();
        let country = self.value(Entry::Country).to_ascii_lowercase();
        let email = self.value(Entry::Email);
        Guest {
            email: is_email(email).then(|| email.to_owned()),
            shipping_address: Place {
                first_name: text(Entry::FirstName),
                last_name: text(Entry::LastName),
                address_1: text(Entry::Address1),
                address_2: text(Entry::Address2),
                postal_code: text(Entry::PostalCode),
                city: text(Entry::City),
                province: text(Entry::Province),
                country_code: countries.iter().any(|(code, _)| *code == country).then_some(country),
                phone: text(Entry::Phone),
            },
        }
    }
}

/// Not stricter than Medusa, which refuses the whole request otherwise: ASCII, no dots side by side, a domain with a dot.
fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let local_fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_'+-.".contains(&byte);
    let label_fits = |label: &str| {
        label.starts_with(|letter: char| letter.is_ascii_alphanumeric())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let last = domain.rsplit_once('.').map_or("", |(_, last)| last);
    text.len() <= LONGEST
        && !local.is_empty()
        && local.bytes().all(local_fits)
        && !local.starts_with('.')
        && !local.ends_with(['.', '\''])
        && !local.contains("..")
        && domain.split('.').all(label_fits)
        && last.len() >= 2
        && last.bytes().all(|byte| byte.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn countries() -> Vec<(String, String)> {
        vec![("de".into(), "Germany".into()), ("ae".into(), "United Arab Emirates".into())]
    }

    fn good() -> Entries {
        Entries {
            email: " ada@example.com ".into(),
            first_name: "Ada".into(),
            last_name: "Lovelace".into(),
            address_1: "Hauptstraße 1".into(),
            postal_code: "10115".into(),
            city: "Berlin".into(),
            country: "DE".into(),
            shipping: "so_1".into(),
            ..Entries::default()
        }
    }

    #[test]
    fn what_is_good_goes_on_trimmed() {
        let guest = good().check(&countries()).unwrap();
        assert_eq!(guest.email.as_deref(), Some("ada@example.com"));
        assert_eq!(guest.shipping_address.country_code.as_deref(), Some("de"));
        assert_eq!(guest.shipping_address.address_1, "Hauptstraße 1");
    }

    #[test]
    fn all_flaws_are_told_at_once() {
        let flaws = Entries::default().check(&countries()).unwrap_err();
        let named: Vec<&str> = flaws.iter().map(|(entry, _)| entry.name()).collect();
        assert_eq!(
            named,
            ["email", "first_name", "last_name", "address_1", "postal_code", "city", "country", "shipping"]
        );
        let entries = Entries { email: "ada".into(), city: "x".repeat(201), country: "us".into(), ..good() };
        let flaws = entries.check(&countries()).unwrap_err();
        assert_eq!(
            flaws,
            [(Entry::Email, Flaw::NoEmail), (Entry::City, Flaw::TooLong), (Entry::Country, Flaw::NoCountry)]
        );
    }

    #[test]
    fn a_country_without_postcodes_needs_none() {
        let entries = Entries { postal_code: String::new(), country: "ae".into(), ..good() };
        assert!(entries.check(&countries()).is_ok());
        let entries = Entries { postal_code: String::new(), ..good() };
        assert_eq!(entries.check(&countries()), Err(vec![(Entry::PostalCode, Flaw::Missing)]));
    }

    #[test]
    fn an_address_that_medusa_would_refuse_is_told_beside_its_field() {
        for text in ["a@b.de", "a.b+c@shop.example.com", "o'neil@x-y.org", "A_1@1.museum"] {
            assert!(is_email(text), "{text}");
        }
        for text in [
            "",
            "a",
            "a@b",
            "@b.de",
            "a@.de",
            "a@b.d",
            "a@b.1x",
            ".a@b.de",
            "a.@b.de",
            "a..b@c.de",
            "a b@c.de",
            "ä@b.de",
            "a@-b.de",
            "a@b@c.de",
        ] {
            assert!(!is_email(text), "{text}");
        }
    }

    #[test]
    fn a_draft_keeps_what_can_be_kept() {
        let entries = Entries { email: "ada@".into(), country: "xx".into(), ..good() };
        let guest = entries.guest(&countries());
        assert_eq!((guest.email, guest.shipping_address.country_code), (None, None));
        assert_eq!(guest.shipping_address.city, "Berlin");
    }
}
