//! The cluster's keys and certificates, made at first `up` and kept in its state directory.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SanType,
};

use crate::settings::Settings;

/// The identities inside the cluster: file name, common name, organisation.
const CLIENTS: [(&str, &str, &str); 6] = [
    ("admin", "admin", "system:masters"),
    ("kubelet-client", "kube-apiserver-kubelet-client", "system:masters"),
    ("controller-manager", "system:kube-controller-manager", ""),
    ("scheduler", "system:kube-scheduler", ""),
    ("proxy", "system:kube-proxy", ""),
    ("etcd-client", "kube-apiserver-etcd-client", ""),
];

pub(crate) fn directory(settings: &Settings) -> PathBuf {
    settings.state_dir().join("pki")
}

/// Makes all of them, or none: the directory gets its name when it is complete.
pub(crate) fn ensure(settings: &Settings) -> Result<()> {
    let directory = directory(settings);
    if directory.exists() {
        return Ok(());
    }
    let unfinished = settings.state_dir().join("pki.unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished).with_context(|| format!("remove {}", unfinished.display()))?;
    }
    fs::create_dir_all(&unfinished).with_context(|| format!("create {}", unfinished.display()))?;
    fs::set_permissions(&unfinished, fs::Permissions::from_mode(0o700))?;
    generate(settings, &unfinished).context("make the cluster's certificates")?;
    fs::rename(&unfinished, &directory).with_context(|| format!("create {}", directory.display()))
}

fn generate(settings: &Settings, directory: &Path) -> Result<()> {
    let addresses = settings.addresses();
    let node = addresses.node();
    let cluster = authority(directory, "ca", "kubernetes")?;
    let front = authority(directory, "front-proxy-ca", "front-proxy")?;

    for (file, name, organisation) in CLIENTS {
        leaf(directory, file, &cluster, name, organisation, &[])?;
    }
    leaf(directory, "front-proxy-client", &front, "front-proxy-client", "", &[])?;
    let kubelet = format!("system:node:{}", settings.name);
    leaf(directory, "kubelet", &cluster, &kubelet, "system:nodes", &[dns(&settings.name)?, ip(node), ip(LOCAL)])?;
    leaf(directory, "etcd", &cluster, "etcd", "", &[ip(LOCAL)])?;
    let names = [
        dns("kubernetes")?,
        dns("kubernetes.default")?,
        dns("kubernetes.default.svc")?,
        dns("kubernetes.default.svc.cluster.local")?,
        dns("localhost")?,
        ip(LOCAL),
        ip(node),
        ip(addresses.kubernetes_service()),
    ];
    leaf(directory, "apiserver", &cluster, "kube-apiserver", "", &names)?;

    let accounts = KeyPair::generate()?;
    write(&directory.join("service-accounts.key"), &accounts.serialize_pem())?;
    write(&directory.join("service-accounts.pub"), &accounts.public_key_pem())
}

const LOCAL: Ipv4Addr = Ipv4Addr::LOCALHOST;

fn authority(directory: &Path, file: &str, name: &str) -> Result<Issuer<'static, KeyPair>> {
    let key = KeyPair::generate()?;
    let mut params = params(name, "");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign, KeyUsagePurpose::DigitalSignature];
    let certificate = params.self_signed(&key)?;
    write(&directory.join(format!("{file}.crt")), &certificate.pem())?;
    write(&directory.join(format!("{file}.key")), &key.serialize_pem())?;
    Ok(Issuer::new(params, key))
}

fn leaf(
    directory: &Path,
    file: &str,
    issuer: &Issuer<'_, KeyPair>,
    name: &str,
    organisation: &str,
    names: &[SanType],
) -> Result<()> {
    let key = KeyPair::generate()?;
    let mut params = params(name, organisation);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
    params.subject_alt_names = names.to_vec();
    let certificate = params.signed_by(&key, issuer)?;
    write(&directory.join(format!("{file}.crt")), &certificate.pem())?;
    write(&directory.join(format!("{file}.key")), &key.serialize_pem())
}

fn params(name: &str, organisation: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    // A fixed span, wider than any cluster lives: a machine whose clock is a little off still trusts it.
    params.not_before = rcgen::date_time_ymd(2025, 1, 1);
    params.not_after = rcgen::date_time_ymd(2045, 1, 1);
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    if !organisation.is_empty() {
        params.distinguished_name.push(DnType::OrganizationName, organisation);
    }
    params
}

fn dns(name: &str) -> Result<SanType> {
    Ok(SanType::DnsName(name.try_into().with_context(|| format!("{name} as a DNS name"))?))
}

fn ip(address: Ipv4Addr) -> SanType {
    SanType::IpAddress(IpAddr::V4(address))
}

/// Nobody but root reads what is written here.
pub(crate) fn write(path: &Path, text: &str) -> Result<()> {
    use std::io::Write;
    let mut options = fs::File::options();
    options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = options.open(path).with_context(|| format!("write {}", path.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("write {}", path.display()))
}
