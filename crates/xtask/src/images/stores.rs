//! The images that stores run. An engine whose images can't be had is named, with the cure; the others go on.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};
use local_cluster::progress::{Progress, tail};
use store_model::{Engine, ImageName};

use super::{BuildWith, BuiltImages, Factory};

/// Where the cause of a failed download stands in a build's log.
const LAST_WORDS: usize = 60;

/// Why no stores of an engine can be made.
#[derive(Clone, Debug)]
pub struct Lack {
    /// With the cure.
    pub why: String,
    /// Something is wrong here: a test must not pass over it. Otherwise a part can't be had from where it lies.
    pub is_fault: bool,
}

/// What failed while an image was made.
pub enum Failure {
    /// A part of it can't be had; says the cure.
    Unavailable(String),
    Fault(anyhow::Error),
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        Failure::Fault(error)
    }
}

/// Builds what the engines' stores run and is not there yet; of the other engines, takes what is there. An error means
/// that there is no engine left.
pub fn ensure(engines: &[Engine], progress: &Progress) -> Result<BuiltImages> {
    let factory = Factory::new(BuildWith::Auto, false, progress)?;
    let mut built = BuiltImages::default();
    for engine in Engine::ALL {
        let wanted = engines.contains(&engine);
        for name in engine.spec().images {
            if built.stores.contains_key(name) {
                continue;
            }
            let made = if wanted {
                factory.store(*name).map(Some)
            } else {
                factory.made_before(*name).map_err(Failure::Fault)
            };
            match made {
                Ok(Some(image)) => {
                    built.stores.insert(*name, image);
                }
                Ok(None) => {
                    let why = format!(
                        "it was not asked for, and its image {} is not built; run `cargo xtask images`",
                        name.as_str()
                    );
                    built.unavailable.insert(engine, Lack { why, is_fault: false });
                    break;
                }
                Err(failure) => {
                    built.unavailable.insert(engine, lack(*name, failure, &factory.cache.join("log")));
                    break;
                }
            }
        }
    }
    for (engine, lack) in built.unavailable.iter().filter(|(engine, _)| engines.contains(engine)) {
        progress.say(format!("engine {} is not available: {}", engine.as_str(), lack.why));
    }
    if engines.iter().all(|engine| built.unavailable.contains_key(engine)) {
        bail!("{}", told(&built.unavailable, engines));
    }
    Ok(built)
}

fn lack(name: ImageName, failure: Failure, logs: &Path) -> Lack {
    match failure {
        Failure::Unavailable(why) => Lack { why, is_fault: false },
        Failure::Fault(error) => {
            let name = name.as_str();
            let log = logs.join(format!("image-{name}.log"));
            let is_fault = !tail(&log, LAST_WORDS).iter().any(|line| nobody_there(line));
            let cause = if is_fault { format!("{error:#}") } else { "a package registry is out of reach".to_owned() };
            let why = format!(
                "the image {name} could not be built: {cause}. See {}, then run `cargo xtask images {name}`",
                log.display()
            );
            Lack { why, is_fault }
        }
    }
}

/// Whether npm or apt says that there was nobody to fetch from.
fn nobody_there(line: &str) -> bool {
    const NPM: [&str; 7] =
        ["ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH", "ERR_SOCKET_TIMEOUT"];
    const APT: [&str; 4] =
        ["Temporary failure resolving", "Could not resolve", "Could not connect to", "Unable to connect to"];
    let npm = line.contains("npm error") && NPM.iter().any(|word| line.contains(word));
    npm || APT.iter().any(|words| line.contains(words))
}

/// One line for each engine that can't be had.
fn told(unavailable: &BTreeMap<Engine, Lack>, engines: &[Engine]) -> String {
    let lines = unavailable.iter().filter(|(engine, _)| engines.contains(engine));
    let lines = lines.map(|(engine, lack)| format!("engine {} is not available: {}", engine.as_str(), lack.why));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_that_is_away_is_told_from_a_fault() {
        for line in [
            "npm error code ENOTFOUND",
            "npm error request to https://registry.example/a failed, reason: connect ECONNREFUSED 127.0.0.1:9",
            "W: Failed to fetch http://deb.example/dists/trixie/InRelease  Temporary failure resolving 'deb.example'",
        ] {
            assert!(nobody_there(line), "{line}");
        }
        for line in ["npm error code EINTEGRITY", "setup: TypeError: x is not a function", "ECONNREFUSED 5432"] {
            assert!(!nobody_there(line), "{line}");
        }
    }

    #[test]
    fn a_fault_is_named_with_what_to_do() {
        let logs = tempfile::tempdir().unwrap();
        let fault = || Failure::Fault(anyhow::anyhow!("no space left"));
        let built = lack(ImageName::Medusa, fault(), logs.path());
        assert!(built.is_fault && built.why.contains("no space left"), "{}", built.why);
        assert!(built.why.contains("cargo xtask images medusa"), "{}", built.why);
        std::fs::write(logs.path().join("image-medusa.log"), "npm error code EAI_AGAIN\n").unwrap();
        assert!(!lack(ImageName::Medusa, fault(), logs.path()).is_fault);
        let away = lack(ImageName::Woocommerce, Failure::Unavailable("set WOOCOMMERCE_ZIP".to_owned()), logs.path());
        assert_eq!((away.why.as_str(), away.is_fault), ("set WOOCOMMERCE_ZIP", false));
    }

    #[test]
    fn only_the_engines_asked_for_are_told_of() {
        let lack = Lack { why: "no archive".to_owned(), is_fault: false };
        let unavailable = BTreeMap::from([(Engine::Woocommerce, lack)]);
        assert_eq!(told(&unavailable, &Engine::ALL), "engine woocommerce is not available: no archive");
        assert_eq!(told(&unavailable, &[Engine::Medusa]), "");
    }
}
