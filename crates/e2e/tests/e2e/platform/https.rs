//! https with the cluster's own authority.

use anyhow::{Context as _, Result, ensure};
use e2e::{Trust, undisturbed};

#[tokio::test]
async fn the_certificate_chains_to_the_authority_that_is_handed_out_and_to_no_other() -> Result<()> {
    let (world, _undisturbed) = undisturbed().await?;
    ensure!(world.api.scheme() == "https", "the API is at {}", world.api);
    let page = world.visitor(&world.api)?.open("/health/live").await.context("with the authority's certificate")?;
    page.expect(200)?;
    if let Trust::Authority(_) = world.trust {
        let stranger = e2e::Visitor::new(&world.api, &Trust::Public)?;
        let error =
            stranger.open("/health/live").await.err().context("accepted without the authority's certificate")?;
        ensure!(format!("{error:?}").contains("UnknownIssuer"), "refused for another reason: {error:?}");
    }
    Ok(())
}
