use ultudy_domain::page_text::{PageBlock, PageText, Span};
use ultudy_store::page_readings;

use crate::{bench::Bench, fixtures::at};

fn text(words: &str) -> PageText {
    PageText {
        blocks: vec![
            PageBlock::Heading {
                level: 2,
                text: vec![Span::Words(words.to_owned())],
            },
            PageBlock::Paragraph {
                text: vec![
                    Span::Words("where ".to_owned()),
                    Span::Formula("x^{2}".to_owned()),
                ],
            },
        ],
    }
}

pub async fn what_was_read_is_known_by_its_key_until_it_is_old(bench: &Bench) {
    let mut tx = bench.store.system().await.unwrap();
    for (key, words, second) in [("a", "first", 1), ("b", "other", 5), ("a", "second", 6)] {
        page_readings::insert(&mut tx, key, &text(words), at(second))
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
    let mut tx = bench.store.system_read().await.unwrap();
    let found = page_readings::find(&mut tx, "a").await.unwrap();
    assert_eq!(found, Some(text("first")), "the first one stands");
    assert_eq!(page_readings::find(&mut tx, "c").await.unwrap(), None);
    drop(tx);
    let mut tx = bench.store.system().await.unwrap();
    page_readings::insert(&mut tx, "d", &text("a little later"), at(2))
        .await
        .unwrap();
    // Some at a time, the oldest first.
    for (left, deleted) in [(Some("d"), 1), (None, 1), (None, 0)] {
        let gone = page_readings::delete_old(&mut tx, at(5), 1).await.unwrap();
        assert_eq!(gone, deleted);
        assert_eq!(page_readings::find(&mut tx, "a").await.unwrap(), None);
        let found = page_readings::find(&mut tx, "d").await.unwrap();
        assert_eq!(found.is_some(), left.is_some());
    }
    let kept = page_readings::find(&mut tx, "b").await.unwrap();
    assert_eq!(kept, Some(text("other")));
}
