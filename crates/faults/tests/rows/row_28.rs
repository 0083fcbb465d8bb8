//! The disk of SQLite is full: nothing new is accepted, nothing that was is lost, and with room it goes on by itself.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use faults::scene::{Kind, Scene, play};
use faults::service::Settings;
use faults::{PATIENCE, until};
use store_model::Phase;

/// More than the provisioner has connections.
const REFUSALS: usize = 20;

#[test]
fn row_28_a_full_disk_loses_nothing() -> Result<()> {
    play(Kind::Sqlite, async |scene: &Scene| {
        let service = scene.start_with(&on_a_small_disk(scene)?).await?;
        // The disk is mounted for that process alone: it is seen through it, and goes with it.
        let root = PathBuf::from(format!("/proc/{}/root", service.process.pid()));
        let disk = root.join(scene.directory().join("data").strip_prefix("/")?);
        scene.database.is_at(&disk.join("store-platform.db"));
        let kept = scene.create(&service, "kept").await?;
        scene.ready(&service, &kept.id).await?;

        let ballast = disk.join("ballast");
        until_full(&ballast)?;
        // What was set aside for the log still takes some; so often that every connection has met the full disk.
        let (mut refusals, mut accepted) = (0, Vec::new());
        for nth in 0.. {
            let answer = service.post(&scene.request(&format!("cups{nth}")), None).await?;
            ensure!(answer.status == 202 || answer.status >= 500, "a full disk is the caller's fault: {answer:?}");
            match answer.body["id"].as_str().filter(|_| answer.status == 202) {
                Some(id) => accepted.push(id.to_owned()),
                None => refusals += 1,
            }
            if refusals == REFUSALS {
                break;
            }
            ensure!(nth < 400, "a disk that is full takes {nth} stores");
        }
        ensure!(service.client.store_get(&kept.id).await?.phase == Phase::Ready, "the store that was there is not");

        std::fs::remove_file(&ballast)?;
        let late = until("a request to be accepted", PATIENCE, async || {
            Ok(service.client.store_create(&scene.request("late"), Some("late")).await.ok())
        })
        .await?;
        scene.ready(&service, &late.id).await?;
        for id in accepted {
            scene.ready(&service, &id).await?;
        }
        // While the disk is there: it goes with the process, and the database with it.
        faults::invariants::hold(scene).await
    })
}

/// Two megabytes: some hundred stores, and filled in no time.
fn on_a_small_disk(scene: &Scene) -> Result<Settings> {
    let data = scene.directory().join("data");
    let script = scene.directory().join("on-a-small-disk");
    let text = format!(
        "#!/bin/sh\nexec unshare --user --map-root-user --mount sh -c \
         'mount -t tmpfs -o size=2m tmpfs \"{}\" && exec \"{}\"'\n",
        data.display(),
        scene.settings.programs.provisioner.display()
    );
    std::fs::write(&script, text)?;
    std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))?;
    let mut settings = scene.settings.clone();
    settings.programs.provisioner = script;
    Ok(settings)
}

fn until_full(file: &std::path::Path) -> Result<()> {
    use std::io::Write as _;
    let mut ballast = std::fs::File::create(file).context("put ballast on the small disk")?;
    loop {
        match ballast.write_all(&[0; 1024]) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::StorageFull => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}
