//! The program itself, as a shell starts it, against a real provisioner on a cluster in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "in a test they are assertions")]

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use provisioner::cluster::fake::{Fake, Pace, Script};
use provisioner::config::Config;
use provisioner::db::Db;
use provisioner::http::{self, ApiToken, App};
use provisioner::worker;
use serde_json::Value;
use store_model::{Engine, ImageName};
use tokio::io::AsyncWriteExt;
use tokio::process::Command;
use tokio::sync::watch;

const TOKEN: &str = "token-of-this-test";

struct World {
    url: String,
    fake: Fake,
    home: tempfile::TempDir,
    stop: watch::Sender<bool>,
}

struct Ended {
    code: i32,
    out: String,
    err: String,
}

impl World {
    async fn working() -> World {
        let world = World::idle().await;
        world.1.work();
        world.0
    }

    /// The platform with nobody at work, and what lets somebody work.
    async fn idle() -> (World, Worker) {
        World::with_images(&ImageName::ALL).await
    }

    async fn with_images(images: &[ImageName]) -> (World, Worker) {
        World::beside(&Fake::new(Pace::AtOnce), images).await
    }

    async fn beside(fake: &Fake, images: &[ImageName]) -> (World, Worker) {
        let home = tempfile::tempdir().unwrap();
        let env = [("BASE_DOMAIN", "localhost"), ("DATA_DIR", home.path().to_str().unwrap())];
        let env = env.into_iter().chain(images.iter().map(|image| (image.env(), "store-platform/image:1")));
        let env: BTreeMap<String, String> = env.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let config = Config::from_env_map(env).unwrap();
        let fake = fake.clone();
        let db = Db::open(&config.database).await.unwrap();
        let app = App::new(db, Arc::new(fake.clone()), config, ApiToken::new(&TOKEN.into()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        // Below `localhost`, where most resolvers know nothing.
        let url = format!("http://api.localhost:{}", listener.local_addr().unwrap().port());
        let (stop, stopped) = watch::channel(false);
        tokio::spawn(http::serve(listener, app.clone(), stopped.clone()));
        (World { url, fake, home, stop }, Worker { app, stopped })
    }

    async fn run(&self, args: &[&str]) -> Ended {
        self.run_with(args, &[("STORECTL_URL", &self.url), ("STORECTL_TOKEN", TOKEN)], "").await
    }

    async fn run_with(&self, args: &[&str], env: &[(&str, &str)], input: &str) -> Ended {
        let mut command = Command::new(env!("CARGO_BIN_EXE_storectl"));
        command.args(args).env_clear().env("HOME", self.home.path()).envs(env.iter().copied());
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that reads nothing closes its end first; what it says then is looked at below.
        let _closed = stdin.write_all(input.as_bytes()).await;
        drop(stdin);
        let output = tokio::time::timeout(Duration::from_secs(60), child.wait_with_output()).await;
        let output = output.unwrap_or_else(|_| panic!("storectl {args:?} does not end")).unwrap();
        let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
        assert!(!out.contains(TOKEN) && !err.contains(TOKEN), "the token is printed: {out}{err}");
        Ended { code: output.status.code().unwrap(), out, err }
    }

    async fn json(&self, args: &[&str]) -> Value {
        let ended = self.run(&[args, &["-o", "json"]].concat()).await;
        assert_eq!(ended.code, 0, "{args:?}: {}", ended.err);
        serde_json::from_str(&ended.out).unwrap_or_else(|error| panic!("{args:?}: {error}: {}", ended.out))
    }

    fn saved(&self) -> PathBuf {
        self.home.path().join(".config/storectl/config.json")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop.send_replace(true);
    }
}

struct Worker {
    app: App,
    stopped: watch::Receiver<bool>,
}

impl Worker {
    fn work(self) {
        let Worker { app, stopped } = self;
        let settings = worker::Settings { poll: Duration::from_millis(200), ..worker::Settings::new("test") };
        tokio::spawn(worker::run(app.db, app.cluster, settings, stopped));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_from_create_to_gone() {
    let world = World::working().await;
    let empty = world.run(&["store", "list"]).await;
    assert_eq!((empty.code, empty.out.as_str()), (0, ""));
    assert!(empty.err.contains("storectl store create"), "{}", empty.err);

    let created = world.run(&["store", "create", "cups", "--title", "Cups", "--wait", "--timeout", "40s"]).await;
    assert_eq!(created.code, 0, "{}", created.err);
    assert!(created.out.contains("cups") && created.out.contains("ready"), "{}", created.out);
    // Progress is for people: on standard error only, one line for each step that is over.
    assert!(created.err.contains("proof") && created.err.contains("done"), "{}", created.err);

    let view = world.json(&["store", "get", "cups"]).await;
    assert_eq!((view["phase"].as_str(), view["title"].as_str()), (Some("ready"), Some("Cups")));
    let listed = world.json(&["store", "ls"]).await;
    assert_eq!(listed["items"][0]["id"], view["id"]);
    let table = world.run(&["store", "list"]).await.out;
    assert_eq!(table.lines().count(), 2, "{table}");
    assert!(table.starts_with("NAME") && !table.contains('\u{1b}'), "no colours without a terminal: {table:?}");
    let yaml = world.run(&["store", "get", "cups", "-o", "yaml"]).await.out;
    assert!(yaml.contains("phase: ready"), "{yaml}");

    let credentials = world.json(&["store", "credentials", "cups"]).await;
    let password = credentials["adminPassword"].as_str().unwrap();
    assert!(!password.is_empty());
    let events = world.run(&["store", "events", "cups"]).await;
    assert!(events.out.contains("proof") && events.out.contains("credentials"), "{}", events.out);
    assert!(!events.out.contains(password));
    let opened = world.run(&["store", "open", "cups", "--admin"]).await;
    assert_eq!((opened.code, opened.out.trim()), (0, view["adminUrl"].as_str().unwrap()));

    let deleted = world.run(&["store", "delete", "cups", "--yes", "--wait"]).await;
    assert_eq!(deleted.code, 0, "{}", deleted.err);
    assert!(deleted.out.contains("removed"), "{}", deleted.out);
    assert_eq!(world.run(&["store", "get", "cups"]).await.code, 3);
    let gone = world.json(&["store", "get", view["id"].as_str().unwrap()]).await;
    assert_eq!(gone["phase"], "deleted");
    // The stream of a deleted store ends, and so does whoever follows it.
    let told = world.run(&["store", "events", view["id"].as_str().unwrap(), "--follow", "-o", "json"]).await;
    assert_eq!(told.code, 0, "{}", told.err);
    for line in told.out.lines() {
        assert!(serde_json::from_str::<Value>(line).unwrap()["id"].is_number(), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_engines_credentials_are_shown_by_their_titles() {
    let world = World::working().await;
    for engine in Engine::ALL {
        let name = format!("shop-{}", engine.as_str());
        let made = world.run(&["store", "create", &name, "--engine", engine.as_str(), "--wait"]).await;
        assert_eq!(made.code, 0, "{}", made.err);
        let shown = world.run(&["store", "credentials", &name]).await;
        assert_eq!(shown.code, 0, "{}", shown.err);
        let credentials = world.json(&["store", "credentials", &name]).await;
        let keys = credentials["keys"].as_array().unwrap();
        assert_eq!(keys.len(), engine.spec().shown.len());
        for key in keys {
            let line = shown.out.lines().find(|line| line.starts_with(key["title"].as_str().unwrap()));
            assert!(line.unwrap().ends_with(key["value"].as_str().unwrap()), "{}", shown.out);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_its_lines_and_an_unknown_component_names_those_there_are() {
    let world = World::working().await;
    assert_eq!(world.run(&["store", "create", "cups", "--engine", "woocommerce", "--wait"]).await.code, 0);
    let log = world.run(&["store", "logs", "cups", "--component", "mysql", "--tail", "1"]).await;
    assert_eq!((log.code, log.out.as_str()), (0, "mysql: ready for connections\n"), "{}", log.err);
    // What has ended is not waited for.
    let set_up = world.run(&["store", "logs", "cups", "-c", "setup", "--follow", "-o", "json"]).await;
    assert_eq!(set_up.code, 0, "{}", set_up.err);
    let lines: Vec<Value> = set_up.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.len() > 1 && lines.iter().all(|line| line["at"].is_string()), "{}", set_up.out);
    let unknown = world.run(&["store", "logs", "cups", "--component", "redis"]).await;
    assert!(unknown.code == 3 && unknown.err.contains("wordpress, mysql, setup, cron"), "{}", unknown.err);
    assert_eq!(world.run(&["store", "logs", "cups", "--tail", "5001"]).await.code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_is_opened_logged_in_by_a_link_of_its_own() {
    let world = World::working().await;
    assert_eq!(world.run(&["store", "create", "cups", "--wait"]).await.code, 0);
    let opened = world.json(&["store", "open", "cups", "--log-in"]).await;
    let url = opened["url"].as_str().unwrap();
    assert!(url.starts_with("http://cups.localhost") && url.contains("this-cluster-is-in-memory"), "{url}");
    let events = world.run(&["store", "events", "cups"]).await;
    assert!(events.out.contains("log-in link: made for") && !events.out.contains("in-memory"), "{}", events.out);
    world.fake.script("cups", Script { no_login_key: true, ..Script::default() });
    let refused = world.run(&["store", "open", "cups", "--log-in"]).await;
    assert!(refused.code == 5 && refused.err.contains("use the credentials"), "{}", refused.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_nobody_names_is_the_first_that_can_be_had() {
    for engine in Engine::ALL {
        let (world, _nobody) = World::with_images(engine.spec().images).await;
        assert_eq!(world.run(&["store", "create", "cups"]).await.code, 0);
        assert_eq!(world.json(&["store", "get", "cups"]).await["engine"], engine.as_str());
    }
    let (world, _nobody) = World::with_images(&[]).await;
    let refused = world.run(&["store", "create", "cups"]).await;
    assert_eq!(refused.code, 1, "{}", refused.err);
    assert!(Engine::ALL.iter().all(|engine| refused.err.contains(engine.as_str())), "{}", refused.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_to_fail_has_its_code_and_says_what_to_do() {
    let (world, _nobody) = World::idle().await;
    assert_eq!(world.run(&["store", "create", "cups"]).await.code, 0);
    for (args, code, says) in [
        (&["store", "make"][..], 2, "usage"),
        (&["stor", "list"], 2, "store"),
        (&["store", "create", "Not A Name"], 2, "name"),
        (&["store", "create", "mugs", "--currency", "euro"], 2, "currency"),
        (&["store", "create", "mugs", "--engine", "woocomerce"], 2, "did you mean 'woocommerce'"),
        (&["store", "create", "mugs", "--timeout", "soon"], 2, "15m"),
        (&["store", "create", "mugs", "--token", "x"], 2, "unexpected"),
        (&["store", "get", "mugs"], 3, "storectl store list"),
        (&["store", "get", "cusp"], 3, "did you mean 'cups'"),
        (&["store", "delete", "mugs", "--yes"], 3, "mugs"),
        (&["store", "create", "cups"], 5, "cups"),
        (&["store", "credentials", "cups"], 5, "credentials"),
        (&["store", "wait", "cups", "--timeout", "1"], 124, "goes on"),
        // Nobody sits here who could type the name.
        (&["store", "delete", "cups"], 2, "--yes"),
        (&["store", "wait", "cups", "--for", "deleted"], 1, "storectl store delete"),
    ] {
        let ended = world.run(args).await;
        assert_eq!(ended.code, code, "{args:?}: {}{}", ended.out, ended.err);
        assert_eq!(ended.out, "", "{args:?}: errors belong on standard error");
        assert!(ended.err.to_lowercase().contains(&says.to_lowercase()), "{args:?} does not say {says}: {}", ended.err);
    }
    assert_eq!(
        world.json(&["store", "get", "cups"]).await["phase"],
        "requested",
        "a refused command changed something"
    );

    let stranger =
        world.run_with(&["store", "list"], &[("STORECTL_URL", &world.url), ("STORECTL_TOKEN", "no")], "").await;
    assert_eq!(stranger.code, 4, "{}", stranger.err);
    let nobody = world.run_with(&["store", "list"], &[("STORECTL_URL", &world.url)], "").await;
    assert_eq!(nobody.code, 4, "{}", nobody.err);
    assert!(nobody.err.contains("storectl login"), "{}", nobody.err);
    let nowhere = world.run_with(&["store", "list"], &[("STORECTL_TOKEN", TOKEN)], "").await;
    assert_eq!(nowhere.code, 2, "{}", nowhere.err);
    assert!(nowhere.err.contains("storectl login"), "{}", nowhere.err);
    let away = [("STORECTL_URL", "http://api.localhost:1"), ("STORECTL_TOKEN", TOKEN)];
    let away = world.run_with(&["store", "list"], &away, "").await;
    assert_eq!(away.code, 1, "{}", away.err);
    assert!(away.err.contains("storectl doctor"), "{}", away.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_failed_is_told_with_its_cure_and_a_retry_mends_it() {
    let world = World::working().await;
    world.fake.script("cups", Script { image_broken: true, ..Script::default() });
    let failed = world.run(&["store", "create", "cups", "--wait"]).await;
    assert_eq!(failed.code, 1, "{}{}", failed.out, failed.err);
    assert!(failed.err.contains("image") && failed.err.contains("storectl store retry cups"), "{}", failed.err);
    let doctor = world.run(&["doctor"]).await;
    assert_eq!(doctor.code, 1, "{}", doctor.out);
    assert!(doctor.out.contains("store cups"), "{}", doctor.out);

    world.fake.script("cups", Script::default());
    let retried = world.run(&["store", "retry", "cups", "--wait"]).await;
    assert_eq!(retried.code, 0, "{}", retried.err);
    let doctor = world.run(&["doctor"]).await;
    assert_eq!(doctor.code, 0, "{}{}", doctor.out, doctor.err);
}

/// The platform's database is lost: another provisioner on an empty one, beside the same cluster.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_database_is_found_by_the_doctor_and_made_again() {
    let before = World::working().await;
    let made = before.run(&["store", "create", "cups", "--wait"]).await;
    assert_eq!(made.code, 0, "{}", made.err);
    let view = before.json(&["store", "get", "cups"]).await;
    let credentials = before.json(&["store", "credentials", "cups"]).await;

    let (world, worker) = World::beside(&before.fake, &ImageName::ALL).await;
    worker.work();
    assert_eq!(world.run(&["store", "get", "cups"]).await.code, 3);
    let refused = world.run(&["doctor", "adopt"]).await;
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains("--yes") && refused.err.contains("store-"), "{}", refused.err);
    let doctor = world.run(&["doctor"]).await;
    assert_eq!(doctor.code, 1, "{}", doctor.out);
    assert!(doctor.out.contains("storectl doctor adopt"), "{}", doctor.out);

    let adopted = world.run(&["doctor", "adopt", "--yes"]).await;
    assert_eq!(adopted.code, 0, "{}{}", adopted.out, adopted.err);
    assert!(adopted.out.contains("cups") && adopted.out.contains("adopted"), "{}", adopted.out);
    assert_eq!(world.run(&["store", "wait", "cups", "--timeout", "40s"]).await.code, 0);
    let again = world.json(&["store", "get", "cups"]).await;
    for field in ["id", "host", "createdAt", "createdBy", "title", "plan", "engine"] {
        assert_eq!(again[field], view[field], "{field}");
    }
    assert_eq!(world.json(&["store", "credentials", "cups"]).await, credentials);
    assert_eq!(world.json(&["doctor", "adopt", "--yes"]).await["items"], serde_json::json!([]));
    let doctor = world.run(&["doctor"]).await;
    assert_eq!(doctor.code, 0, "{}", doctor.out);
    assert!(doctor.out.contains("audit chain"), "{}", doctor.out);

    let nobody = world.run(&["doctor", "adopt", "store-s0123456789a", "--yes"]).await;
    assert_eq!(nobody.code, 1, "{}", nobody.err);
    assert!(nobody.out.contains("refused"), "{}", nobody.out);
    assert_eq!(world.run(&["doctor", "adopt", "kube-system", "--yes"]).await.code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_is_tried_then_saved_for_its_owner_only() {
    let (world, _nobody) = World::idle().await;
    let wrong = world.run_with(&["login", &world.url], &[], "not-the-token\n").await;
    assert_eq!(wrong.code, 4, "{}", wrong.err);
    assert!(!wrong.err.contains("not-the-token"), "{}", wrong.err);
    assert!(!world.saved().exists(), "a log-in that failed was saved");
    assert_eq!(world.run_with(&["login", &world.url], &[], "\n").await.code, 2);

    let login = world.run_with(&["login", &world.url], &[], &format!("{TOKEN}\n")).await;
    assert_eq!(login.code, 0, "{}", login.err);
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(world.saved()), 0o600);
    assert_eq!(mode(world.saved().parent().unwrap().to_owned()), 0o700);
    assert_eq!(world.run_with(&["engines"], &[], "").await.code, 0);

    // To another address the saved token does not go.
    let elsewhere = world.run_with(&["engines", "--url", "http://api.localhost:1"], &[], "").await;
    assert_eq!(elsewhere.code, 4, "{}", elsewhere.err);
    // A file that others can read is pointed out.
    std::fs::set_permissions(world.saved(), std::fs::Permissions::from_mode(0o644)).unwrap();
    let warned = world.run_with(&["engines"], &[], "").await;
    assert!(warned.code == 0 && warned.err.contains("chmod 600"), "{}", warned.err);
    std::fs::write(world.saved(), "{").unwrap();
    let broken = world.run_with(&["engines"], &[], "").await;
    assert!(broken.code == 1 && broken.err.contains("log in again"), "{}", broken.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn help_and_completion_need_no_platform() {
    let (world, _nobody) = World::idle().await;
    for args in [&["--help"][..], &["--version"], &["store", "create", "--help"], &["completion", "bash"]] {
        let ended = world.run_with(args, &[], "").await;
        assert_eq!(ended.code, 0, "{args:?}: {}", ended.err);
        assert!(!ended.out.is_empty(), "{args:?}");
    }
}

#[tokio::test]
async fn setup_prints_a_code_until_there_is_an_administrator() {
    let (world, worker) = World::idle().await;
    let first = world.run(&["setup"]).await;
    assert_eq!(first.code, 0, "{}", first.err);
    let code = first.out.trim();
    assert_eq!(code.len(), 19, "{code}");
    assert!(first.err.contains("good once"), "{}", first.err);
    let account = provisioner::db::NewAccount {
        id: "a1".to_owned(),
        email: "ada@example.com".to_owned(),
        role: store_api::Role::Admin,
        password_hash: "none".to_owned(),
    };
    worker.app.db.account_create(&account, "test").await.unwrap();
    let late = world.run(&["setup"]).await;
    assert_eq!(late.code, 5, "{}", late.err);
    assert!(late.out.is_empty() && late.err.contains("already"), "{}", late.err);
}
