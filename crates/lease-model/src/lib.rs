//! Every order of events of the lease and fence protocol, in a model of it: two workers and one store, while workers
//! stop, die and come back, statements and their answers are late or lost, clocks are set, Helm hangs and takes its time
//! to die, and the owner deletes the store. The properties are the invariants of the fault table, by their numbers; each
//! protection is taken out once, and the checker must then say which of them falls.
//!
//! What the model takes for granted: the database does one statement at a time and counts the lease by its own clock;
//! monotonic clocks run at the same pace; a signal to Helm arrives within one unit; a process that is stopped stops its
//! Helm with it (the kernel freezes a pod as a whole). What it leaves out: namespaces that are made anew after a deletion
//! (the orphan sweep finds these), and the world outside the store's claim.

pub mod promises;
pub mod protocol;
pub mod state;
pub mod times;
