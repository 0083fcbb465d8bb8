use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use store_model::{Engine, Phase, Plan};
use url::Url;

const AFTER: &str = "\
Environment: STORECTL_URL, STORECTL_TOKEN, STORECTL_CA and STORECTL_PROFILE win over the saved login; NO_COLOR.
Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 not authorized, 5 conflict, 124 time is up.";

/// Asks the platform for online stores and tells how they fare.
#[derive(Debug, Parser)]
#[command(name = "storectl", version, after_help = AFTER, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    pub connection: Connection,
    /// How the answer is printed.
    #[arg(short, long, global = true, value_enum, default_value_t)]
    pub output: Format,
    #[command(subcommand)]
    pub command: Command,
}

/// The token is never an argument: arguments are seen by everybody on the machine.
#[derive(Args, Clone, Debug)]
pub struct Connection {
    /// The platform's address, e.g. https://api.example.com.
    #[arg(long, global = true, env = "STORECTL_URL", value_parser = address)]
    pub url: Option<Url>,
    /// A file with one more CA certificate to trust (PEM).
    #[arg(long, global = true, env = "STORECTL_CA", value_name = "FILE")]
    pub ca: Option<PathBuf>,
    /// Which of the saved logins to use.
    #[arg(long, global = true, env = "STORECTL_PROFILE", default_value = "default", value_name = "NAME")]
    pub profile: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    #[default]
    Table,
    Json,
    Yaml,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Save the platform's address and token; the token is asked for, or read from standard input.
    Login(Login),
    /// Print a code that makes the dashboard's first administrator.
    Setup,
    /// Create, look at and delete stores.
    #[command(subcommand)]
    Store(StoreCommand),
    /// List what stores can be made of.
    Engines,
    /// Check the way to the platform and what it says of itself.
    Doctor {
        #[command(subcommand)]
        command: Option<DoctorCommand>,
    },
    /// Print a completion script for a shell.
    Completion { shell: Shell },
}

#[derive(Debug, Subcommand)]
pub enum DoctorCommand {
    /// Make the rows of stores again that are in the cluster and not in the platform's database.
    Adopt(Adopt),
}

#[derive(Args, Debug)]
pub struct Adopt {
    /// One namespace, e.g. store-s0123456789a; also one under another UID than the store's row knows.
    pub namespace: Option<String>,
    /// Do not ask.
    #[arg(short, long)]
    pub yes: bool,
}

#[derive(Args, Debug)]
pub struct Login {
    /// The platform's address; asked for the token next.
    #[arg(value_parser = address)]
    pub address: Option<Url>,
}

#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Ask for a store.
    Create(Create),
    /// List stores, newest first.
    #[command(visible_alias = "ls")]
    List(List),
    /// Show one store.
    Get { store: String },
    /// Show what happened to a store.
    Events {
        store: String,
        /// Go on with what happens next, until the store is deleted.
        #[arg(short, long)]
        follow: bool,
    },
    /// Print what one of a store's programs says.
    Logs {
        store: String,
        /// Which one; the store's own server when left out. A wrong name is answered with those there are.
        #[arg(short, long)]
        component: Option<String>,
        /// Go on with what it says next, until it ends.
        #[arg(short, long)]
        follow: bool,
        /// So many of the last lines.
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=5000))]
        tail: Option<u32>,
    },
    /// Print a store's address and open it in a browser.
    Open {
        store: String,
        /// The admin's page instead of the shop.
        #[arg(long)]
        admin: bool,
        /// Logged in, by a link that works once within a minute. It leaves an event in the store's story.
        #[arg(long, conflicts_with = "admin")]
        log_in: bool,
    },
    /// Show what the owner logs in with. It leaves an event in the store's story.
    Credentials { store: String },
    /// Try a failed store again, from where it stands.
    Retry {
        store: String,
        #[command(flatten)]
        wait: Wait,
    },
    /// Wait until a store is ready, or gone.
    Wait {
        store: String,
        /// What to wait for.
        #[arg(long = "for", value_enum, default_value_t)]
        target: Target,
        #[command(flatten)]
        timeout: Timeout,
    },
    /// Delete a store and everything of it.
    #[command(visible_alias = "rm")]
    Delete {
        store: String,
        /// Do not ask for the name.
        #[arg(short, long)]
        yes: bool,
        #[command(flatten)]
        wait: Wait,
    },
}

