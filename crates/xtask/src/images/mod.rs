//! The container images: built once per hash of what goes into them, kept as OCI archives in the cache.
//!
//! One Dockerfile an image, built by Docker where an engine answers, else by buildah. See docs/images.md.

mod base;
mod builder;
mod context;
mod dashboard;
mod licences;
mod npm;
mod record;
mod sbom;
mod stores;
mod tidy;
mod woocommerce;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use local_cluster::progress::Progress;
use store_model::{Engine, ImageName};
use tempfile::NamedTempFile;

use crate::target::cache;
use builder::Builder;
use context::BuildContext;
use record::Record;
use stores::Failure;

pub use stores::{Lack, ensure as ensure_stores};

/// MySQL's and WooCommerce's versions stand in their Dockerfiles too, which refuse to build another.
const MYSQL_VERSION: &str = "9.7";
const WOOCOMMERCE_VERSION: &str = "11.0.1";
/// As do Medusa's (in its package.json) and what it stores in.
const MEDUSA_VERSION: &str = "2.18.0";
const POSTGRES_VERSION: &str = "17";
const VALKEY_VERSION: &str = "8.1";
/// Beside the dashboard the one image that no store runs.
const PROVISIONER: &str = "provisioner";

#[derive(Args, Clone, Debug)]
pub struct Images {
    /// Only these
    #[arg(value_parser = PossibleValuesParser::new(names()))]
    which: Vec<String>,
    /// What builds them
    #[arg(long, value_enum, default_value_t = BuildWith::Auto)]
    builder: BuildWith,
    /// Build even if an archive of the same inputs exists: takes the newest packages of the Debian release
    #[arg(long)]
    fresh: bool,
    /// The provisioner optimised, for publishing (docs/decisions/002-one-build-profile.md)
    #[arg(long)]
    release: bool,
}

/// Every image there is, as the command line names it.
fn names() -> Vec<&'static str> {
    [PROVISIONER, dashboard::NAME].into_iter().chain(ImageName::ALL.map(ImageName::as_str)).collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BuildWith {
    /// Docker where an engine answers, else buildah
    Auto,
    Docker,
    Buildah,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Profile {
    Dev,
    Release,
    /// Small: it runs once a store.
    Storefront,
}

impl Profile {
    /// For cargo, and where it puts what it built.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Profile::Dev => ("dev", "debug"),
            Profile::Release => ("release", "release"),
            Profile::Storefront => ("storefront", "storefront"),
        }
    }
}

/// An image as an archive on this machine.
#[derive(Clone, Debug)]
pub struct BuiltImage {
    pub repository: String,
    pub tag: String,
    pub archive: PathBuf,
    /// Of the manifest.
    pub digest: String,
}

#[derive(Clone, Debug, Default)]
pub struct BuiltImages {
    pub provisioner: Option<BuiltImage>,
    pub dashboard: Option<BuiltImage>,
    /// What stores run.
    pub stores: BTreeMap<ImageName, BuiltImage>,
    /// Engines that lack an image.
    pub unavailable: BTreeMap<Engine, Lack>,
}

impl BuiltImage {
    /// The name under which a node knows the image: short names in a pod mean docker.io's.
    pub fn reference(&self) -> String {
        format!("docker.io/{}:{}", self.repository, self.tag)
    }
}

impl BuiltImages {
    pub fn all(&self) -> impl Iterator<Item = &BuiltImage> {
        self.provisioner.iter().chain(&self.dashboard).chain(self.stores.values())
    }
}

/// What must be installed to build without Docker.
pub fn debian_packages() -> &'static [&'static str] {
    if Builder::docker_answers() {
        &["curl", "unzip"]
    } else {
        &["buildah", "mmdebstrap", "debian-archive-keyring", "curl", "unzip"]
    }
}

