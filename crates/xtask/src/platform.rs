//! A cluster with the platform on it: images delivered, the umbrella chart installed, the API answering.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;

use anyhow::{Context as _, Result, anyhow, bail};
use local_cluster::progress::Progress;
use serde_json::{Value, json};
use store_model::{Engine, ImageName};

use crate::images::{self, BuiltImages};
use crate::target::{self, Access, TargetArgs};
use crate::{deps, target::cache};

pub const NAMESPACE: &str = "store-platform";
pub const RELEASE: &str = "store-platform";
/// Minted by the provisioner at its first start.
pub const TOKEN_SECRET: &str = "store-platform-provisioner-token";

/// The platform, and how to talk to it.
#[derive(Debug)]
pub struct World {
    pub access: Access,
    pub images: BuiltImages,
    pub token: String,
}

impl World {
    pub fn describe(&self) {
        println!("dashboard   {}", self.access.dashboard_url());
        println!("API         {}", self.access.api_url());
        let available = Engine::ALL.into_iter().filter(|engine| !self.images.unavailable.contains_key(engine));
        println!("engines     {}", available.map(Engine::as_str).collect::<Vec<_>>().join(", "));
        println!("kubeconfig  {}", self.access.kubeconfig.display());
        if let Some(authority) = &self.access.authority {
            println!("https CA    {}", authority.display());
        }
        println!(
            "token       kubectl -n {NAMESPACE} get secret {TOKEN_SECRET} -o jsonpath='{{.data.token}}' | base64 -d"
        );
    }

    /// What the CLI, the demo and the tests need to reach the API.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![
            ("STORECTL_URL", self.access.api_url()),
            ("STORECTL_TOKEN", self.token.clone()),
            ("KUBECONFIG", self.access.kubeconfig.display().to_string()),
        ];
        if let Some(authority) = &self.access.authority {
            environment.push(("STORECTL_CA", authority.display().to_string()));
        }
        environment
    }
}

/// Everything up to an API that answers, for stores of every engine that can be had. Whatever is there already is kept.
pub fn ready(args: &TargetArgs, progress: &Progress) -> Result<World> {
    ready_for(args, &Engine::ALL, progress)
}

/// The same for some engines only: of the others no image is built.
pub fn ready_for(args: &TargetArgs, engines: &[Engine], progress: &Progress) -> Result<World> {
    let mut packages = images::debian_packages().to_vec();
    if args.context.is_none() {
        packages.extend(local_cluster::debian_packages());
    }
    deps::ensure(&packages, progress)?;
    // What is compiled and what is downloaded go on side by side: one wants the cores, the other the network.
    let (access, images, dashboard, provisioner) = thread::scope(|scope| {
        let dashboard = scope.spawn(|| images::ensure_dashboard(progress));
        let images = scope.spawn(|| images::ensure_stores(engines, progress));
        let provisioner = scope.spawn(|| images::compile_provisioner(progress));
        let access = access(args, progress);
        (access, images.join(), dashboard.join(), provisioner.join())
    });
    let access = access?;
    let mut images = images.map_err(|_| anyhow!("the image build panicked"))??;
    images.dashboard = Some(dashboard.map_err(|_| anyhow!("the dashboard's build panicked"))??);
    let provisioner = provisioner.map_err(|_| anyhow!("the provisioner's build panicked"))??;
    images.provisioner = Some(images::ensure_provisioner(&provisioner, &access.helm, progress)?);
    deliver(&access, &images, progress)?;
    install(&access, &images, &json!({}), progress)?;
    let token = token(&access)?;
    Ok(World { access, images, token })
}

fn access(args: &TargetArgs, progress: &Progress) -> Result<Access> {
    match (&args.context, &args.registry) {
        (Some(context), Some(registry)) => target::foreign(args, context, registry, progress),
        _ => target::embedded(&args.embedded, progress),
    }
}

/// Puts the images where the cluster's node finds them.
pub fn deliver(access: &Access, images: &BuiltImages, progress: &Progress) -> Result<()> {
    for image in images.all() {
        match (&access.registry, &access.embedded) {
            (Some(registry), _) => images::push(image, &registry.push_to, progress)?,
            (None, Some(cluster)) => {
                if !cluster.has_image(&image.reference())? {
                    let step = progress.step(&format!("load {} into the cluster", image.reference()), None);
                    match cluster.import_image(&image.archive) {
                        Ok(()) => step.done(""),
                        Err(error) => {
                            step.fail(&error);
                            return Err(error);
                        }
                    }
                }
            }
            (None, None) => bail!("a cluster that exists needs --registry to take its images from"),
        }
    }
    Ok(())
}