#[derive(Args, Debug)]
pub struct Create {
    /// 3 to 30 of a-z, 0-9 and '-'; becomes the first part of the store's address.
    pub name: String,
    /// woocommerce or medusa; the first that is available when left out.
    #[arg(long, value_parser = engine)]
    pub engine: Option<Engine>,
    /// small, medium or large.
    #[arg(long, value_parser = plan)]
    pub plan: Option<Plan>,
    /// What the shop calls itself; made from the name when left out.
    #[arg(long)]
    pub title: Option<String>,
    /// Where the shop writes to its owner.
    #[arg(long, value_name = "ADDRESS")]
    pub admin_email: Option<String>,
    /// ISO 4217, e.g. EUR.
    #[arg(long)]
    pub currency: Option<String>,
    /// ISO 3166-1, e.g. DE, or with a state as in US:CA.
    #[arg(long)]
    pub country: Option<String>,
    /// Start with an empty shop.
    #[arg(long)]
    pub no_sample_products: bool,
    #[command(flatten)]
    pub wait: Wait,
}

#[derive(Args, Debug)]
pub struct List {
    #[arg(long, value_parser = phase)]
    pub phase: Option<Phase>,
    #[arg(long, value_parser = engine)]
    pub engine: Option<Engine>,
    /// A part of the name or the title.
    #[arg(long)]
    pub search: Option<String>,
}

#[derive(Args, Clone, Copy, Debug)]
pub struct Wait {
    /// Wait until it is done.
    #[arg(short, long)]
    pub wait: bool,
    #[command(flatten)]
    pub timeout: Timeout,
}

#[derive(Args, Clone, Copy, Debug)]
pub struct Timeout {
    /// How long to wait: seconds, or 90s, 15m, 1h.
    #[arg(long, value_parser = duration, default_value = "15m")]
    pub timeout: Duration,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Target {
    #[default]
    Ready,
    Deleted,
}

fn address(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err("must be http:// or https:// with a host".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must not hold a user or a password; `storectl login` asks for the token".to_owned());
    }
    Ok(url)
}

fn engine(text: &str) -> Result<Engine, String> {
    word(text, Engine::parse(text), &Engine::ALL.map(Engine::as_str))
}

fn plan(text: &str) -> Result<Plan, String> {
    word(text, Plan::parse(text), &Plan::ALL.map(Plan::as_str))
}

fn phase(text: &str) -> Result<Phase, String> {
    word(text, Phase::parse(text), &Phase::ALL.map(Phase::as_str))
}

fn word<T>(text: &str, found: Option<T>, words: &[&str]) -> Result<T, String> {
    found.ok_or_else(|| {
        let meant = crate::failure::nearest(text, words.iter().copied());
        let meant = meant.map(|word| format!("; did you mean '{word}'?")).unwrap_or_default();
        format!("must be one of {}{meant}", words.join(", "))
    })
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let seconds = match unit {
        "" | "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        _ => None,
    };
    let number = number.parse::<u64>().ok();
    let whole = number.zip(seconds).and_then(|(number, seconds)| number.checked_mul(seconds));
    whole.map(Duration::from_secs).ok_or_else(|| "must be seconds, or a number with s, m or h, e.g. 15m".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_are_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        assert_eq!(duration("1"), Ok(Duration::from_secs(1)));
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("15m"), Ok(Duration::from_secs(900)));
        assert_eq!(duration("2h"), Ok(Duration::from_secs(7200)));
        for bad in ["", "m", "-1", "1.5m", "5 m", "99999999999999999999", "18446744073709551615h", "1d"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn no_argument_takes_the_token() {
        let mut command = Cli::command();
        command.build();
        let mut commands = vec![command];
        while let Some(command) = commands.pop() {
            for argument in command.get_arguments() {
                assert!(!argument.get_id().as_str().contains("token"), "{} {argument}", command.get_name());
            }
            commands.extend(command.get_subcommands().cloned());
        }
    }
}
