//! A form, and how a customer fills it in: by what a field says it is for (`autocomplete`, as browsers do it), never by
//! what this or that shop calls it.

use super::{Attributes, append};
use crate::Customer;

#[derive(Clone, Debug)]
pub struct Form {
    /// `None`: the page's own address.
    pub action: Option<String>,
    pub post: bool,
    pub(super) fields: Vec<Field>,
}

/// What is to be written into the fields that have no say of their own.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    pub customer: &'a Customer,
    pub quantity: u32,
}

#[derive(Clone, Debug)]
pub(super) struct Field {
    name: String,
    kind: Kind,
    value: String,
    required: bool,
    disabled: bool,
    /// The last word of `autocomplete`: the ones before say whose address it is.
    purpose: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Hidden,
    Text,
    Email,
    Phone,
    Number,
    /// Checkbox or radio button, and whether it is chosen already.
    Checkbox(bool),
    Radio(bool),
    Select(Vec<Choice>),
    Submit,
    /// Does nothing without JavaScript.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Choice {
    /// `None`: its text.
    value: Option<String>,
    text: String,
    selected: bool,
    disabled: bool,
}

impl Form {
    pub fn new(action: Option<String>, method: Option<&str>) -> Form {
        let post = method.is_some_and(|method| method.eq_ignore_ascii_case("post"));
        Form { action, post, fields: Vec::new() }
    }

    /// Whether there is a button to press.
    pub fn can_be_sent(&self) -> bool {
        self.button().is_some()
    }

    /// The names and values that a browser would send, or what the form asks for that the customer can't give.
    pub fn fill(&self, wish: Wish<'_>) -> Result<Vec<(String, String)>, String> {
        let mut sent: Vec<(String, String)> = Vec::new();
        for field in self.fields.iter().filter(|field| !field.disabled && !field.name.is_empty()) {
            let value = match &field.kind {
                Kind::Radio(_) if sent.iter().any(|(name, _)| *name == field.name) => None,
                Kind::Radio(_) => Some(self.radio(&field.name)),
                Kind::Submit | Kind::Other => None,
                _ => field.filled(wish)?,
            };
            sent.extend(value.map(|value| (field.name.clone(), value)));
        }
        let button = self.button().filter(|button| !button.name.is_empty());
        sent.extend(button.map(|button| (button.name.clone(), button.value.clone())));
        Ok(sent)
    }

    fn button(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.kind == Kind::Submit && !field.disabled)
    }

    /// The value of the group's chosen button, else of its first.
    fn radio(&self, name: &str) -> String {
        let group = || self.fields.iter().filter(|field| field.name == name && !field.disabled);
        let chosen = group().find(|field| field.kind == Kind::Radio(true));
        chosen
            .or_else(|| group().find(|field| matches!(field.kind, Kind::Radio(_))))
            .map(|field| field.value.clone())
            .unwrap_or_default()
    }
}

impl Field {
    pub(super) fn input(attributes: &Attributes) -> Field {
        let checked = attributes.has("checked");
        let kind = match attributes.get("type").unwrap_or_default().to_ascii_lowercase().as_str() {
            "hidden" => Kind::Hidden,
            "email" => Kind::Email,
            "tel" => Kind::Phone,
            "number" => Kind::Number,
            "checkbox" => Kind::Checkbox(checked),
            "radio" => Kind::Radio(checked),
            "submit" | "image" => Kind::Submit,
            "button" | "reset" | "file" => Kind::Other,
            _ => Kind::Text,
        };
        let unset = if matches!(kind, Kind::Checkbox(_) | Kind::Radio(_)) { "on" } else { "" };
        Field::new(kind, attributes, unset)
    }

    /// A button that sends the form elsewhere does something else than the form is for.
    pub(super) fn button(attributes: &Attributes) -> Field {
        let sends = attributes.get("type").is_none_or(|kind| kind.eq_ignore_ascii_case("submit"));
        let own = !attributes.has("formaction");
        Field::new(if sends && own { Kind::Submit } else { Kind::Other }, attributes, "")
    }

