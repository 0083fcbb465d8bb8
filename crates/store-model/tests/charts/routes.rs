//! Which path of a store's address leads to which of its Services.

use serde_json::Value;
use store_model::values::{ParentRef, StoreValues};
use store_model::{Engine, Plan};

use crate::agreement::{render, values};
use crate::files::{kind, name};

const ADMIN: &str = "office.example.com";

/// Medusa's own paths go to Medusa on the shop's host, and everything else to the storefront.
#[test]
fn the_shop_s_host_has_all_paths() {
    let objects = render("routes.json", &values(Engine::Medusa, Plan::Small));
    let expected = [
        ("/admin/products", "medusa:9000"),
        ("/app", "medusa:9000"),
        ("/app/login", "medusa:9000"),
        ("/auth/user/emailpass", "medusa:9000"),
        ("/hooks/payment/x", "medusa:9000"),
        ("/static/samples/mug.webp", "medusa:9000"),
        ("/store/carts", "medusa:9000"),
        ("/", "storefront:80"),
        ("/apple", "storefront:80"),
        ("/stores", "storefront:80"),
        ("/products/mug", "storefront:80"),
        // What asks after health stays inside.
        ("/health", "storefront:80"),
        ("/healthz/ready", "storefront:80"),
    ];
    for (path, backend) in expected {
        assert_eq!(ingress(&objects, "corner-shop.localhost", path).as_deref(), Some(backend), "{path}");
    }
    let objects = render("routes-woocommerce.json", &values(Engine::Woocommerce, Plan::Small));
    assert_eq!(ingress(&objects, "corner-shop.localhost", "/wp-admin/").as_deref(), Some("wordpress:80"));
}

/// The admin's host has what its pages call, and no shop; the shop's host keeps its paths.
#[test]
fn the_admin_has_a_host_of_its_own_by_values() {
    let objects = render("routes-admin.json", &with_admin_host());
    for path in ["/app", "/admin/products", "/auth/user/emailpass", "/static/a.webp"] {
        assert_eq!(ingress(&objects, ADMIN, path).as_deref(), Some("medusa:9000"), "{path}");
        assert_eq!(ingress(&objects, "corner-shop.localhost", path).as_deref(), Some("medusa:9000"), "{path}");
    }
    for path in ["/", "/store/carts", "/hooks/x", "/healthz/ready"] {
        assert_eq!(ingress(&objects, ADMIN, path), None, "{path}");
    }
    let ingress = objects.iter().find(|o| kind(o) == "Ingress").unwrap();
    assert_eq!(ingress["spec"]["tls"][0]["hosts"][1], ADMIN);
    // A browser on the admin's host is let in by Medusa.
    let told = objects.iter().find(|o| kind(o) == "ConfigMap").unwrap();
    let origins = "https://corner-shop.localhost:8443,https://office.example.com:8443";
    assert_eq!(told["data"]["ADMIN_CORS"], origins);
    assert_eq!(told["data"]["AUTH_CORS"], origins);
}

/// Ingress and HTTPRoute say the same.
#[test]
fn a_gateway_is_told_the_same_routes() {
    let mut values = with_admin_host();
    values.http_route.enabled = true;
    values.http_route.parent_refs = vec![ParentRef { name: "platform".to_owned(), ..ParentRef::default() }];
    let objects = render("routes-gateway.json", &values);
    let of_gateway: Vec<_> = objects
        .iter()
        .filter(|o| kind(o) == "HTTPRoute")
        .flat_map(|route| {
            let host = route["spec"]["hostnames"][0].as_str().unwrap().to_owned();
            route["spec"]["rules"].as_array().unwrap().iter().map(move |rule| {
                let path = rule["matches"][0]["path"]["value"].as_str().unwrap();
                let backend = &rule["backendRefs"][0];
                (host.clone(), path.to_owned(), format!("{}:{}", backend["name"].as_str().unwrap(), backend["port"]))
            })
        })
        .collect();
    let of_ingress: Vec<_> = rules(&objects).collect();
    assert_eq!(of_gateway, of_ingress);
    let named: Vec<_> = objects.iter().filter(|o| kind(o) == "HTTPRoute").map(name).collect();
    assert_eq!(named, ["store", "store-admin"]);
}

/// Each Service that a route names is there, has that port, and is answered by pods that are probed there.
#[test]
fn routes_end_at_services_that_are_there() {
    for engine in Engine::ALL {
        let objects = render(&format!("ends-{}.json", engine.as_str()), &values(engine, Plan::Medium));
        for (_, path, backend) in rules(&objects) {
            let (service, port) = backend.split_once(':').unwrap();
            let found = objects.iter().find(|o| kind(o) == "Service" && name(o) == service).unwrap();
            let ports = found["spec"]["ports"].as_array().unwrap();
            let target =
                ports.iter().find(|p| p["port"].as_u64() == port.parse().ok()).unwrap_or_else(|| panic!("{path}"));
            let selector = &found["spec"]["selector"];
            let pods =
                objects.iter().find(|o| kind(o) == "Deployment" && o["spec"]["selector"]["matchLabels"] == *selector);
            let container = &pods.unwrap()["spec"]["template"]["spec"]["containers"][0];
            assert!(container["ports"].as_array().unwrap().iter().any(|p| p["name"] == target["targetPort"]), "{path}");
        }
    }
}

fn with_admin_host() -> StoreValues {
    let mut values = values(Engine::Medusa, Plan::Small);
    ADMIN.clone_into(&mut values.ingress.admin_host);
    values
}

/// Host, path and backend of each rule.
fn rules(objects: &[Value]) -> impl Iterator<Item = (String, String, String)> {
    let ingress = objects.iter().find(|o| kind(o) == "Ingress").unwrap();
    ingress["spec"]["rules"].as_array().unwrap().iter().flat_map(|rule| {
        let host = rule["host"].as_str().unwrap();
        rule["http"]["paths"].as_array().unwrap().iter().map(move |path| {
            assert_eq!(path["pathType"], "Prefix");
            let service = &path["backend"]["service"];
            let backend = format!("{}:{}", service["name"].as_str().unwrap(), service["port"]["number"]);
            (host.to_owned(), path["path"].as_str().unwrap().to_owned(), backend)
        })
    })
}

/// Where Kubernetes sends a path: to the longest prefix that fits, element by element.
fn ingress(objects: &[Value], host: &str, path: &str) -> Option<String> {
    let fits = |prefix: &str| {
        path.strip_prefix(prefix).is_some_and(|rest| prefix == "/" || rest.is_empty() || rest.starts_with('/'))
    };
    let all = rules(objects).filter(|(of, prefix, _)| of == host && fits(prefix));
    all.max_by_key(|(_, prefix, _)| prefix.len()).map(|(_, _, backend)| backend)
}
