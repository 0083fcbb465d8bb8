//! What may be a name, a host and an id, and what may not.

use store_model::{HostName, NameError, StoreId, StoreName};

#[test]
fn good_names_are_taken() {
    for name in ["abc", "my-shop", "a1b2c3", "shop-24", &"a".repeat(30)] {
        assert_eq!(StoreName::parse(name).map(|name| name.to_string()), Ok(name.to_owned()));
    }
}

#[test]
fn bad_names_are_refused_for_what_is_wrong_with_them() {
    let long = "a".repeat(64 * 1024);
    let cases = [
        ("", NameError::Length),
        ("ab", NameError::Length),
        (&"a".repeat(31), NameError::Length),
        (long.as_str(), NameError::Length),
        ("Shop", NameError::Characters),
        ("1shop", NameError::Characters),
        ("-shop", NameError::Characters),
        ("shop-", NameError::Characters),
        ("my shop", NameError::Characters),
        ("my_shop", NameError::Characters),
        ("my.shop", NameError::Characters),
        ("shop\n", NameError::Characters),
        ("shop\0", NameError::Characters),
        ("shop'", NameError::Characters),
        ("shop\"", NameError::Characters),
        ("{{shop}}", NameError::Characters),
        ("a,b=c", NameError::Characters),
        ("$(shop)", NameError::Characters),
        ("../../etc", NameError::Characters),
        ("shöp", NameError::Characters),
        ("\u{202e}pohs", NameError::Characters),
        ("xn--shp-sna", NameError::Characters),
        ("admin", NameError::Reserved),
        ("www", NameError::Reserved),
    ];
    for (name, wrong) in cases {
        assert_eq!(StoreName::parse(name), Err(wrong), "{:?}", name.get(..20).unwrap_or(name));
    }
}

#[test]
fn hosts_are_dns_names_and_nothing_else() {
    for host in ["localhost", "shop.example.com", "a.b-c.d1", "1shop.example"] {
        assert_eq!(HostName::parse(host).map(|host| host.to_string()), Ok(host.to_owned()));
    }
    let label = "a".repeat(64);
    let long = ["a"; 128].join(".");
    for host in [
        "",
        ".",
        "shop.",
        ".shop",
        "a..b",
        "Shop.example",
        "shop:80",
        "user@shop",
        "127.0.0.1",
        "1.2",
        "[::1]",
        "a b",
        "a\n",
        &label,
        &long,
    ] {
        assert_eq!(HostName::parse(host), Err(NameError::Host), "{host:?}");
    }
}

#[test]
fn a_store_has_its_own_host_below_the_domain() {
    let host = HostName::of_store(&StoreName::parse("my-shop").unwrap(), &HostName::parse("example.com").unwrap());
    assert_eq!(host.unwrap().as_str(), "my-shop.example.com");
}

#[test]
fn ids_are_the_server_s_own() {
    let id = StoreId::parse("s0a1b2c3d4e5").unwrap();
    assert_eq!(id.namespace(), "store-s0a1b2c3d4e5");
    for text in ["", "s", "x0a1b2c3d4e5", "s0a1b2c3d4e", "s0a1b2c3d4e56", "s0A1b2c3d4e5", "s0a1b2c3d4e-", "kube-system"]
    {
        assert_eq!(StoreId::parse(text), Err(NameError::Id), "{text:?}");
    }
}
