mod show;

use std::process::{Command, Stdio};

use store_api::{CreateStore, LogQuery, StoreListQuery, StoreView};
use store_model::Engine;
use uuid::Uuid;

use crate::cli::{Create, Format, List, StoreCommand, Target, Wait};
use crate::failure::{Failure, nearest};
use crate::follow;
use crate::output::{self, Output};
use crate::session::Session;

/// As many as the API gives at once.
const PAGE: u32 = 200;

pub async fn run(session: &Session, command: StoreCommand, output: &Output) -> Result<(), Failure> {
    match command {
        StoreCommand::Create(create) => self::create(session, create, output).await,
        StoreCommand::List(list) => self::list(session, list, output).await,
        StoreCommand::Get { store } => {
            let view = get(session, &store).await?;
            output.show(&view, || show::store(&view))
        }
        StoreCommand::Events { store, follow } => events(session, &store, follow, output).await,
        StoreCommand::Logs { store, component, follow, tail } => {
            let query = LogQuery { component, tail, follow: Some(follow) };
            logs(session, &store, &query, output).await
        }
        StoreCommand::Open { store, log_in: true, .. } => {
            let id = get(session, &store).await?.id;
            open(&session.client.store_login_link(&id).await?.url, output)
        }
        StoreCommand::Open { store, admin, log_in: false } => {
            let view = get(session, &store).await?;
            if view.phase != store_model::Phase::Ready {
                eprintln!("the store is {}; the page may not be there yet", view.phase.as_str());
            }
            open(if admin { &view.admin_url } else { &view.url }, output)
        }
        StoreCommand::Credentials { store } => {
            let id = get(session, &store).await?.id;
            let credentials = session.client.store_credentials(&id).await?;
            output.show(&credentials, || show::credentials(&credentials))
        }
        StoreCommand::Retry { store, wait } => {
            let id = get(session, &store).await?.id;
            let view = session.client.store_retry(&id).await?;
            finish(session, view, Target::Ready, wait, output).await
        }
        StoreCommand::Wait { store, target, timeout } => {
            let view = get(session, &store).await?;
            let view = follow::until(&session.client, view, target, timeout.timeout).await?;
            output.show(&view, || show::store(&view))
        }
        StoreCommand::Delete { store, yes, wait } => delete(session, &store, yes, wait, output).await,
    }
}

pub async fn engines(session: &Session, output: &Output) -> Result<(), Failure> {
    let engines = session.client.engines().await?;
    output.show(&engines, || show::engines(&engines))
}

async fn create(session: &Session, create: Create, output: &Output) -> Result<(), Failure> {
    let Create { name, engine, plan, title, admin_email, currency, country, no_sample_products, wait } = create;
    let engine = match engine {
        Some(engine) => engine,
        None => first_available(session).await?,
    };
    let sample_products = no_sample_products.then_some(false);
    let store = CreateStore { name, engine, plan, title, admin_email, currency, country, sample_products };
    // With a key the client may send it again when the connection breaks, and there is still one store.
    let key = Uuid::now_v7().to_string();
    let view = session.client.store_create(&store, Some(&key)).await?;
    if !wait.wait {
        eprintln!("accepted; `storectl store wait {0}` waits until it has sold something", view.name);
    }
    finish(session, view, Target::Ready, wait, output).await
}

/// What is made where nobody says what of.
async fn first_available(session: &Session) -> Result<Engine, Failure> {
    let engines = session.client.engines().await?;
    if let Some(view) = engines.iter().find(|view| view.available) {
        return Ok(view.engine);
    }
    let reasons: Vec<String> = engines.into_iter().filter_map(|view| view.reason).collect();
    Err(Failure::general("no engine is available here").hint(output::plain(&reasons.join("; "))))
}

/// Waits if that was asked for, and shows the store.
async fn finish(
    session: &Session,
    view: StoreView,
    target: Target,
    wait: Wait,
    output: &Output,
) -> Result<(), Failure> {
    let view = if wait.wait { follow::until(&session.client, view, target, wait.timeout.timeout).await? } else { view };
    output.show(&view, || show::store(&view))
}