pub fn run(args: &Images, progress: &Progress) -> Result<ExitCode> {
    crate::deps::ensure(debian_packages(), progress)?;
    let wants = |name: &str| args.which.is_empty() || args.which.iter().any(|each| each == name);
    let factory = Factory::new(args.builder, args.fresh, progress)?;
    let mut built = BuiltImages::default();
    let mut unavailable = Vec::new();
    for name in ImageName::ALL.into_iter().filter(|name| wants(name.as_str())) {
        match factory.store(name) {
            Ok(image) => {
                built.stores.insert(name, image);
            }
            Err(Failure::Unavailable(why)) => unavailable.push(format!("{} is not available: {why}", name.as_str())),
            Err(Failure::Fault(error)) => return Err(error),
        }
    }
    if wants(dashboard::NAME) {
        built.dashboard = Some(factory.dashboard()?);
    }
    if wants(PROVISIONER) {
        let settings = crate::target::settings(local_cluster::DEFAULT_NAME)?;
        let profile = if args.release { Profile::Release } else { Profile::Dev };
        let program = factory.compile(PROVISIONER, profile)?;
        built.provisioner = Some(factory.provisioner(&program, &local_cluster::build(&settings, progress)?.helm())?);
    }
    for image in built.all() {
        let name = image.repository.rsplit('/').next().unwrap_or_default();
        let megabytes = std::fs::metadata(&image.archive).context("look at the archive")?.len() / 1_000_000;
        let contents = sbom::ensure(&factory.images, name, &image.tag)?;
        println!("{}@{}", image.reference(), image.digest);
        println!("    {megabytes} MB  {}\n    what is in it  {}", image.archive.display(), contents.display());
    }
    if !unavailable.is_empty() {
        bail!("{}", unavailable.join("\n"));
    }
    Ok(ExitCode::SUCCESS)
}

/// What goes into the provisioner's image: it needs nothing of the cluster's programs, so it need not wait for them.
pub fn compile_provisioner(progress: &Progress) -> Result<NamedTempFile> {
    Factory::new(BuildWith::Auto, false, progress)?.compile(PROVISIONER, Profile::Dev)
}

/// The provisioner's image, of that program, that Helm, and the chart of this checkout.
pub fn ensure_provisioner(program: &NamedTempFile, helm: &Path, progress: &Progress) -> Result<BuiltImage> {
    Factory::new(BuildWith::Auto, false, progress)?.provisioner(program, helm)
}

/// The dashboard's image, of this checkout's pages.
pub fn ensure_dashboard(progress: &Progress) -> Result<BuiltImage> {
    Factory::new(BuildWith::Auto, false, progress)?.dashboard()
}

/// Sends an image to a registry, from which a cluster that exists takes it.
pub fn push(image: &BuiltImage, registry: &str, progress: &Progress) -> Result<()> {
    let log = cache()?.join("log/images-push.log");
    let name = format!("{registry}/{}:{}", image.repository, image.tag);
    let step = progress.step(&format!("push {name}"), Some(&log));
    match builder::push(&image.archive, &name, &cache()?.join("images"), progress, &log) {
        Ok(()) => {
            step.done("");
            Ok(())
        }
        Err(error) => {
            step.fail(&error);
            Err(error)
        }
    }
}

/// What goes into a store's image.
struct Inputs {
    version: &'static str,
    context: BuildContext,
    /// A part that was made for it, and goes when the image is done.
    kept: Option<NamedTempFile>,
}

struct Factory<'a> {
    builder: Builder,
    cache: PathBuf,
    images: PathBuf,
    fresh: bool,
    progress: &'a Progress,
}

