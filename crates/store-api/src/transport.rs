//! The HTTP client underneath: TLS by rustls with public roots and the platform's own CA, `*.localhost` to this machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use crate::ClientError;

/// A platform that does not even take a connection in this time is not there.
const CONNECT: Duration = Duration::from_secs(10);

pub fn http_client(ca_pem: Option<&[u8]>) -> Result<reqwest::Client, ClientError> {
    let settings = tls(ca_pem)?;
    reqwest::Client::builder()
        .tls_backend_preconfigured(settings)
        .dns_resolver(LocalhostIsHere)
        .connect_timeout(CONNECT)
        // The token goes where it was meant to go, and nowhere that an answer points to.
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("store-api/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(ClientError::Transport)
}

fn tls(ca_pem: Option<&[u8]>) -> Result<rustls::ClientConfig, ClientError> {
    let mut roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect::<rustls::RootCertStore>();
    if let Some(pem) = ca_pem {
        let mut found = 0;
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let certificate = certificate.map_err(|error| ClientError::Trust(error.to_string()))?;
            roots.add(certificate).map_err(|error| ClientError::Trust(error.to_string()))?;
            found += 1;
        }
        if found == 0 {
            return Err(ClientError::Trust("it holds no certificate in PEM form".to_owned()));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError::Trust(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// RFC 6761 gives `*.localhost` to this machine; browsers keep to it, many resolvers do not.
struct LocalhostIsHere;

impl Resolve for LocalhostIsHere {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str();
            if host == "localhost" || host.ends_with(".localhost") {
                let here = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
                return Ok(Box::new(std::iter::once(here)) as Addrs);
            }
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host, 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}
