//! A million passages with vectors, for `cargo xtask bench vectors`:
//!
//! - `search_vectors fill URL SUPERUSER_URL PASSAGES OWNERS` fills a migrated PostgreSQL: so many passages
//!   of one owner, and a hundred passages of each of so many others. Prints queries, one a line.
//! - `search_vectors serve` reads queries and answers at an address, which it prints, as OpenAI's
//!   /embeddings does, with their vectors.
//! - `search_vectors compare URL PASSAGES QUERIES` fills a PostgreSQL that has pgvector with the same
//!   vectors of the one owner, and asks it and the program's own codes. Prints JSON.
#![allow(clippy::print_stdout, reason = "what it found is for another program")]

use self::text::Result;

mod compare;
mod fill;
mod made;
mod serve;
#[path = "../search_corpus/text.rs"]
mod text;

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["fill", url, superuser_url, passages, owners] => {
            let numbers = (passages.parse()?, owners.parse()?);
            fill::fill(url, superuser_url, numbers).await
        }
        ["serve"] => serve::serve(),
        ["compare", url, passages, queries] => {
            compare::compare(url, passages.parse()?, queries.parse()?).await
        }
        _ => Err("search_vectors fill|serve|compare …".into()),
    }
}
