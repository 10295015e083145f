//! What the reader makes of files, good and bad, in a real child process.

#![allow(
    clippy::unwrap_used,
    reason = "a test stops at once where it cannot go on"
)]

mod bad_files;
mod columns;
mod corpus;
mod dividing;
mod drawings;
mod ends;
mod figures;
mod formulas;
mod harness;
mod headings;
mod hostile;
mod limits;
mod lists;
mod mutations;
mod notes;
mod passwords;
mod pdf_file;
mod pictured;
mod reading;
mod scans;
mod signs;
mod tables;
