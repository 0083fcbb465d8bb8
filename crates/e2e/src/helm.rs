//! The platform's release, read and changed as an operator would.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::{NAMESPACE, Program};

/// Name of the platform's release.
const RELEASE: &str = "store-platform";

#[derive(Clone)]
pub struct Helm {
    program: Program,
    chart: PathBuf,
}

impl Helm {
    pub(crate) fn new(program: Program, chart: PathBuf) -> Helm {
        Helm { program, chart }
    }

    pub async fn ask(&self, args: &[&str]) -> Result<String> {
        self.program.ask(args, None).await
    }

    pub async fn json(&self, args: &[&str]) -> Result<Value> {
        let answer = self.ask(&[args, &["--output=json"]].concat()).await?;
        serde_json::from_str(&answer).with_context(|| format!("helm {} printed no JSON", args.join(" ")))
    }

    /// What was handed to the platform's chart at its last installation.
    pub async fn platform_values(&self) -> Result<Value> {
        self.json(&["get", "values", RELEASE, "--namespace", NAMESPACE]).await
    }

    /// The platform with these values and no others; returns when it is rolled out.
    pub async fn platform_upgrade(&self, values: &Value) -> Result<()> {
        let chart = self.chart.display().to_string();
        let args = ["upgrade", RELEASE, &chart, "--namespace", NAMESPACE, "--reset-values", "--values=-"];
        let args = [&args[..], &["--wait", "--timeout=3m"]].concat();
        self.program.ask(&args, Some(&serde_json::to_vec(values)?)).await?;
        Ok(())
    }
}
