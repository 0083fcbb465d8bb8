//! What an engine tells about itself: its images, Secrets, workloads, sizes.

use crate::values::{DatabaseType, PlanSizes};
use crate::{Plan, Stage};

/// One engine, as data: who makes, watches, shows or removes a store reads it here.
#[derive(Debug)]
pub struct Spec {
    /// As its makers write it.
    pub title: &'static str,
    /// The provisioner's variable that says why no store of this engine can be made here, and the cure.
    pub unavailable_env: &'static str,
    pub database: DatabaseType,
    /// Images that a store of this engine runs.
    pub images: &'static [ImageName],
    pub database_image: ImageName,
    pub app_image: ImageName,
    pub cache_image: Option<ImageName>,
    pub storefront_image: Option<ImageName>,
    /// Where the admin is, below the store's public URL.
    pub admin_path: &'static str,
    /// Where the owner's signed log-in link leads, below the public URL; its token comes behind. `None`: the engine has no
    /// such door, and no `LOGIN_KEY` among its Secrets.
    pub login_path: Option<&'static str>,
    pub database_secret: &'static [Entry],
    pub app_secret: &'static [Entry],
    /// The key in the application's Secret that the owner logs in with.
    pub admin_user_key: &'static str,
    /// What the owner is shown beside the log-in.
    pub shown: &'static [Shown],
    /// What the chart makes; a store is ready when all of its plan's are.
    pub workloads: &'static [Workload],
    /// What runs beside them and ends.
    pub chores: &'static [Chore],
    /// Codes of ISO 4217 in which it can't name a price; a store in one of them is refused before it is begun.
    pub unknown_currencies: &'static [&'static str],
    /// How much a plan gives a store of this engine.
    pub sizes: fn(Plan) -> PlanSizes,
}

impl Spec {
    pub fn secret(&self, name: SecretName) -> &'static [Entry] {
        match name {
            SecretName::Database => self.database_secret,
            SecretName::App => self.app_secret,
        }
    }

    pub fn workloads(&self, plan: Plan) -> impl Iterator<Item = &'static Workload> {
        self.workloads.iter().filter(move |workload| workload.plans.contains(&plan))
    }

    /// Everything that has a log. First what its owner asks about first: the store's own server.
    pub fn components(&self, plan: Plan) -> impl Iterator<Item = Component> {
        let of = move |stage| self.workloads(plan).filter(move |workload| workload.stage == stage);
        let workloads = of(Stage::Application).chain(of(Stage::Database)).map(Component::Workload);
        workloads.chain(self.chores.iter().map(Component::Chore))
    }
}

/// An image that this project builds or that can stand in for one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ImageName {
    Mysql,
    Woocommerce,
    Postgres,
    Valkey,
    Medusa,
    Storefront,
}

impl ImageName {
    pub const ALL: [ImageName; 6] = [
        ImageName::Mysql,
        ImageName::Woocommerce,
        ImageName::Postgres,
        ImageName::Valkey,
        ImageName::Medusa,
        ImageName::Storefront,
    ];

    /// The key in the platform chart's `storeDefaults.images`.
    pub fn as_str(self) -> &'static str {
        match self {
            ImageName::Mysql => "mysql",
            ImageName::Woocommerce => "woocommerce",
            ImageName::Postgres => "postgres",
            ImageName::Valkey => "valkey",
            ImageName::Medusa => "medusa",
            ImageName::Storefront => "storefront",
        }
    }

    /// The provisioner's variable.
    pub fn env(self) -> &'static str {
        match self {
            ImageName::Mysql => "IMAGE_MYSQL",
            ImageName::Woocommerce => "IMAGE_WOOCOMMERCE",
            ImageName::Postgres => "IMAGE_POSTGRES",
            ImageName::Valkey => "IMAGE_VALKEY",
            ImageName::Medusa => "IMAGE_MEDUSA",
            ImageName::Storefront => "IMAGE_STOREFRONT",
        }
    }

    pub fn parse(word: &str) -> Option<ImageName> {
        ImageName::ALL.into_iter().find(|image| image.as_str() == word)
    }
}

/// The Secrets that the provisioner makes before Helm runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SecretName {
    Database,
    App,
}

impl SecretName {
    pub const ALL: [SecretName; 2] = [SecretName::Database, SecretName::App];

    pub const fn as_str(self) -> &'static str {
        match self {
            SecretName::Database => "database-credentials",
            SecretName::App => "app-credentials",
        }
    }
}

/// One key of a Secret, and how its value is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub key: &'static str,
    pub make: Make,
}

/// Everything random is made of letters and digits, so that no URL, shell or DSN reads one of them as its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Make {
    Fixed(&'static str),
    /// The owner's address, from the store's settings.
    AdminEmail,
    /// So many letters and digits.
    Random(usize),
    /// So many random bytes in hex, behind a prefix.
    Hex {
        prefix: &'static str,
        bytes: usize,
    },
    /// Written from other keys of the same Secret; those stand before it in the list.
    Text(&'static [Part]),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Literal(&'static str),
    /// The value of this key.
    Key(&'static str),
}

/// A key of a Secret that the owner may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    pub secret: SecretName,
    pub key: &'static str,
    /// What the API calls it; two Secrets may have a key of the same name.
    pub name: &'static str,
    pub title: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkloadKind {
    StatefulSet,
    Deployment,
}

/// One of the programs of a store, by the chart's fixed name; the namespace tells stores apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Workload {
    pub kind: WorkloadKind,
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// The stage that waits for it: `Stage::Database` or `Stage::Application`.
    pub stage: Stage,
    /// The plans that have it.
    pub plans: &'static [Plan],
}

/// What runs for a while and ends: it has a log, and no stage waits for its pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chore {
    /// For programs, e.g. `setup`.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    pub runs: Runs,
}

/// Where the chart has a chore run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Runs {
    /// In an init container of this workload's pods.
    Before { workload: &'static str, container: &'static str },
    /// In pods of the Jobs of a CronJob.
    ByClock { cron_job: &'static str },
}

/// A program of a store by the name that its log is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    Workload(&'static Workload),
    Chore(&'static Chore),
}

impl Component {
    /// For programs.
    pub fn name(self) -> &'static str {
        match self {
            Component::Workload(workload) => workload.name,
            Component::Chore(chore) => chore.name,
        }
    }

    /// For people.
    pub fn title(self) -> &'static str {
        match self {
            Component::Workload(workload) => workload.title,
            Component::Chore(chore) => chore.title,
        }
    }
}

/// The key in the application's Secret that log-in links are signed with.
pub const LOGIN_KEY: &str = "login-key";

/// 24 of 62 characters are 142 bits.
pub(super) const PASSWORD: Make = Make::Random(24);

pub(super) const fn entry(key: &'static str, make: Make) -> Entry {
    Entry { key, make }
}
