//! `cargo xtask bench scale`, `throughput` and `recovery`: builds what is needed, sets the environment, runs this.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use faults::bench::{Verdict, recovery, scale, throughput};
use faults::runtime;

fn main() -> ExitCode {
    match measure() {
        Ok(verdict) if verdict.passed() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<Verdict> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().context("say what to measure: scale, throughput or recovery")?;
    let stores = arguments.next().context("say how many stores")?;
    let stores: usize = stores.parse().with_context(|| format!("{stores} is no number of stores"))?;
    match what.as_str() {
        "scale" => runtime()?.block_on(scale::run(stores)),
        "recovery" => runtime()?.block_on(recovery::run(stores)),
        "throughput" => runtime()?.block_on(throughput::run(stores)),
        other => bail!("{other}: measure scale, throughput or recovery"),
    }
}
