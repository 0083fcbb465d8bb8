//! The cluster, asked as an operator would ask it.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::time::{Instant, timeout_at};

use crate::Program;

#[derive(Clone)]
pub struct Kubectl(Program);

impl Kubectl {
    pub fn new(program: Program) -> Kubectl {
        Kubectl(program)
    }

    pub async fn ask(&self, args: &[&str]) -> Result<String> {
        self.0.ask(args, None).await
    }

    pub async fn json(&self, args: &[&str]) -> Result<Value> {
        let answer = self.0.ask(&[args, &["--output=json"]].concat(), None).await?;
        serde_json::from_str(&answer).with_context(|| format!("kubectl {} printed no JSON", args.join(" ")))
    }

    /// The objects of a list.
    pub async fn items(&self, args: &[&str]) -> Result<Vec<Value>> {
        match self.json(args).await? {
            Value::Object(mut list) => match list.remove("items") {
                Some(Value::Array(items)) => Ok(items),
                _ => Ok(vec![Value::Object(list)]),
            },
            other => bail!("kubectl {} printed {other}", args.join(" ")),
        }
    }

    /// Hands an object over on standard input.
    pub async fn give(&self, args: &[&str], object: &Value) -> Result<String> {
        self.0.ask(args, Some(&serde_json::to_vec(object)?)).await
    }

    /// The words of a refusal; an error if it was allowed.
    pub async fn refused(&self, args: &[&str], object: Option<&Value>) -> Result<String> {
        let input = object.map(serde_json::to_vec).transpose()?;
        let ended = self.0.call(args, input.as_deref()).await?;
        if ended.code == Some(0) {
            bail!("kubectl {} was allowed and should have been refused: {}", args.join(" "), ended.out);
        }
        Ok(ended.err)
    }

    /// Whatever it printed, good or bad: for the post-mortem.
    pub async fn tell(&self, args: &[&str]) -> String {
        match self.0.call(args, None).await {
            Ok(ended) => format!("{}{}", ended.out, ended.err),
            Err(error) => format!("{error:#}"),
        }
    }

    /// The first name of the list or among those to come that `wanted` takes, at once: no second question is asked.
    pub async fn first(&self, args: &[&str], patience: Duration, wanted: impl Fn(&str) -> bool) -> Result<String> {
        let mut command = self.0.command(&[&["get"], args, &["--watch", "--output=name"]].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("watch by kubectl")?;
        let mut names = BufReader::new(child.stdout.take().context("kubectl's output")?).lines();
        let deadline = Instant::now() + patience;
        loop {
            let what = || format!("kubectl get {} --watch", args.join(" "));
            match timeout_at(deadline, names.next_line())
                .await
                .with_context(|| format!("{} showed nothing", what()))??
            {
                Some(name) if wanted(&name) => return Ok(name),
                Some(_) => {}
                None => bail!("{} ended", what()),
            }
        }
    }

    /// Looks whenever the objects change, until `look` finds what it looks for. `args` as for `get`.
    pub async fn until<T>(
        &self,
        args: &[&str],
        patience: Duration,
        mut look: impl FnMut(&[Value]) -> Option<T>,
    ) -> Result<T> {
        let deadline = Instant::now() + patience;
        let get = [&["get"], args].concat();
        loop {
            // The watch starts before the look, so no change falls between the two.
            let mut command = self.0.command(&[&get, &["--watch", "--output=name"][..]].concat());
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("watch by kubectl")?;
            let mut changes = BufReader::new(child.stdout.take().context("kubectl's output")?).lines();
            loop {
                if let Some(found) = look(&self.items(&get).await?) {
                    return Ok(found);
                }
                match timeout_at(deadline, changes.next_line()).await {
                    Ok(Ok(Some(_))) => {}
                    // The API server closes a watch now and then.
                    Ok(_) => break,
                    Err(_) => {
                        let now = self.tell(&get).await;
                        bail!("kubectl {} did not get there in {} s:\n{now}", get.join(" "), patience.as_secs());
                    }
                }
            }
        }
    }
}