/// `helm upgrade --install` of the umbrella chart; `more` lies over the values made here.
pub fn install(access: &Access, images: &BuiltImages, more: &Value, progress: &Progress) -> Result<()> {
    let mut values = values(access, images)?;
    merge(&mut values, more);
    let chart = repository()?.join("helm-charts/store-platform");
    let mut command = access.helm();
    command
        .args(["upgrade", "--install", RELEASE])
        .arg(&chart)
        .args(["--namespace", NAMESPACE, "--create-namespace", "--wait", "--timeout", "5m"])
        .arg("--values")
        .arg(chart.join("values-local.yaml"))
        .args(["--values", "-"]);
    let log = cache()?.join("log/helm-platform.log");
    let step = progress.step("install the platform", Some(&log));
    let outcome = feed(command, &values, &log).map_err(|error| error.context(post_mortem(access)));
    match &outcome {
        Ok(()) => step.done(""),
        Err(error) => step.fail(error),
    }
    outcome
}

/// What the cluster says of a platform that did not come up: Helm only knows that something is not ready.
fn post_mortem(access: &Access) -> String {
    let tell = |args: &[&str]| access.ask(args).unwrap_or_else(|error| format!("{error:#}\n"));
    let scope = ["--namespace", NAMESPACE];
    let pods = tell(&[&["get", "pods", "--output=wide"][..], &scope].concat());
    let events = ["get", "events", "--field-selector=type=Warning", "--sort-by=.metadata.creationTimestamp"];
    let events = tell(&[&events[..], &scope].concat());
    let log = tell(&[&["logs", "deployment/store-platform-provisioner", "--tail=20"][..], &scope].concat());
    format!("the platform did not come up\n{pods}{events}{log}")
}

/// Values travel on standard input: nothing of them shows in a process list.
fn feed(mut command: std::process::Command, values: &Value, log: &Path) -> Result<()> {
    if let Some(folder) = log.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let file = std::fs::File::create(log).with_context(|| format!("write {}", log.display()))?;
    let mut child = command.stdin(Stdio::piped()).stdout(file.try_clone()?).stderr(file).spawn().context("run helm")?;
    child.stdin.take().context("helm's input")?.write_all(&serde_json::to_vec(values)?)?;
    if !child.wait()?.success() {
        bail!("helm refused the platform chart:\n{}", std::fs::read_to_string(log)?.trim());
    }
    Ok(())
}

fn values(access: &Access, images: &BuiltImages) -> Result<Value> {
    let provisioner = images.provisioner.as_ref().context("the provisioner's image is not built")?;
    // Every name each time: what an earlier installation set would stay otherwise. What only engines use that can't be
    // had is left empty, so that the chart says why.
    let available: Vec<Engine> =
        Engine::ALL.into_iter().filter(|engine| !images.unavailable.contains_key(engine)).collect();
    let references: BTreeMap<&str, String> = ImageName::ALL
        .into_iter()
        .map(|name| {
            let used = available.iter().any(|engine| engine.spec().images.contains(&name));
            let image = images.stores.get(&name).filter(|_| used);
            (name.as_str(), image.map(|image| format!("{}:{}", image.repository, image.tag)).unwrap_or_default())
        })
        .collect();
    let unavailable: BTreeMap<&str, &str> = Engine::ALL
        .into_iter()
        .map(|engine| (engine.as_str(), images.unavailable.get(&engine).map_or("", |lack| lack.why.as_str())))
        .collect();
    let dashboard = images.dashboard.as_ref().context("the dashboard's image is not built")?;
    Ok(json!({
        "dashboard": { "image": { "repository": dashboard.repository, "tag": dashboard.tag } },
        "global": {
            "baseDomain": access.base_domain,
            "imageRegistry": access.registry.as_ref().map_or("", |registry| registry.name.as_str()),
            "ingress": {
                "issuer": access.issuer,
                "namespaceLabels": { "kubernetes.io/metadata.name": access.ingress_namespace() },
            },
        },
        "provisioner": {
            "image": { "repository": provisioner.repository, "tag": provisioner.tag },
            "storeDefaults": {
                "images": references,
                "unavailable": unavailable,
                "ingressService": access.ingress_service,
                "publicPort": access.public_port.map(|port| port.to_string()).unwrap_or_default(),
            },
        },
    }))
}

fn merge(base: &mut Value, over: &Value) {
    match (base, over) {
        (Value::Object(base), Value::Object(over)) => {
            for (key, value) in over {
                merge(base.entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        (base, over) => *base = over.clone(),
    }
}

/// The API's token, from its Secret.
pub fn token(access: &Access) -> Result<String> {
    // `base64decode` keeps the token inside this process: kubectl prints it once, to our pipe.
    let token = access.ask(&[
        "--namespace",
        NAMESPACE,
        "get",
        "secret",
        TOKEN_SECRET,
        "-o",
        "go-template={{.data.token | base64decode}}",
    ])?;
    if token.is_empty() {
        bail!("the Secret {TOKEN_SECRET} holds no token: delete it and restart the provisioner");
    }
    Ok(token)
}

/// The checkout that this program was built from.
pub fn repository() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map(Path::to_path_buf).context("the crate lies two folders below the checkout")
}
