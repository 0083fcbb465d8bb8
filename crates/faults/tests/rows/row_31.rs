//! Tables of the next version under a replica of this one: it goes on, it can be started again, and two that start at
//! once on an empty database make the tables once.

use anyhow::{Result, ensure};
use faults::scene::{Kind, Scene, play};

#[test]
fn row_31_this_version_works_on_the_next_ones_tables() -> Result<()> {
    play(Kind::Postgres, async |scene: &Scene| {
        let (one, other) = (scene.begin_with(&scene.settings)?, scene.begin_with(&scene.settings)?);
        for service in [&one, &other] {
            service.said("that it starts", |line| line["message"] == "the provisioner starts").await?;
        }
        let before = scene.create(&one, "before").await?;
        scene.ready(&other, &before.id).await?;

        // What a migration of the next version does: tables only grow, and its number is noted.
        scene.database.execute("ALTER TABLE stores ADD COLUMN of_the_next_version TEXT").await?;
        let note = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                    VALUES (9999, 'of the next version', TRUE, decode('00', 'hex'), 0)";
        ensure!(scene.database.execute(note).await? == 1, "the migration was not noted");
        let during = scene.create(&one, "during").await?;
        scene.ready(&other, &during.id).await?;

        // In the middle of a rollout the old one may be killed and started again.
        one.process.kill().await?;
        let again = scene.start().await?;
        let after = scene.create(&again, "after").await?;
        scene.ready(&again, &after.id).await?;
        Ok(())
    })
}
