//! The store's country decides: which of our languages the shop speaks, and how its numbers are written.

use icu_locale::names::RegionDisplayName;
use icu_locale::subtags::{Region, language};
use icu_locale::{LanguageIdentifier, Locale, LocaleExpander, locale};

use crate::texts::{self, Texts};

/// ISO 3166-1 alpha-2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Country(Region);

impl Country {
    pub fn parse(text: &str) -> Option<Country> {
        let region: Region = text.parse().ok()?;
        region.is_alphabetic().then_some(Country(region))
    }

    /// As Medusa writes it.
    pub fn lower(self) -> String {
        self.0.as_str().to_ascii_lowercase()
    }

    /// The language most people there read, by CLDR's likely subtags, with Latin digits: our texts are in Latin script.
    pub fn locale(self) -> Locale {
        let likely = LocaleExpander::new_extended();
        let maximized = |mut id: LanguageIdentifier| {
            likely.maximize(&mut id);
            // CLDR says the world's most likely language but once: for countries that it does not name.
            if id.language.is_unknown() {
                id.language = language!("en");
                likely.maximize(&mut id);
            }
            id
        };
        let full = maximized(LanguageIdentifier { region: Some(self.0), ..LanguageIdentifier::UNKNOWN });
        // CLDR's data are under the short names: the script is said only where it is not the usual one there.
        let short = LanguageIdentifier { script: None, ..full.clone() };
        let id = if maximized(short.clone()) == full { short } else { full };
        format!("{id}-u-nu-latn").parse().unwrap_or(locale!("en"))
    }

    pub fn texts(self) -> &'static Texts {
        if self.locale().id.language == language!("de") { &texts::DE } else { &texts::EN }
    }

    /// Its name in the shop's language; its code where CLDR has none.
    pub fn name(self, texts: &Texts) -> String {
        let locale = texts.locale();
        RegionDisplayName::try_new_light((&locale).into(), self.0)
            .map_or_else(|_| self.0.as_str().to_owned(), |name| name.to_string())
    }
}

/// Countries for a list to choose from, in the order that a reader expects: (code, name).
pub fn country_names<'a>(codes: impl Iterator<Item = &'a str>, texts: &Texts) -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> =
        codes.filter_map(Country::parse).map(|country| (country.lower(), country.name(texts))).collect();
    names.sort_by_cached_key(|(_, name)| name.chars().map(plain).collect::<String>());
    names
}

/// Letters that English and German sort as if they had no mark.
fn plain(letter: char) -> char {
    match letter {
        'Ä' | 'Å' => 'A',
        'Ö' => 'O',
        'Ü' => 'U',
        'Ç' => 'C',
        'É' => 'E',
        'ä' | 'å' | 'ã' | 'á' => 'a',
        'ö' | 'ô' | 'ó' => 'o',
        'ü' => 'u',
        'ç' => 'c',
        'é' | 'è' => 'e',
        'í' | 'î' => 'i',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    #[test]
    fn a_country_is_two_letters() {
        assert_eq!(country("de"), country("DE"));
        assert!(Country::parse("276").is_none());
        assert!(Country::parse("Germany").is_none());
        assert!(Country::parse("").is_none());
    }

    #[test]
    fn the_countrys_language_decides() {
        for (code, language) in [
            ("DE", "de"),
            ("AT", "de"),
            ("CH", "de"),
            ("LI", "de"),
            ("US", "en"),
            ("GB", "en"),
            ("FR", "en"),
            ("JP", "en"),
        ] {
            assert_eq!(country(code).texts().lang, language, "{code}");
        }
        assert_eq!(country("FR").locale().to_string(), "fr-FR-u-nu-latn");
        assert_eq!(country("GB").locale().to_string(), "en-GB-u-nu-latn");
        assert_eq!(country("EG").locale().to_string(), "ar-EG-u-nu-latn");
    }

    #[test]
    fn names_are_in_the_shops_language_and_order() {
        let names = |texts| country_names(["us", "at", "de", "az"].into_iter(), texts);
        let german: Vec<String> = names(&texts::DE).into_iter().map(|(_, name)| name).collect();
        assert_eq!(german, ["Aserbaidschan", "Deutschland", "Österreich", "Vereinigte Staaten"]);
        assert_eq!(names(&texts::EN)[0], ("at".to_owned(), "Austria".to_owned()));
    }
}
