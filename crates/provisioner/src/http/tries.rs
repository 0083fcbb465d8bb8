//! How often somebody may try a password or a code. Whoever tries is nobody yet, so what it costs is bounded for all of them.

use super::limit::Limits;
use super::problem::Refused;

#[derive(Clone)]
pub struct Tries {
    /// Of one address, of the set-up, of a browser that has signed in, of a session.
    of_one: Limits,
    of_strangers: Limits,
}

impl Default for Tries {
    fn default() -> Tries {
        Tries {
            // A person mistypes a few times; who goes on is guessing. Ten at once, then one in six seconds.
            of_one: Limits::new(1.0 / 6.0, 10.0, "tries to sign in"),
            // A comparison is 30 ms of a core: so many at once are done within the time that one waits for its turn, and who
            // floods us with addresses takes a third of a core. A company that comes to work at nine is not so many.
            of_strangers: Limits::new(10.0, 50.0, "tries to sign in"),
        }
    }
}

impl Tries {
    pub fn at_address(&self, email: &str) -> Result<(), Refused> {
        self.stranger(&format!("address {email}"))
    }

    pub fn at_set_up(&self) -> Result<(), Refused> {
        self.stranger("set-up")
    }

    /// In the browser with this hash, which has signed in to the address before, or in the session with it: however many strangers
    /// guess meanwhile, they take none of these tries.
    pub fn known(&self, hash: &str) -> Result<(), Refused> {
        self.of_one.take(&format!("known {hash}"))
    }

    /// Whoever hammers at one address takes nothing of what all strangers share.
    fn stranger(&self, name: &str) -> Result<(), Refused> {
        self.of_one.look(name)?;
        self.of_strangers.take("all")?;
        self.of_one.take(name)
    }
}