async fn list(session: &Session, list: List, output: &Output) -> Result<(), Failure> {
    let List { phase, engine, search } = list;
    let mut query = StoreListQuery { limit: Some(PAGE), cursor: None, phase, engine, search };
    let mut page = session.client.store_list(&query).await?;
    while let Some(cursor) = page.next_cursor.take() {
        query.cursor = Some(cursor);
        let next = session.client.store_list(&query).await?;
        page.items.extend(next.items);
        page.next_cursor = next.next_cursor;
    }
    if page.items.is_empty() && output.format == Format::Table {
        let filtered = query.phase.is_some() || query.engine.is_some() || query.search.is_some();
        let next = if filtered { "no store matches" } else { "no stores yet; `storectl store create my-shop --wait`" };
        eprintln!("{next}");
        return Ok(());
    }
    output.show(&page, || show::stores(&page.items))
}

/// A name that is nearly one of those there are is pointed out.
async fn get(session: &Session, store: &str) -> Result<StoreView, Failure> {
    let failure = match session.client.store_get(store).await {
        Ok(view) => return Ok(view),
        Err(error) => Failure::from(error),
    };
    if !failure.is_not_found() {
        return Err(failure);
    }
    let query = StoreListQuery { limit: Some(PAGE), ..StoreListQuery::default() };
    // The answer stands even if the list cannot be had.
    let names = session.client.store_list(&query).await.map(|page| page.items).unwrap_or_default();
    Err(match nearest(store, names.iter().map(|view| view.name.as_str())) {
        Some(name) => failure.hint(format!("did you mean '{name}'?")),
        None => failure.hint("`storectl store list` shows those there are"),
    })
}

async fn events(session: &Session, store: &str, follow: bool, output: &Output) -> Result<(), Failure> {
    let id = get(session, store).await?.id;
    if follow {
        let mut events = session.client.store_follow(&id, None);
        while let Some(event) = events.next().await? {
            if output.stream(&event, &show::event(&event))?.is_break() {
                break;
            }
        }
        return Ok(());
    }
    let mut page = session.client.store_events(&id, None).await?;
    while let Some(cursor) = page.next_cursor {
        let next = session.client.store_events(&id, Some(cursor)).await?;
        page.items.extend(next.items);
        page.next_cursor = next.next_cursor;
    }
    output.show(&page, || page.items.iter().map(show::event).collect::<Vec<_>>().join("\n"))
}

/// The lines alone: `-o json` has their times.
async fn logs(session: &Session, store: &str, query: &LogQuery, output: &Output) -> Result<(), Failure> {
    let id = get(session, store).await?.id;
    let mut lines = session.client.store_logs(&id, query).await?;
    while let Some(line) = lines.next().await? {
        if output.stream(&line, &output::plain(&line.line))?.is_break() {
            break;
        }
    }
    Ok(())
}

fn open(url: &str, output: &Output) -> Result<(), Failure> {
    output.show(&serde_json::json!({ "url": url }), || url.to_owned())?;
    // Without a terminal nobody sits there to look at a browser.
    if !console::user_attended() || output.format != Format::Table {
        return Ok(());
    }
    let Some(opener) = ["xdg-open", "open", "wslview"].into_iter().find(|name| which::which(name).is_ok()) else {
        eprintln!("no program to open a browser was found; open the address above");
        return Ok(());
    };
    let opened = Command::new(opener).arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    opened.map(drop).map_err(|error| Failure::general(format!("cannot start {opener}: {error}")))
}

async fn delete(session: &Session, store: &str, yes: bool, wait: Wait, output: &Output) -> Result<(), Failure> {
    let view = get(session, store).await?;
    if !yes {
        confirm(&view)?;
    }
    // By id from here on: the name may belong to another store once this one is gone.
    let view = session.client.store_delete(&view.id).await?;
    if !wait.wait {
        eprintln!("being deleted; `storectl store wait {} --for deleted` waits until nothing is left", view.id);
    }
    finish(session, view, Target::Deleted, wait, output).await
}

fn confirm(view: &StoreView) -> Result<(), Failure> {
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        let message = format!("deleting '{}' needs a yes, and nobody can be asked here", view.name);
        return Err(Failure::usage(message).hint("add --yes"));
    }
    eprintln!("This deletes {} with its products, orders, customers and files. There is no way back.", view.url);
    eprint!("Type the store's name to go on: ");
    let mut typed = String::new();
    std::io::stdin().read_line(&mut typed).map_err(|error| Failure::general(error.to_string()))?;
    if typed.trim() == view.name {
        return Ok(());
    }
    Err(Failure::general(format!("that is not '{}': nothing was deleted", output::plain(&view.name))))
}
