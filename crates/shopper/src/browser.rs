//! Somebody at a browser without JavaScript: opens pages, follows links, sends forms, keeps cookies for this one visit.

use reqwest::header::{CONTENT_TYPE, LOCATION, ORIGIN};
use reqwest::{Method, RequestBuilder, StatusCode};
use url::Url;

use crate::dial::{Http, body, excerpt, plain, unreachable};
use crate::html::{Document, Form};
use crate::refusal::code;
use crate::{At, Refusal, Shop};

/// A shop that sends its customers further than this sends them in circles.
const REDIRECTS: usize = 5;

pub struct Browser {
    http: Http,
    home: Url,
}

pub struct Page {
    /// As the address bar shows it.
    pub url: Url,
    pub status: StatusCode,
    pub document: Document,
}

impl Browser {
    pub fn new(shop: &Shop) -> Result<Browser, Refusal> {
        Ok(Browser { http: Http::with_cookies(shop)?, home: shop.public_url.clone() })
    }

    /// Somebody who has a look at the front page and goes.
    pub async fn glance(http: &Http) -> Result<(), Refusal> {
        let browser = Browser { http: http.clone(), home: http.public_url("/") };
        browser.home().await.map(|_| ())
    }

    pub async fn home(&self) -> Result<Page, Refusal> {
        self.open(At::Door, &self.home).await
    }

    /// A page of the shop, wherever it leads. One that is not there is a refusal.
    pub async fn open(&self, at: At, url: &Url) -> Result<Page, Refusal> {
        let page = self.follow(at, url.clone(), self.http.request_to(Method::GET, url)).await?;
        if page.status.is_success() {
            return Ok(page);
        }
        let message = format!("{} says: {}", page.url.path(), page.says());
        Err(Refusal { status: Some(page.status.as_u16()), ..Refusal::ours(at, code::UNEXPECTED, message) })
    }

    /// What a click on the form's button does. The page may say that the shop does not like it: look at its status.
    pub async fn send(&self, at: At, page: &Page, form: &Form, entries: &[(String, String)]) -> Result<Page, Refusal> {
        let mut url = match &form.action {
            Some(action) => page.link(at, action)?,
            None => page.url.clone(),
        };
        let request = if form.post {
            let request = self.http.request_to(Method::POST, &url).form(entries);
            // As every browser says where a form came from; shops refuse those of other sites by it.
            request.header(ORIGIN, page.url.origin().ascii_serialization()).header("sec-fetch-site", "same-origin")
        } else {
            url.query_pairs_mut().clear().extend_pairs(entries);
            self.http.request_to(Method::GET, &url)
        };
        self.follow(at, url, request).await
    }

    async fn follow(&self, at: At, url: Url, request: RequestBuilder) -> Result<Page, Refusal> {
        let (mut url, mut request) = (url, request);
        for _ in 0..REDIRECTS {
            if !self.http.is_of_shop(&url) {
                return Err(Refusal::ours(at, code::REDIRECTED, format!("the shop leads away to {url}")));
            }
            let response = request.send().await.map_err(|error| unreachable(at, &error))?;
            let status = response.status();
            if !status.is_redirection() {
                return page(at, url, response).await;
            }
            let place = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
            url = url.join(place).map_err(|_| Refusal {
                status: Some(status.as_u16()),
                ..Refusal::ours(
                    at,
                    code::REDIRECTED,
                    format!("the shop leads to '{}', which is no address", plain(place)),
                )
            })?;
            request = self.http.request_to(Method::GET, &url);
        }
        Err(Refusal::ours(at, code::REDIRECTED, format!("the shop leads in circles, at last to {url}")))
    }
}

impl Page {
    /// Where a link of this page leads.
    pub fn link(&self, at: At, href: &str) -> Result<Url, Refusal> {
        self.url.join(href).map_err(|_| {
            Refusal::ours(
                at,
                code::NO_WAY_ON,
                format!("{} links to '{}', which is no address", self.url.path(), plain(href)),
            )
        })
    }

    /// The links of this page to pages below a path, each once, in the page's order.
    pub fn links_below(&self, path: &str) -> Vec<Url> {
        let mut found: Vec<Url> = Vec::new();
        for url in self.document.links.iter().filter_map(|href| self.url.join(href).ok()) {
            let url = without_fragment(url);
            if url.origin() == self.url.origin() && url.path().starts_with(path) && !found.contains(&url) {
                found.push(url);
            }
        }
        found
    }

    /// The first form of this page that goes to a path or below it and has a button to press.
    pub fn form_to(&self, path: &str) -> Option<&Form> {
        self.document.forms.iter().find(|form| {
            let goes_to = match &form.action {
                Some(action) => self.url.join(action).ok(),
                None => Some(self.url.clone()),
            };
            form.post && form.can_be_sent() && goes_to.is_some_and(|url| url.path().starts_with(path))
        })
    }

    /// What the page says of itself, for a refusal.
    pub fn says(&self) -> String {
        plain(self.document.words())
    }
}

async fn page(at: At, url: Url, response: reqwest::Response) -> Result<Page, Refusal> {
    let status = response.status();
    let kind = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_html = kind.starts_with("text/html");
    let bytes = body(at, response).await?;
    if !is_html {
        let message = format!("{} is not a page: {}", url.path(), excerpt(&bytes));
        return Err(Refusal { status: Some(status.as_u16()), ..Refusal::ours(at, code::NO_HTML, message) });
    }
    Ok(Page { status, document: Document::parse(&String::from_utf8_lossy(&bytes)), url })
}

fn without_fragment(mut url: Url) -> Url {
    url.set_fragment(None);
    url
}
