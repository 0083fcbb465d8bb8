use super::*;
use crate::Customer;

fn filled(html: &str) -> Result<Vec<(String, String)>, String> {
    let customer = Customer::example();
    Document::parse(html).forms[0].fill(Wish { customer: &customer, quantity: 2 })
}

fn pairs(html: &str) -> Vec<String> {
    filled(html).unwrap().into_iter().map(|(name, value)| format!("{name}={value}")).collect()
}

#[test]
fn a_page_is_read_for_what_a_visitor_acts_on() {
    let page = Document::parse(
        r#"<!doctype html><title>Cups &amp; mugs</title><script>"<a href='/no'>"</script>
        <h1>A <em>red</em> cup</h1><div role="alert">Only <div>two</div> left</div><p>elsewhere</p>
        <a href="/products/cup?colour=red&amp;size=m">Cup</a>
        <section data-order="order_1"></section>
        <form action="/basket" method="POST"><button>Buy</button></form><form><input name="q"></form>"#,
    );
    assert_eq!((page.title.as_str(), page.heading.as_str()), ("Cups & mugs", "A red cup"));
    assert_eq!(page.alert, "Only two left");
    assert_eq!(page.words(), "Only two left");
    assert_eq!(page.links, ["/products/cup?colour=red&size=m"]);
    assert_eq!(page.datum("order"), Some("order_1"));
    let [buy, search] = &page.forms[..] else { panic!("{:?}", page.forms) };
    assert_eq!((buy.action.as_deref(), buy.post, buy.can_be_sent()), (Some("/basket"), true, true));
    assert_eq!((search.action.as_deref(), search.post, search.can_be_sent()), (None, false, false));
}

#[test]
fn an_address_is_filled_in_by_what_the_fields_say_they_are_for() {
    let form = r#"<form method=post>
        <input type=hidden name=token value="t&quot;1">
        <input name=a autocomplete="shipping given-name" required><input name=b autocomplete="family-name">
        <input name=c type=email required><input name=d autocomplete="street-address" value="old street">
        <input name=e autocomplete="postal-code"><input name=f autocomplete="address-level2">
        <select name=g autocomplete="country"><option value="">Choose</option><option value=at selected>Austria
        <option value=de>Germany</option></select>
        <input name=h type=tel><input name=i value=kept><textarea name=j>a note</textarea><input name=k disabled value=x>
        <button name=go value=1>Next</button><button name=other value=2>Other</button></form>"#;
    assert_eq!(
        pairs(form),
        [
            "token=t\"1",
            "a=Mara",
            "b=Lindner",
            "c=mara.lindner@example.com",
            "d=Torstraße 140",
            "e=10119",
            "f=Berlin",
            "g=de",
            "h=+49 30 901820",
            "i=kept",
            "j=a note",
            "go=1",
        ]
    );
}

#[test]
fn what_is_chosen_is_what_a_browser_would_send() {
    let radios = "<form><input type=radio name=v value=a disabled><input type=radio name=v value=b><input type=radio name=v value=c>\
        <input type=radio name=w value=d><input type=radio name=w value=e checked><input type=number name=q value=1>\
        <input type=checkbox name=news><input type=checkbox name=terms required><button>Buy</button></form>";
    assert_eq!(pairs(radios), ["v=b", "w=e", "q=2", "terms=on"]);
    let select = "<form><select name=s><option disabled>none</option><option>blue</option></select></form>";
    assert_eq!(pairs(select), ["s=blue"]);
}

#[test]
fn what_a_customer_cannot_give_is_named() {
    let country = "<form><select name=land autocomplete=country><option value=fr>France</option></select></form>";
    assert_eq!(filled(country).unwrap_err(), "'DE' is not among the choices of 'land'");
    let field = "<form><input name=vat required></form>";
    assert!(filled(field).unwrap_err().contains("'vat'"));
}

#[test]
fn a_form_without_a_button_to_press_cannot_be_sent() {
    let sendable = |button: &str| Document::parse(&format!("<form>{button}</form>")).forms[0].can_be_sent();
    assert!(sendable("<button>Buy</button>") && sendable("<input type=submit>"));
    assert!(!sendable("<button disabled>Sold out</button>"));
    assert!(!sendable("<button type=button>+</button>"));
    assert!(!sendable("<button formaction=/remove>Remove</button>"));
}
