//! What a page gives somebody without JavaScript: links, forms, and what it says of itself. The order of the page is all
//! that is needed of it, so a tokenizer does; no tree is made.

use std::collections::BTreeMap;

use html5gum::{DefaultEmitter, Token, Tokenizer};

mod form;

pub use form::{Form, Wish};

use form::Field;

/// As much of a page as a visitor acts on.
#[derive(Clone, Debug, Default)]
pub struct Document {
    pub title: String,
    pub heading: String,
    /// What the page says went wrong (`role="alert"`).
    pub alert: String,
    pub links: Vec<String>,
    pub forms: Vec<Form>,
    /// What the page says to programs: the `data-` attributes of all its elements, by name, in the page's order.
    pub data: BTreeMap<String, Vec<String>>,
}

impl Document {
    pub fn parse(html: &str) -> Document {
        let mut reader = Reader::default();
        let mut emitter = DefaultEmitter::default();
        // Scripts, styles and titles hold no tags.
        emitter.naively_switch_states(true);
        for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
            match token {
                Token::StartTag(tag) => {
                    let attributes = tag.attributes.iter().map(|(name, value)| (word(name), word(value))).collect();
                    reader.start(&word(&tag.name), &Attributes(attributes));
                }
                Token::EndTag(tag) => reader.end(&word(&tag.name)),
                Token::String(text) => reader.text(&word(&text)),
                Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
            }
        }
        reader.document
    }

    /// The first value of a `data-` attribute.
    pub fn datum(&self, name: &str) -> Option<&str> {
        self.data.get(name).and_then(|values| values.first()).map(String::as_str)
    }

    /// What the page says of itself, most telling first.
    pub fn words(&self) -> &str {
        [&self.alert, &self.heading, &self.title].into_iter().find(|text| !text.is_empty()).map_or("", String::as_str)
    }
}

/// An element's attributes; a name that is there without a value has an empty one.
struct Attributes(BTreeMap<String, String>);

impl Attributes {
    fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

#[derive(Default)]
struct Reader {
    document: Document,
    form: Option<Form>,
    /// The select, option or text area that is being read.
    field: Option<Field>,
    /// Where text goes, and how many elements of that name are open inside: its own end is the one at depth 0.
    into: Vec<(Into, String, usize)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Into {
    Title,
    Heading,
    Alert,
    Option,
    TextArea,
}

impl Reader {
    fn start(&mut self, name: &str, attributes: &Attributes) {
        for (_, open, depth) in &mut self.into {
            if open == name {
                *depth += 1;
            }
        }
        for (attribute, value) in &attributes.0 {
            if let Some(datum) = attribute.strip_prefix("data-") {
                self.document.data.entry(datum.to_owned()).or_default().push(value.clone());
            }
        }
        if attributes.get("role").as_deref() == Some("alert") {
            self.read_into(Into::Alert, name);
        }
        match name {
            "title" => self.read_into(Into::Title, name),
            "h1" => self.read_into(Into::Heading, name),
            "a" => self.document.links.extend(attributes.get("href")),
            "form" => self.form = Some(Form::new(attributes.get("action"), attributes.get("method").as_deref())),
            "input" => self.add(Some(Field::input(attributes))),
            "button" => self.add(Some(Field::button(attributes))),
            "select" => self.field = Some(Field::select(attributes)),
            "option" => {
                if let Some(field) = &mut self.field {
                    field.option(attributes);
                    // The one before need not be closed.
                    self.into.retain(|(into, ..)| *into != Into::Option);
                    self.read_into(Into::Option, name);
                }
            }
            "textarea" => {
                self.field = Some(Field::text_area(attributes));
                self.read_into(Into::TextArea, name);
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        self.into.retain_mut(|(_, open, depth)| {
            if open != name {
                return true;
            }
            let inner = *depth > 0;
            *depth = depth.saturating_sub(1);
            inner
        });
        match name {
            "form" => self.document.forms.extend(self.form.take()),
            "select" | "textarea" => {
                self.into.retain(|(into, ..)| *into != Into::Option);
                let field = self.field.take();
                self.add(field);
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        for (into, ..) in &self.into {
            let place = match into {
                Into::Title => &mut self.document.title,
                Into::Heading => &mut self.document.heading,
                Into::Alert => &mut self.document.alert,
                Into::Option | Into::TextArea => {
                    if let Some(field) = &mut self.field {
                        field.text(text);
                    }
                    continue;
                }
            };
            append(place, text);
        }
    }

    fn read_into(&mut self, into: Into, name: &str) {
        self.into.push((into, name.to_owned(), 0));
    }

    /// A field outside of a form is nobody's.
    fn add(&mut self, field: Option<Field>) {
        if let (Some(form), Some(field)) = (&mut self.form, field) {
            form.fields.push(field);
        }
    }
}

/// Words with one space between them.
fn append(place: &mut String, text: &str) {
    for word in text.split_whitespace() {
        if !place.is_empty() {
            place.push(' ');
        }
        place.push_str(word);
    }
}

fn word(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests;
