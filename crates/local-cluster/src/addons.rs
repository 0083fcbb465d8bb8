//! What makes a bare Kubernetes a place for stores: DNS, volumes, ingress, certificates, metrics.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use base64::Engine;
use sha2::{Digest, Sha256};

use crate::cluster::{Cluster, run};
use crate::image::SANDBOX_IMAGE;
use crate::progress::Step;
use crate::settings::Settings;
use crate::{resolver, up};

const PATIENCE: Duration = Duration::from_mins(3);
const TRY: Duration = Duration::from_millis(300);

pub(crate) struct Addons<'a> {
    cluster: &'a Cluster,
    /// The API server knows no object of a type that it has not been told of.
    types: String,
    /// What needs none of these types, and can start meanwhile.
    early: String,
    objects: String,
    /// Last: they pass through a webhook that has to run first.
    issuers: String,
    mark: String,
}

impl<'a> Addons<'a> {
    pub fn new(settings: &Settings, cluster: &'a Cluster) -> Result<Self> {
        let manifest = |name: &str| cluster.binaries.manifest(name);
        let types =
            [manifest("gateway-crds.yaml")?, manifest("contour-crds.yaml")?, manifest("cert-manager-crds.yaml")?];
        let types = types.join(BETWEEN);
        let filled = |texts: &[&str]| texts.iter().map(|text| fill(text, settings, cluster)).collect::<Vec<_>>();
        let early = filled(&[
            NAMESPACES,
            include_str!("../addons/dns.yaml"),
            include_str!("../addons/storage.yaml"),
            include_str!("../addons/metrics.yaml"),
        ])
        .join(BETWEEN);
        let late = filled(&[include_str!("../addons/certificates.yaml"), include_str!("../addons/ingress.yaml")]);
        let objects = [manifest("contour-rbac.yaml")?, late.join(BETWEEN)].join(BETWEEN);
        let issuers = fill(include_str!("../addons/issuers.yaml"), settings, cluster);
        let mut hash = Sha256::new();
        for text in [&types, &early, &objects, &issuers] {
            hash.update(text);
        }
        let mark = hex::encode(hash.finalize());
        Ok(Self { cluster, types, early, objects, issuers, mark })
    }

    /// Names what is installed; another version of this program, or other programs, give another mark.
    pub fn mark(&self) -> &str {
        &self.mark
    }

    pub fn install(&self, step: &Step) -> Result<()> {
        step.note("types");
        thread::scope(|scope| {
            let types = scope.spawn(|| up::apply(self.cluster, &self.types).context("install the resource types"));
            retry("install DNS and storage", || up::apply(self.cluster, &self.early))?;
            types.join().unwrap_or_else(|_| bail!("installing the resource types ended without a word"))
        })?;
        step.note("objects");
        retry("install the objects", || up::apply(self.cluster, &self.objects))?;
        step.note("issuers");
        retry("install the certificate issuers", || up::apply(self.cluster, &self.issuers))?;
        retry("the local authority has no certificate", || self.save_authority())?;
        Ok(())
    }

    /// Writes the authority's certificate where people can point their browser at it.
    fn save_authority(&self) -> Result<()> {
        let mut command = self.cluster.kubectl();
        command.args(["get", "secret", "store-platform-ca", "-n", "cert-manager", r"-o=jsonpath={.data.tls\.crt}"]);
        let encoded = run(&mut command)?;
        let pem = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).context("decode the certificate")?;
        if !pem.starts_with(b"-----BEGIN CERTIFICATE") {
            bail!("the Secret store-platform-ca holds no certificate");
        }
        let path = &self.cluster.ca_certificate;
        fs::write(path, pem).with_context(|| format!("write {}", path.display()))
    }
}

/// A type is served a moment after it is made; until then its objects are refused.
fn retry(what: &str, mut attempt: impl FnMut() -> Result<()>) -> Result<()> {
    let began = Instant::now();
    loop {
        match attempt() {
            Ok(()) => return Ok(()),
            Err(error) if began.elapsed() > PATIENCE => return Err(error.context(what.to_owned())),
            Err(_) => thread::sleep(TRY),
        }
    }
}

/// The values are our own paths and addresses, never a user's text.
fn fill(text: &str, settings: &Settings, cluster: &Cluster) -> String {
    let addresses = settings.addresses();
    let servers = resolver::upstream();
    // Without a server to ask, the plugin would refuse to start.
    let forward = if servers.is_empty() { "" } else { "forward . /etc/resolv.conf" };
    text.replace("@IMAGE@", SANDBOX_IMAGE)
        .replace("@NAME@", &settings.name)
        .replace("@PROGRAMS@", &cluster.binaries.directory.display().to_string())
        .replace("@VOLUMES@", &settings.state_dir().join("volumes").display().to_string())
        .replace("@DNS@", &addresses.dns().to_string())
        .replace("@ENVOY@", &addresses.envoy().to_string())
        .replace("@FORWARD@", forward)
}

const BETWEEN: &str = "\n---\n";

const NAMESPACES: &str = "
apiVersion: v1
kind: Namespace
metadata: {name: projectcontour}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: contour, namespace: projectcontour}
---
apiVersion: v1
kind: Namespace
metadata: {name: cert-manager}
";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binaries::Binaries;

    #[test]
    fn no_mark_is_left_to_fill_in() {
        let settings = Settings::for_test("one", 1);
        let cluster = Cluster::of(&settings, Binaries { directory: "/cache/bin/x".into() });
        let texts = [
            include_str!("../addons/dns.yaml"),
            include_str!("../addons/storage.yaml"),
            include_str!("../addons/ingress.yaml"),
            include_str!("../addons/certificates.yaml"),
            include_str!("../addons/metrics.yaml"),
            include_str!("../addons/issuers.yaml"),
        ];
        for text in texts {
            let filled = fill(text, &settings, &cluster);
            assert!(!filled.contains('@'), "{filled}");
        }
    }

    #[test]
    fn six_deployments_are_waited_for() {
        let all = [
            include_str!("../addons/dns.yaml"),
            include_str!("../addons/storage.yaml"),
            include_str!("../addons/ingress.yaml"),
            include_str!("../addons/certificates.yaml"),
        ]
        .join(BETWEEN);
        // Once on the deployment, once on its pods.
        assert_eq!(all.matches("store-platform.dev/part: cluster").count(), 2 * crate::readiness::DEPLOYMENTS);
    }
}
