//! Fills a data folder with documents to search, for `cargo xtask bench search`:
//! `search_corpus DIR DOCUMENTS`. Prints queries, one a line. Another owner has a fifth as many documents,
//! between the first one's.

use std::path::PathBuf;

use ultudy_store::{Store, StoreConfig};

use self::text::{Chance, Result, load, pages, query, vocabulary};

mod text;

const OWNER: &str = "local";
const OTHER: &str = "another";
const WORDS_A_PAGE: usize = 300;
const QUERIES: usize = 1_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("no folder")?);
    let count: usize = arguments.next().ok_or("no number of documents")?.parse()?;
    let store = Store::open(&StoreConfig::Sqlite {
        path: folder.join("ultudy.db"),
    })
    .await?;
    let mut random = Chance(7);
    let words = vocabulary();
    for number in 0..count {
        let pages = pages(&mut random, &words, WORDS_A_PAGE);
        for _ in 0..QUERIES.div_ceil(count) {
            say(&query(&mut random, &pages));
        }
        load(&store, OWNER, number, &pages).await?;
        if number % 5 == 0 {
            load(
                &store,
                OTHER,
                number,
                &self::pages(&mut random, &words, WORDS_A_PAGE),
            )
            .await?;
        }
    }
    Ok(())
}

#[allow(clippy::print_stdout, reason = "this is what the program is asked for")]
fn say(line: &str) {
    println!("{line}");
}
