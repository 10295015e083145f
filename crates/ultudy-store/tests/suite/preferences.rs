use ultudy_store::preferences::{self, Preferences};

use crate::{bench::Bench, fixtures::at};

pub async fn what_one_wants_is_kept_and_nobody_elses(bench: &Bench) {
    let none = Preferences::default();
    for language in [Some("de"), Some("fr"), None, Some("ja")] {
        let mut tx = bench.write().await;
        let wanted = Preferences { language };
        preferences::set(&mut tx, wanted, at(1)).await.unwrap();
        assert_eq!(preferences::find(&mut tx).await.unwrap(), wanted);
        tx.commit().await.unwrap();
        let mut bob = bench.bob().await;
        assert_eq!(preferences::find(&mut bob).await.unwrap(), none);
    }
}
