//! The service that provisions stores: parse (`http`), remember (`db`), go on (`worker`), reach the cluster (`cluster`).

pub mod cluster;
pub mod config;
pub mod db;
