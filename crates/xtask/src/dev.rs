//! Working on the dashboard: the real provisioner on its in-memory cluster, and pages that follow their sources.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, ExitCode, Stdio};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use local_cluster::progress::Progress;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde::Deserialize;
use store_api::{Client, ClientSettings};
use url::Url;

use crate::test::Cargo;
use crate::{platform, target, tests_needs};

const TOKEN: &str = "dev-token";

#[derive(Args, Clone, Debug)]
pub struct Dev {
    /// So many stores are there already, and ready
    #[arg(long, default_value_t = 5)]
    stores: u32,
    /// How long each thing takes to come up, in milliseconds
    #[arg(long, default_value_t = 700)]
    pace_ms: u64,
    /// Where the pages are served
    #[arg(long, default_value_t = 5173)]
    port: u16,
}

/// What the provisioner says when it listens.
#[derive(Deserialize)]
struct Listens {
    api: Url,
    control: Url,
}

pub fn run(args: &Dev, progress: &Progress) -> Result<ExitCode> {
    crate::deps::ensure(&tests_needs::DEBIAN_PACKAGES, progress)?;
    let program = Cargo::binary("dev")?;
    let node = tests_needs::node(progress)?;
    let folder = platform::repository()?.join("dashboard");
    let log = target::cache()?.join("log/npm-dashboard.log");
    progress.run("install the dashboard's packages", node.npm()?.current_dir(&folder).arg("ci"), &log)?;

    let mut command = Command::new(program);
    command.args(["--token", TOKEN, "--stores", &args.stores.to_string(), "--pace-ms", &args.pace_ms.to_string()]);
    let mut provisioner = Ending(command.stdout(Stdio::piped()).spawn().context("start the provisioner")?);
    let output = provisioner.0.stdout.take().context("the provisioner's output")?;
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line).context("wait for the provisioner")?;
    let Listens { api, control } = serde_json::from_str(&line).context("the provisioner did not start")?;
    let code = tokio::runtime::Runtime::new().context("start the runtime")?.block_on(async {
        let client = Client::new(ClientSettings { base: api.clone(), token: Some(TOKEN.into()), ca_pem: None })?;
        client.setup_code().await
    });
    println!("dashboard   http://localhost:{}", args.port);
    println!("first administrator's code   {}", code.context("ask for the code")?.code);
    println!("API         {api}  (token: {TOKEN})");
    println!(r#"make a store fail:   curl -X PUT {control}scripts/NAME --json '{{"imageBroken": true}}'"#);

    let mut vite = node.npm()?;
    vite.current_dir(&folder).args(["run", "dev", "--", "--strictPort", "--port", &args.port.to_string()]);
    let status = vite.env("PROVISIONER_URL", api.as_str()).status().context("run vite")?;
    // Ctrl-C ends both; it is how this is left.
    if !status.success() && status.code().is_some_and(|code| code != 130) {
        bail!("vite ended with {status}");
    }
    Ok(ExitCode::SUCCESS)
}

/// A process that ends with this.
struct Ending(Child);

impl Drop for Ending {
    fn drop(&mut self) {
        let pid = i32::try_from(self.0.id()).map(Pid::from_raw);
        // It may have ended by the same Ctrl-C.
        if let Ok(pid) = pid
            && kill(pid, Signal::SIGTERM).is_ok()
        {
            drop(self.0.wait());
        }
    }
}
