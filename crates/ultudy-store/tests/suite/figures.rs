use ultudy_domain::document::Sectioning;
use ultudy_store::{
    documents,
    figures::{self, FigureSize},
};

use crate::{
    bench::Bench,
    fixtures::{figure, id, reading, store_document, store_figures},
};

pub async fn figures_are_found_once_their_document_is_read(bench: &Bench) {
    let mut tx = bench.write().await;
    store_document(&mut tx, 1, None).await;
    store_figures(&mut tx, 1, &[figure(1, "a"), figure(3, "b")]).await;
    assert_eq!(figures::file(&mut tx, id(1), 1).await.unwrap(), None);
    assert!(figures::sizes(&mut tx, id(1)).await.unwrap().is_empty());
    let published = documents::publish(&mut tx, id(1), &reading(2, Sectioning::Outline)).await;
    assert!(published.unwrap());
    let file = figures::file(&mut tx, id(1), 3).await.unwrap().unwrap();
    assert_eq!(
        (
            file.object_key.as_str(),
            file.size,
            file.media_type.as_str()
        ),
        ("object-1-3", 7, "image/png")
    );
    assert_eq!(figures::file(&mut tx, id(1), 2).await.unwrap(), None);
    let sizes = figures::sizes(&mut tx, id(1)).await.unwrap();
    let size = |number| FigureSize {
        number,
        width: 640,
        height: 480,
    };
    assert_eq!(sizes, [size(1), size(3)]);
    tx.commit().await.unwrap();
    let mut tx = bench.bob().await;
    assert_eq!(figures::file(&mut tx, id(1), 1).await.unwrap(), None);
    assert!(figures::sizes(&mut tx, id(1)).await.unwrap().is_empty());
}

/// A content that another document shows too is released by the last of them.
pub async fn a_document_takes_its_figures_along(bench: &Bench) {
    let mut tx = bench.write().await;
    store_document(&mut tx, 1, None).await;
    store_figures(
        &mut tx,
        1,
        &[figure(1, "a"), figure(2, "a"), figure(3, "b")],
    )
    .await;
    store_document(&mut tx, 2, None).await;
    store_figures(&mut tx, 2, &[figure(1, "b")]).await;
    let deleted = documents::delete(&mut tx, id(1)).await.unwrap().unwrap();
    let mut released = deleted.released_objects;
    released.sort();
    assert_eq!(released, ["object-1", "object-1-1"]);
    let deleted = documents::delete(&mut tx, id(2)).await.unwrap().unwrap();
    let mut released = deleted.released_objects;
    released.sort();
    assert_eq!(released, ["object-1-3", "object-2"]);
    tx.commit().await.unwrap();
    assert_eq!(
        bench.database.tables_with_rows().await,
        Vec::<String>::new()
    );
}
