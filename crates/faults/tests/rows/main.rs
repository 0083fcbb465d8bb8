//! One test for each row of the fault table in docs/reliability.md; its name says which row.

mod row_01;
