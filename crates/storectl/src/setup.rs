use crate::failure::Failure;
use crate::output::Output;
use crate::session::Session;

/// A code that makes the first administrator, until there is one.
pub async fn run(session: &Session, output: &Output) -> Result<(), Failure> {
    let code = session.client.setup_code().await?;
    eprintln!("open the dashboard and enter the code; it is good once, until {}", code.expires_at);
    output.show(&code, || code.code.clone())
}
