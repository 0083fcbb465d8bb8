//! The container images: built once per hash of what goes into them, kept as OCI archives in the cache.
//!
//! One Dockerfile an image, built by Docker where an engine answers, else by buildah. See docs/images.md.

mod base;
mod builder;
mod context;
mod npm;
mod record;
mod woocommerce;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail};
use clap::{Args, ValueEnum};
use local_cluster::progress::Progress;

use crate::target::cache;
use builder::Builder;
use context::BuildContext;
use record::Record;

/// MySQL's and WooCommerce's versions stand in their Dockerfiles too, which refuse to build another.
const MYSQL_VERSION: &str = "9.7";
const WOOCOMMERCE_VERSION: &str = "11.0.1";
/// As do Medusa's (in its package.json) and what it stores in.
const MEDUSA_VERSION: &str = "2.18.0";
const POSTGRES_VERSION: &str = "17";
const VALKEY_VERSION: &str = "8.1";

#[derive(Args, Clone, Debug)]
pub struct Images {
    /// Only these
    #[arg(value_enum)]
    which: Vec<Name>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Name {
    Provisioner,
    Mysql,
    Woocommerce,
    Postgres,
    Valkey,
    Medusa,
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
    pub mysql: Option<BuiltImage>,
    pub woocommerce: Option<BuiltImage>,
    pub postgres: Option<BuiltImage>,
    pub valkey: Option<BuiltImage>,
    pub medusa: Option<BuiltImage>,
    /// Why there is no WooCommerce, and the cure.
    pub woocommerce_unavailable: Option<String>,
}

impl BuiltImage {
    /// The name under which a node knows the image: short names in a pod mean docker.io's.
    pub fn reference(&self) -> String {
        format!("docker.io/{}:{}", self.repository, self.tag)
    }
}

impl BuiltImages {
    pub fn all(&self) -> impl Iterator<Item = &BuiltImage> {
        [&self.provisioner, &self.mysql, &self.woocommerce, &self.postgres, &self.valkey, &self.medusa]
            .into_iter()
            .flatten()
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
    let wants = |name| args.which.is_empty() || args.which.contains(&name);
    let factory = Factory::new(args.builder, args.fresh, progress)?;
    let mut built = BuiltImages::default();
    if wants(Name::Mysql) {
        built.mysql = Some(factory.mysql()?);
    }
    if wants(Name::Woocommerce) {
        factory.woocommerce(&mut built)?;
    }
    if wants(Name::Postgres) {
        built.postgres = Some(factory.plain("postgres", POSTGRES_VERSION)?);
    }
    if wants(Name::Valkey) {
        built.valkey = Some(factory.plain("valkey", VALKEY_VERSION)?);
    }
    if wants(Name::Medusa) {
        built.medusa = Some(factory.medusa()?);
    }
    if wants(Name::Provisioner) {
        let settings = crate::target::settings(local_cluster::DEFAULT_NAME)?;
        let profile = if args.release { Profile::Release } else { Profile::Dev };
        built.provisioner = Some(factory.provisioner(&local_cluster::build(&settings, progress)?.helm(), profile)?);
    }
    for image in built.all() {
        println!("{}@{}\n    {}", image.reference(), image.digest, image.archive.display());
    }
    let Some(why) = built.woocommerce_unavailable else { return Ok(ExitCode::SUCCESS) };
    bail!("engine woocommerce is not available: {why}")
}

/// The images that stores run; an engine whose parts can't be had is named, with the cure, and the others are built.
pub fn ensure_stores(progress: &Progress) -> Result<BuiltImages> {
    let factory = Factory::new(BuildWith::Auto, false, progress)?;
    let mut built = BuiltImages { mysql: Some(factory.mysql()?), ..BuiltImages::default() };
    factory.woocommerce(&mut built)?;
    Ok(built)
}

/// The provisioner's image, from its crate, that Helm, and the chart of this checkout.
pub fn ensure_provisioner(progress: &Progress, helm: &Path) -> Result<BuiltImage> {
    Factory::new(BuildWith::Auto, false, progress)?.provisioner(helm, Profile::Dev)
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

    fn mysql(&self) -> Result<BuiltImage> {
        self.plain("mysql", MYSQL_VERSION)
    }

    /// An image whose context is its directory and nothing else.
    fn plain(&self, name: &str, version: &str) -> Result<BuiltImage> {
        let mut context = BuildContext::default();
        context.directory("", &sources(name)?)?;
        self.ensure(name, version, &context)
    }

    fn medusa(&self) -> Result<BuiltImage> {
        let mut context = BuildContext::default();
        context.directory("", &sources("medusa")?)?;
        // Both engines show the same pictures.
        context.directory("app/samples", &sources("woocommerce")?.join("setup/samples"))?;
        self.ensure("medusa", MEDUSA_VERSION, &context)
    }

    fn woocommerce(&self, built: &mut BuiltImages) -> Result<()> {
        let sources = sources("woocommerce")?;
        let mut context = BuildContext::default();
        context.directory("", &sources)?;
        // The plugin is named by its content digest: it need not be there, nor be read, when the archive is.
        let digest = woocommerce::pinned_digest(&sources)?;
        context.named("woocommerce", &digest);
        let tag = context.tag(WOOCOMMERCE_VERSION);
        if let Some(image) = self.existing("woocommerce", &tag)? {
            built.woocommerce = Some(image);
            return Ok(());
        }
        match woocommerce::find(&self.cache, WOOCOMMERCE_VERSION, &digest, self.progress) {
            Ok(plugin) => {
                context.provide("woocommerce", &plugin);
                built.woocommerce = Some(self.ensure("woocommerce", WOOCOMMERCE_VERSION, &context)?);
            }
            Err(unavailable) => built.woocommerce_unavailable = Some(unavailable.to_string()),
        }
        Ok(())
    }

    fn provisioner(&self, helm: &Path, profile: Profile) -> Result<BuiltImage> {
        let repository = crate::platform::repository()?;
        let log = self.cache.join("log/provisioner-build.log");
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(&repository).args(["build", "--locked", "--package", "provisioner"]);
        cargo.args(match profile {
            Profile::Dev => ["--profile", "dev"],
            Profile::Release => ["--profile", "release"],
        });
        self.progress.run("compile the provisioner", &mut cargo, &log)?;
        let target =
            std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository.join("target"), |dir| repository.join(dir));
        let built = target.join(match profile {
            Profile::Dev => "debug/provisioner",
            Profile::Release => "release/provisioner",
        });
        // Symbols are four fifths of a development build, and nobody debugs inside the image.
        let program = tempfile::NamedTempFile::new_in(&self.images).context("make room for the program")?;
        let mut strip = Command::new("strip");
        self.progress.run_logged(strip.arg("-o").arg(program.path()).arg(&built), &log)?;
        let mut context = BuildContext::default();
        context.directory("", &sources("provisioner")?)?;
        context.file("provisioner", program.path())?;
        context.file("helm", helm)?;
        context.directory("chart", &repository.join("helm-charts/store-instance"))?;
        self.ensure("provisioner", env!("CARGO_PKG_VERSION"), &context)
    }

    fn existing(&self, name: &str, tag: &str) -> Result<Option<BuiltImage>> {
        if self.fresh { Ok(None) } else { Record::read(&self.images, name, tag) }
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
        // Last: an archive under its final name is a whole one, with its record.
        std::fs::rename(&unfinished, &archive).with_context(|| format!("finish {}", archive.display()))?;
        Ok(BuiltImage { repository, tag: tag.to_owned(), archive, digest: record.digest })
    }
}

/// The directory of an image's Dockerfile.
fn sources(name: &str) -> Result<PathBuf> {
    Ok(crate::platform::repository()?.join("images").join(name))
}