    pub(super) fn select(attributes: &Attributes) -> Field {
        Field::new(Kind::Select(Vec::new()), attributes, "")
    }

    pub(super) fn text_area(attributes: &Attributes) -> Field {
        Field::new(Kind::Text, attributes, "")
    }

    fn new(kind: Kind, attributes: &Attributes, unset: &str) -> Field {
        let purpose = attributes.get("autocomplete").unwrap_or_default();
        Field {
            kind,
            name: attributes.get("name").unwrap_or_default(),
            value: attributes.get("value").unwrap_or_else(|| unset.to_owned()),
            required: attributes.has("required"),
            disabled: attributes.has("disabled"),
            purpose: purpose.split_whitespace().next_back().unwrap_or_default().to_ascii_lowercase(),
        }
    }

    pub(super) fn option(&mut self, attributes: &Attributes) {
        if let Kind::Select(choices) = &mut self.kind {
            choices.push(Choice {
                value: attributes.get("value"),
                text: String::new(),
                selected: attributes.has("selected"),
                disabled: attributes.has("disabled"),
            });
        }
    }

    /// What stands between the tags.
    pub(super) fn text(&mut self, text: &str) {
        match &mut self.kind {
            Kind::Select(choices) => {
                if let Some(choice) = choices.last_mut() {
                    append(&mut choice.text, text);
                }
            }
            _ => self.value.push_str(text),
        }
    }

    /// `None`: not sent at all.
    fn filled(&self, wish: Wish<'_>) -> Result<Option<String>, String> {
        let written = self.wanted(wish.customer);
        let value = match &self.kind {
            Kind::Hidden => self.value.clone(),
            Kind::Checkbox(checked) => return Ok((*checked || self.required).then(|| self.value.clone())),
            Kind::Select(choices) => return self.chosen(choices, written.as_deref()),
            // How many: the only number that a shop asks a customer for.
            Kind::Number if written.is_none() => wish.quantity.to_string(),
            _ => written.unwrap_or_else(|| self.value.clone()),
        };
        if value.is_empty() && self.required {
            return Err(format!("the field '{}' must be filled in, and does not say with what", self.name));
        }
        Ok(Some(value))
    }

    fn chosen(&self, choices: &[Choice], wanted: Option<&str>) -> Result<Option<String>, String> {
        let open = || choices.iter().filter(|choice| !choice.disabled);
        let found = match wanted.filter(|wanted| !wanted.is_empty()) {
            Some(wanted) => match open().find(|choice| choice.sent().eq_ignore_ascii_case(wanted)) {
                Some(choice) => Some(choice),
                None => return Err(format!("'{wanted}' is not among the choices of '{}'", self.name)),
            },
            None => open()
                .find(|choice| choice.selected && !choice.sent().is_empty())
                .or_else(|| open().find(|choice| !choice.sent().is_empty())),
        };
        match found {
            Some(choice) => Ok(Some(choice.sent().to_owned())),
            None if self.required => Err(format!("'{}' offers nothing to choose", self.name)),
            None => Ok(open().next().map(|choice| choice.sent().to_owned())),
        }
    }

    /// The customer's word for what the field is for, by the names of HTML's own list.
    fn wanted(&self, customer: &Customer) -> Option<String> {
        let Customer { first_name, last_name, email, phone, street, postcode, city, country, state } = customer;
        Some(match (self.purpose.as_str(), &self.kind) {
            ("name", _) => format!("{first_name} {last_name}"),
            ("given-name", _) => first_name.clone(),
            ("family-name", _) => last_name.clone(),
            ("street-address" | "address-line1", _) => street.clone(),
            ("address-line2" | "address-line3" | "organization", _) => String::new(),
            ("postal-code", _) => postcode.clone(),
            ("address-level2", _) => city.clone(),
            ("address-level1", _) => state.clone(),
            ("country", _) => country.clone(),
            ("email", _) | (_, Kind::Email) => email.clone(),
            ("tel", _) | (_, Kind::Phone) => phone.clone(),
            _ => return None,
        })
    }
}

impl Choice {
    fn sent(&self) -> &str {
        self.value.as_deref().unwrap_or(&self.text)
    }
}