impl<'a> Factory<'a> {
    fn new(with: BuildWith, fresh: bool, progress: &'a Progress) -> Result<Factory<'a>> {
        let cache = cache()?;
        let images = cache.join("images");
        std::fs::create_dir_all(&images).with_context(|| format!("create {}", images.display()))?;
        Ok(Factory { builder: Builder::choose(with, &images)?, cache, images, fresh, progress })
    }

    fn store(&self, name: ImageName) -> Result<BuiltImage, Failure> {
        let Inputs { version, mut context, kept: _kept } = self.inputs(name)?;
        let word = name.as_str();
        if let Some(image) = self.existing(word, &context.tag(version))? {
            return Ok(image);
        }
        if name == ImageName::Woocommerce {
            let digest = woocommerce::pinned_digest(&sources(word)?)?;
            let plugin = woocommerce::find(&self.cache, version, &digest, self.progress)
                .map_err(|unavailable| Failure::Unavailable(unavailable.to_string()))?;
            context.provide(word, &plugin);
        }
        Ok(self.ensure(word, version, &context)?)
    }

    /// The image, if it need not be built.
    fn made_before(&self, name: ImageName) -> Result<Option<BuiltImage>> {
        let Inputs { version, context, kept: _kept } = self.inputs(name)?;
        self.existing(name.as_str(), &context.tag(version))
    }

    fn inputs(&self, name: ImageName) -> Result<Inputs> {
        let sources = sources(name.as_str())?;
        let mut context = BuildContext::default();
        context.directory("", &sources)?;
        let mut kept = None;
        let version = match name {
            ImageName::Mysql => MYSQL_VERSION,
            ImageName::Postgres => POSTGRES_VERSION,
            ImageName::Valkey => VALKEY_VERSION,
            ImageName::Woocommerce => {
                // The plugin is named by its content digest: it need not be there, nor be read, when the archive is.
                context.named("woocommerce", &woocommerce::pinned_digest(&sources)?);
                WOOCOMMERCE_VERSION
            }
            ImageName::Medusa => {
                // Before anything is downloaded; the build asks again, of what is left after trimming.
                licences::of(&sources.join("app"))?;
                // Both engines show the same pictures.
                context.directory("app/samples", &self::sources("woocommerce")?.join("setup/samples"))?;
                MEDUSA_VERSION
            }
            ImageName::Storefront => {
                let program = self.compile("storefront", Profile::Storefront)?;
                context.file("storefront", program.path())?;
                kept = Some(program);
                env!("CARGO_PKG_VERSION")
            }
        };
        Ok(Inputs { version, context, kept })
    }

    fn provisioner(&self, program: &NamedTempFile, helm: &Path) -> Result<BuiltImage> {
        let mut context = BuildContext::default();
        context.directory("", &sources(PROVISIONER)?)?;
        context.file(PROVISIONER, program.path())?;
        context.file("helm", helm)?;
        context.directory("chart", &crate::platform::repository()?.join("helm-charts/store-instance"))?;
        self.ensure(PROVISIONER, env!("CARGO_PKG_VERSION"), &context)
    }

    /// A program of this workspace, without symbols: they are four fifths of a development build, and nobody debugs
    /// inside an image.
    fn compile(&self, package: &str, profile: Profile) -> Result<NamedTempFile> {
        let repository = crate::platform::repository()?;
        let log = self.cache.join(format!("log/{package}-build.log"));
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        let (profile, folder) = profile.names();
        cargo.current_dir(&repository).args(["build", "--locked", "--package", package, "--profile", profile]);
        self.progress.run(&format!("compile the {package}"), &mut cargo, &log)?;
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository.join("target"), |dir| repository.join(dir));
        let program = NamedTempFile::new_in(&self.images).context("make room for the program")?;
        let mut strip = Command::new("strip");
        self.progress.run_logged(strip.arg("-o").arg(program.path()).arg(target.join(folder).join(package)), &log)?;
        Ok(program)
    }

    fn existing(&self, name: &str, tag: &str) -> Result<Option<BuiltImage>> {
        if self.fresh {
            return Ok(None);
        }
        let image = Record::read(&self.images, name, tag)?;
        if image.is_some() {
            sbom::ensure(&self.images, name, tag)?;
        }
        Ok(image)
    }

    fn ensure(&self, name: &str, version: &str, context: &BuildContext) -> Result<BuiltImage> {
        let tag = context.tag(version);
        if let Some(image) = self.existing(name, &tag)? {
            return Ok(image);
        }
        // Two runs (a developer's and CI's) build one after the other, and the second finds the first's archive.
        let lock = std::fs::File::create(self.images.join("lock")).context("open the images' lock")?;
        lock.lock().context("wait for the images' lock")?;
        if let Some(image) = self.existing(name, &tag)? {
            return Ok(image);
        }
        tidy::tidy(&self.images, name)?;
        let log = self.cache.join(format!("log/image-{name}.log"));
        self.builder.prepare(&self.images, self.fresh, self.progress, &log)?;
        let step = self.progress.step(&format!("build the image {name}:{tag}"), Some(&log));
        match self.build(name, &tag, context, &log) {
            Ok(image) => {
                step.done("");
                Ok(image)
            }
            Err(error) => {
                step.fail(&error);
                Err(error)
            }
        }
    }

    fn build(&self, name: &str, tag: &str, context: &BuildContext, log: &Path) -> Result<BuiltImage> {
        let directory =
            tempfile::Builder::new().prefix("context-").tempdir_in(&self.images).context("make a build context")?;
        context.write(directory.path())?;
        let repository = format!("store-platform/{name}");
        let archive = self.images.join(format!("{name}-{tag}.oci.tar"));
        let unfinished = self.images.join(format!("{name}-{tag}.unfinished"));
        let reference = format!("docker.io/{repository}:{tag}");
        let packages = self.builder.build(directory.path(), &reference, &unfinished, self.progress, log)?;
        let record = Record::of(&reference, &unfinished, packages)?;
        record.write(&self.images, name, tag)?;
        sbom::write(&self.images, name, tag)?;
        // Last: an archive under its final name is a whole one, with its record.
        std::fs::rename(&unfinished, &archive).with_context(|| format!("finish {}", archive.display()))?;
        Ok(BuiltImage { repository, tag: tag.to_owned(), archive, digest: record.digest })
    }
}

/// The directory of an image's Dockerfile.
fn sources(name: &str) -> Result<PathBuf> {
    Ok(crate::platform::repository()?.join("images").join(name))
}
