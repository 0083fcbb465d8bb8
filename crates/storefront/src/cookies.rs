//! The two cookies: the basket, and the orders that this browser placed. Neither is readable by a script.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};

use crate::id::Id;

const BASKET: &str = "basket";
const ORDERS: &str = "orders";
/// 30 days.
const KEEP_SECONDS: u64 = 30 * 24 * 60 * 60;
/// Of the orders, the newest: a cookie has 4096 characters at most.
const ORDERS_KEPT: usize = 10;

/// The cart, and how many pieces it held when it was last changed here: every page shows that without asking Medusa.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Basket {
    pub cart: Id,
    pub count: u64,
}

impl Basket {
    pub fn read(headers: &HeaderMap) -> Option<Basket> {
        let (cart, count) = value(headers, BASKET)?.split_once('.')?;
        Some(Basket { cart: Id::parse(cart)?, count: count.parse().ok()? })
    }
}

/// Orders of this browser, the newest last: (number, id). The id is the secret: an order's page shows the number alone,
/// so that its address tells nobody anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orders(Vec<(u64, Id)>);

impl Orders {
    pub fn read(headers: &HeaderMap) -> Orders {
        let pairs = value(headers, ORDERS).unwrap_or_default().split('.');
        Orders(
            pairs
                .filter_map(|pair| pair.split_once('~'))
                .filter_map(|(number, id)| Some((number.parse().ok()?, Id::parse(id)?)))
                .collect(),
        )
    }

    pub fn id_of(&self, number: u64) -> Option<&Id> {
        self.0.iter().rev().find(|(each, _)| *each == number).map(|(_, id)| id)
    }

    pub fn with(mut self, number: u64, id: Id) -> Orders {
        self.0.retain(|(each, _)| *each != number);
        self.0.push((number, id));
        let surplus = self.0.len().saturating_sub(ORDERS_KEPT);
        self.0.drain(..surplus);
        self
    }
}

/// How cookies are set on this shop.
#[derive(Clone, Copy, Debug)]
pub struct Jar {
    pub secure: bool,
}

impl Jar {
    pub fn keep_basket(self, headers: &mut HeaderMap, basket: &Basket) {
        self.set(headers, BASKET, &format!("{}.{}", basket.cart, basket.count), KEEP_SECONDS);
    }

    pub fn drop_basket(self, headers: &mut HeaderMap) {
        self.set(headers, BASKET, "", 0);
    }

    pub fn keep_orders(self, headers: &mut HeaderMap, Orders(orders): &Orders) {
        let pairs: Vec<String> = orders.iter().map(|(number, id)| format!("{number}~{id}")).collect();
        self.set(headers, ORDERS, &pairs.join("."), KEEP_SECONDS);
    }

    fn set(self, headers: &mut HeaderMap, name: &str, value: &str, seconds: u64) {
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        // Ids and numbers fit into a header.
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            headers.append(SET_COOKIE, cookie);
        }
    }
}

fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs =
        headers.get_all(COOKIE).into_iter().filter_map(|header| header.to_str().ok()).flat_map(|text| text.split(';'));
    pairs.filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(text: &str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(text).unwrap())])
    }

    fn set(act: impl FnOnce(&mut HeaderMap)) -> String {
        let mut headers = HeaderMap::new();
        act(&mut headers);
        headers[SET_COOKIE].to_str().unwrap().to_owned()
    }

    #[test]
    fn a_basket_comes_back_as_it_was_set() {
        let basket = Basket { cart: Id::parse("cart_1").unwrap(), count: 3 };
        let cookie = set(|headers| Jar { secure: true }.keep_basket(headers, &basket));
        assert_eq!(cookie, "basket=cart_1.3; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure");
        assert_eq!(Basket::read(&sent("a=b; basket=cart_1.3")), Some(basket));
        assert!(!set(|headers| Jar { secure: false }.drop_basket(headers)).contains("Secure"));
    }

    #[test]
    fn a_cookie_that_somebody_made_up_is_none() {
        for text in ["basket=", "basket=../x.1", "basket=cart_1", "basket=cart_1.x", "other=cart_1.1"] {
            assert_eq!(Basket::read(&sent(text)), None, "{text}");
        }
        assert_eq!(Orders::read(&sent("orders=x~y.1~a/b.~")), Orders::default());
    }

    #[test]
    fn the_newest_orders_are_kept() {
        let mut orders = Orders::default();
        for number in 1..=12 {
            orders = orders.with(number, Id::parse(&format!("order_{number}")).unwrap());
        }
        let cookie = set(|headers| Jar { secure: false }.keep_orders(headers, &orders));
        let back = Orders::read(&sent(cookie.split(';').next().unwrap()));
        assert_eq!(back, orders);
        assert_eq!(back.id_of(2), None);
        assert_eq!(back.id_of(12).unwrap().as_str(), "order_12");
    }
}
