//! The disk of SQLite is full: nothing new is accepted, nothing that was is lost, and with room it goes on by itself.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use faults::scene::{Kind, Scene, play};
use faults::service::Settings;
use faults::{PATIENCE, until};
use store_model::Phase;

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
        let refused = until("a request to be refused", PATIENCE, async || {
            let nth = scene.database.rows().await?.len();
            Ok(Some(service.post(&scene.request(&format!("cups{nth}")), None).await?)
                .filter(|answer| answer.status != 202))
        })
        .await?;
        ensure!((500..600).contains(&refused.status), "a full disk is the caller's fault: {refused:?}");
        let rows = scene.database.rows().await?;
        ensure!(service.client.store_get(&kept.id).await?.phase == Phase::Ready, "the store that was there is not");

        std::fs::remove_file(&ballast)?;
        let late = until("a request to be accepted", PATIENCE, async || {
            Ok(service.client.store_create(&scene.request("late"), Some("late")).await.ok())
        })
        .await?;
        scene.ready(&service, &late.id).await?;
        for row in rows {
            scene.ready(&service, &row.id).await?;
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
