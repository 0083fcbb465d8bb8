//! What the reader of the demo can look at, log in to, and take down again.

use std::time::Duration;

use super::Sold;
use crate::platform::{self, World};

pub fn store(sold: &Sold, world: &World) {
    let Sold { store, credentials, order, ready } = sold;
    println!();
    println!("Store {} ({}) is ready: it has sold something.", store.name, store.engine.spec().title);
    println!();
    println!("  order          #{} over {} {} ({})", order.number, order.total, order.currency, order.status);
    if let Some(proof) = &store.proof {
        println!(
            "  proof of sale  {} over {} {}, placed, read back and removed in {:.1} s",
            proof.order_id,
            proof.total,
            proof.currency,
            f64::from(proof.seconds)
        );
    }
    println!("  shop           {}", store.url);
    println!("  admin          {}", store.admin_url);
    println!(
        "  log in as      {}, password: cargo run -q -p storectl -- store credentials {}",
        credentials.admin_user, store.name
    );
    if let Some(authority) = &world.access.authority {
        println!("  in a terminal  curl --cacert {} {}", authority.display(), store.url);
    }
    println!("  ready after    {:.1} s", ready.as_secs_f64());
}

pub fn next_steps(sold: &[Sold], world: &World, cluster: &str, took: Duration) {
    println!();
    if let Some(authority) = &world.access.authority {
        println!("https is signed by the cluster's own authority; trust {}", authority.display());
    }
    println!("The whole demo took {:.0} s.", took.as_secs_f64());
    println!();
    println!("Use storectl:    {}", environment_line(world));
    println!(
        "Dashboard:       {}, after `cargo run -q -p storectl -- setup`, which prints the first administrator's code",
        world.access.dashboard_url()
    );
    for each in sold {
        println!("Take one down:   cargo run -q -p storectl -- store delete {}", each.store.name);
    }
    match &world.access.embedded {
        Some(_) if cluster == local_cluster::DEFAULT_NAME => println!("Take all down:   cargo xtask down"),
        Some(_) => println!("Take all down:   cargo xtask down --cluster {cluster}"),
        None => println!("Take all down:   helm uninstall {} -n {}", platform::RELEASE, platform::NAMESPACE),
    }
}

/// The token itself is not printed: a terminal's history is no place for it.
fn environment_line(world: &World) -> String {
    let ca = world.access.authority.as_ref().map(|path| format!(" STORECTL_CA={}", path.display())).unwrap_or_default();
    format!(
        "export STORECTL_URL={}{ca} STORECTL_TOKEN=$({} --kubeconfig {} -n {} get secret {} -o go-template='{{{{.data.token | base64decode}}}}')",
        world.access.api_url(),
        world.access.kubectl.display(),
        world.access.kubeconfig.display(),
        platform::NAMESPACE,
        platform::TOKEN_SECRET,
    )
}
