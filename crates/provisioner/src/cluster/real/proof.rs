//! The proof: a customer's order through the store's public URL, dialled where requests from outside arrive.

use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use shopper::{Dial, Shop};
use store_model::{ReasonCode, SecretName, Store};
use url::Url;

use super::route::CERTIFICATE;
use super::{RealCluster, failed, refused, text};
use crate::cluster::{Retry, Sale, StepError};
use crate::config::{DialTo, Public};

impl RealCluster {
    pub(super) async fn prove(&self, store: &Store) -> Result<Sale, StepError> {
        let data = self.secret(store, SecretName::App).await?;
        let keys = shopper::keys(store.engine, |name| text(&data, name).map(Into::into))
            .map_err(|refusal| failed(ReasonCode::ProofRefused, Retry::Never, refusal.to_string()))?;
        let config = &self.settings.config;
        let public_url = Url::parse(&config.store_url(&store.host))
            .map_err(|error| failed(ReasonCode::ProofRefused, Retry::Never, format!("the store's URL: {error}")))?;
        let shop = Shop {
            public_url,
            engine: store.engine,
            dial: Dial { address: address(config.route.dial.as_ref(), config.public), trust: self.trust(store).await? },
            key: keys.shop,
        };
        shopper::prove(&shop, &keys.admin)
            .await
            .map(|proof| Sale {
                order_id: proof.order_id,
                total: proof.total,
                currency: proof.currency,
                milliseconds: u64::try_from(proof.duration.as_millis()).unwrap_or(u64::MAX),
            })
            .map_err(|refusal| {
                let code = if refusal.is_passing() { ReasonCode::Route } else { ReasonCode::ProofRefused };
                // Even a shop's own refusal is worth a second try: a pod may have been killed in the middle of the order.
                failed(code, Retry::Later, refusal.to_string())
            })
    }

    /// The CA of the store's own certificate; public ones are trusted anyway.
    async fn trust(&self, store: &Store) -> Result<Vec<Vec<u8>>, StepError> {
        if self.settings.config.route.issuer.is_empty() {
            return Ok(Vec::new());
        }
        let secrets: Api<Secret> = self.secrets(&store.id);
        let secret = secrets.get_opt(CERTIFICATE).await.map_err(|error| refused("read the certificate", error))?;
        let ca = secret.and_then(|secret| secret.data).and_then(|mut data| data.remove("ca.crt"));
        Ok(ca.map(|ca| ca.0).filter(|ca| !ca.is_empty()).into_iter().collect())
    }
}

/// `None`: wherever the name leads.
fn address(dial: Option<&DialTo>, public: Public) -> Option<(String, u16)> {
    match dial? {
        DialTo::Service { namespace, name } => Some((format!("{name}.{namespace}.svc"), public.scheme.port())),
        DialTo::Address { host, port } => Some((host.clone(), *port)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Scheme;

    #[test]
    fn the_service_is_dialled_on_the_schemes_port_whatever_the_public_one_is() {
        let service = DialTo::Service { namespace: "projectcontour".to_owned(), name: "envoy".to_owned() };
        let https = Public { scheme: Scheme::Https, port: Some(8443) };
        assert_eq!(address(Some(&service), https), Some(("envoy.projectcontour.svc".to_owned(), 443)));
        let here = DialTo::Address { host: "127.0.0.1".to_owned(), port: 18443 };
        assert_eq!(address(Some(&here), https), Some(("127.0.0.1".to_owned(), 18443)));
        assert_eq!(address(None, https), None);
    }
}
