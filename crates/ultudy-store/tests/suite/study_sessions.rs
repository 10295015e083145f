use ultudy_domain::progress::StudyStats;
use ultudy_store::study_sessions;

use crate::{
    bench::Bench,
    fixtures::{at, id, session},
};

pub async fn a_session_counts_until_it_ends(bench: &Bench) {
    let mut tx = bench.write().await;
    study_sessions::insert(&mut tx, &session(1, 0))
        .await
        .unwrap();
    for correct in [true, false, true] {
        assert!(
            study_sessions::track(&mut tx, id(1), correct)
                .await
                .unwrap()
        );
    }
    let ended = study_sessions::complete(&mut tx, id(1), 7, at(420)).await;
    let mut expected = session(1, 0);
    expected.total_check_ins = 3;
    expected.correct_check_ins = 2;
    expected.duration_minutes = Some(7);
    expected.completed_at = Some(at(420));
    assert_eq!(ended.unwrap(), Some(expected));

    let again = study_sessions::complete(&mut tx, id(1), 8, at(480)).await;
    assert_eq!(again.unwrap(), None);
    assert!(!study_sessions::track(&mut tx, id(1), true).await.unwrap());
    assert!(!study_sessions::track(&mut tx, id(2), true).await.unwrap());
}

pub async fn the_latest_come_first_and_all_add_up(bench: &Bench) {
    let mut tx = bench.write().await;
    let nothing = study_sessions::stats(&mut tx).await.unwrap();
    assert_eq!(nothing, StudyStats::default());
    for (n, started) in [(1, 0), (2, 90), (3, 30)] {
        study_sessions::insert(&mut tx, &session(n, started))
            .await
            .unwrap();
        for correct in [true, true, false] {
            study_sessions::track(&mut tx, id(n), correct)
                .await
                .unwrap();
        }
    }
    study_sessions::complete(&mut tx, id(1), 5, at(300))
        .await
        .unwrap();
    let latest = study_sessions::latest(&mut tx, 2).await.unwrap();
    let ids: Vec<_> = latest.iter().map(|s| s.id).collect();
    assert_eq!(ids, [2, 3].map(id));
    let expected = StudyStats {
        total_sessions: 3,
        total_check_ins: 9,
        total_correct: 6,
        overall_accuracy: 66,
        total_study_time_minutes: 5,
    };
    assert_eq!(study_sessions::stats(&mut tx).await.unwrap(), expected);
}
