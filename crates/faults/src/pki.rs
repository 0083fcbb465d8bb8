//! Certificates of a control plane that lives for one test run.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use anyhow::{Context as _, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType,
};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub struct Pki {
    pub ca: String,
    pub admin: Pair,
}

pub struct Pair {
    pub certificate: String,
    pub key: String,
}

impl Pki {
    /// Writes what the API server reads, and keeps what its clients need.
    pub fn generate(directory: &Path) -> Result<Pki> {
        let key = KeyPair::generate()?;
        let mut authority = params("kubernetes", "");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let ca = authority.self_signed(&key)?.pem();
        let issuer = Issuer::new(authority, key);
        let server = leaf(&issuer, "kube-apiserver", "")?;
        let admin = leaf(&issuer, "admin", "system:masters")?;
        let accounts = KeyPair::generate()?;
        let files = [
            ("ca.crt", &ca),
            ("apiserver.crt", &server.certificate),
            ("apiserver.key", &server.key),
            ("service-accounts.key", &accounts.serialize_pem()),
            ("service-accounts.pub", &accounts.public_key_pem()),
        ];
        for (file, text) in files {
            std::fs::write(directory.join(file), text).with_context(|| format!("write {file}"))?;
        }
        Ok(Pki { ca, admin })
    }

    /// TLS to the API server as its admin.
    pub fn tls(&self) -> Result<rustls::ClientConfig> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.ca.as_bytes()).context("read the CA")?)?;
        let certificate = CertificateDer::from_pem_slice(self.admin.certificate.as_bytes()).context("read admin")?;
        let key = PrivateKeyDer::from_pem_slice(self.admin.key.as_bytes()).context("read admin's key")?;
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        Ok(rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![certificate], key)?)
    }
}

fn leaf(issuer: &Issuer<'_, KeyPair>, name: &str, organisation: &str) -> Result<Pair> {
    let key = KeyPair::generate()?;
    let mut params = params(name, organisation);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    params.subject_alt_names = vec![SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST))];
    Ok(Pair { certificate: params.signed_by(&key, issuer)?.pem(), key: key.serialize_pem() })
}

fn params(name: &str, organisation: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    // A fixed span: a machine whose clock is a little off still trusts it.
    params.not_before = rcgen::date_time_ymd(2025, 1, 1);
    params.not_after = rcgen::date_time_ymd(2045, 1, 1);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    if !organisation.is_empty() {
        params.distinguished_name.push(DnType::OrganizationName, organisation);
    }
    params
}
