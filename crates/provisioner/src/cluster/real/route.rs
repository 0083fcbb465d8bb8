//! Whether a request could find the store: its Ingress or HTTPRoute, and its certificate.

use kube::api::DynamicObject;
use serde_json::Value;
use store_model::RouteSeen;

use super::light::Ingress;
use super::watch::Watches;
use crate::config::Route;

/// The chart's names.
const ROUTE: &str = "store";
pub const CERTIFICATE: &str = "store-tls";

pub fn seen(watches: &Watches, route: &Route, namespace: &str) -> RouteSeen {
    let ingress = watches.ingresses.get(namespace, ROUTE);
    let http_route = watches.http_routes.get(namespace, ROUTE);
    let certificate = watches.certificates.get(namespace, CERTIFICATE);
    judge(route, ingress.as_deref(), http_route.as_deref(), certificate.as_deref())
}

/// Pure. An Ingress has no word for "taken": whether it is, the proof finds out.
fn judge(
    route: &Route,
    ingress: Option<&Ingress>,
    http_route: Option<&DynamicObject>,
    certificate: Option<&DynamicObject>,
) -> RouteSeen {
    if (route.ingress && ingress.is_none()) || (route.gateway.is_some() && http_route.is_none()) {
        return RouteSeen::Absent;
    }
    if !route.ingress && route.gateway.is_none() {
        return RouteSeen::Absent;
    }
    if route.gateway.is_some()
        && let Some(detail) = http_route.and_then(not_accepted)
    {
        return RouteSeen::Waiting { detail };
    }
    if route.ingress && !route.issuer.is_empty() {
        let detail = match certificate {
            None => Some("the certificate is not requested yet".to_owned()),
            Some(certificate) => not_issued(certificate),
        };
        if let Some(detail) = detail {
            return RouteSeen::Waiting { detail };
        }
    }
    RouteSeen::Ready
}

fn not_issued(certificate: &DynamicObject) -> Option<String> {
    let conditions = certificate.data.pointer("/status/conditions").and_then(Value::as_array);
    let ready = conditions.into_iter().flatten().find(|condition| condition["type"] == "Ready");
    match ready {
        Some(condition) if condition["status"] == "True" => None,
        Some(condition) => Some(format!("the certificate is not issued: {}", word(&condition["message"]))),
        None => Some("the certificate is not issued yet".to_owned()),
    }
}

fn not_accepted(http_route: &DynamicObject) -> Option<String> {
    let parents = http_route.data.pointer("/status/parents").and_then(Value::as_array)?;
    let conditions = parents.iter().filter_map(|parent| parent["conditions"].as_array()).flatten();
    let refusal =
        conditions.into_iter().find(|condition| condition["type"] == "Accepted" && condition["status"] == "False");
    refusal.map(|condition| format!("the gateway refuses the route: {}", word(&condition["message"])))
}

fn word(message: &Value) -> &str {
    message.as_str().unwrap_or("no reason is given")
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::needless_pass_by_value,
        reason = "json! makes values, and tests read better without borrowing them"
    )]

    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn ingress() -> Ingress {
        Ingress { name: ROUTE.to_owned() }
    }

    fn route(issuer: &str, gateway: bool) -> Route {
        Route {
            ingress: true,
            ingress_class: String::new(),
            issuer: issuer.to_owned(),
            dial: None,
            gateway: gateway.then(|| ("projectcontour".to_owned(), "platform".to_owned())),
            namespace_labels: BTreeMap::new(),
        }
    }

    fn object(data: Value) -> DynamicObject {
        serde_json::from_value(
            json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": "x"}, "status": data["status"]}),
        )
        .unwrap()
    }

    #[test]
    fn plain_http_needs_the_ingress_alone() {
        assert_eq!(judge(&route("", false), None, None, None), RouteSeen::Absent);
        assert_eq!(judge(&route("", false), Some(&ingress()), None, None), RouteSeen::Ready);
    }

    #[test]
    fn a_certificate_is_waited_for_in_its_own_words() {
        let ingress = ingress();
        let of = |certificate| judge(&route("selfsigned", false), Some(&ingress), None, certificate);
        assert!(matches!(of(None), RouteSeen::Waiting { .. }));
        let waiting = object(
            json!({"status": {"conditions": [{"type": "Ready", "status": "False", "message": "issuer x not found"}]}}),
        );
        assert_eq!(
            of(Some(&waiting)),
            RouteSeen::Waiting { detail: "the certificate is not issued: issuer x not found".to_owned() }
        );
        let issued = object(json!({"status": {"conditions": [{"type": "Ready", "status": "True"}]}}));
        assert_eq!(of(Some(&issued)), RouteSeen::Ready);
    }

    #[test]
    fn a_refused_http_route_says_why() {
        let ingress = ingress();
        let of = |http_route| judge(&route("", true), Some(&ingress), http_route, None);
        assert_eq!(of(None), RouteSeen::Absent);
        let refused = object(
            json!({"status": {"parents": [{"conditions": [{"type": "Accepted", "status": "False", "message": "no listener"}]}]}}),
        );
        assert_eq!(
            of(Some(&refused)),
            RouteSeen::Waiting { detail: "the gateway refuses the route: no listener".to_owned() }
        );
        assert_eq!(of(Some(&object(json!({"status": {}})))), RouteSeen::Ready);
    }
}
