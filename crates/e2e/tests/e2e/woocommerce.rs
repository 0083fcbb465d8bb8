//! Stores that sell.

mod command_line;
mod crash;
mod hidden_proof;
mod installer;
mod life;
mod neighbours;
mod owner;
pub mod purchase;
mod removal;
mod trouble;
mod walls;
