//! That who searches finds the same, whether or not there is room to keep the vectors.

use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use ultudy_app::{
    App, Parts,
    search::{self, Search, embed, index},
};
use ultudy_store::{Store, StoreConfig, chunks, queue::TableQueue};

use crate::{
    slow::{section, store_document},
    support::parts,
};

const OWNER: &str = "alice";

/// Stores a document that can be found.
async fn store_searchable(app: &App, title: &str) {
    let (document_id, section_id) = store_document(app, OWNER, title).await;
    let source = index::Source::from(&section(title, section_id));
    let read = index::read(vec![source], &CancellationToken::new()).await;
    let passages = read.unwrap().unwrap();
    let mut tx = app.store.write(OWNER).await.unwrap();
    chunks::insert_all(&mut tx, document_id, passages.language, &passages.chunks)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    embed::catch_up(app, &CancellationToken::new())
        .await
        .unwrap();
}

async fn found(app: &App, query: &str) -> Vec<String> {
    let asked = Search {
        query: query.into(),
        course_id: None,
        offset: 0,
        limit: 9,
    };
    let found = search::search(app, OWNER, &asked).await.unwrap();
    found.hits.into_iter().map(|hit| hit.title).collect()
}

#[tokio::test]
async fn vectors_for_which_there_is_no_room_are_read_for_each_search() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ultudy.db");
    let store = Store::open(&StoreConfig::Sqlite { path }).await.unwrap();
    let with = |search_bytes_max| {
        let queue = Arc::new(TableQueue::new(store.clone()));
        App::new(Parts {
            search_bytes_max,
            ..parts(folder.path(), (store.clone(), queue))
        })
    };
    let (roomy, narrow) = (with(1 << 20), with(0));
    for title in ["fermentation", "photosynthesis"] {
        store_searchable(&roomy, title).await;
        // No word is spelt so, so words alone would not find it.
        let query = title.replace("osy", "ozy").replace("ment", "mennt");
        for _ in 0..2 {
            let hits = found(&roomy, &query).await;
            assert_eq!(hits.first().map(String::as_str), Some(title));
            assert_eq!(found(&narrow, &query).await, hits);
        }
    }
}
