use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::json;
use ultudy_domain::job::{Job, JobFailure, JobStatus, JobType, Priority, QueueName};
use ultudy_engines::queue::Counts;
use ultudy_store::{
    Page,
    jobs::{self, JobFilter, NewJob},
};
use uuid::Uuid;

use crate::{
    bench::Bench,
    fixtures::{ALICE, at, id, job},
};

pub async fn a_new_job_waits_and_reads_back(bench: &Bench) {
    let mut tx = bench.write().await;
    let (stored, new) = jobs::enqueue(&mut tx, &job(1, "key"), at(0)).await.unwrap();
    assert!(new);
    let expected = Job {
        id: id(1),
        owner_id: ALICE.into(),
        job_type: JobType::UploadPdf,
        status: JobStatus::Queued,
        priority: Priority::Normal,
        progress: 0,
        stage: "queued".into(),
        data: job(1, "key").data,
        result: None,
        failure: None,
        attempt: 0,
        max_attempts: 3,
        lost: 0,
        run_at: at(0),
        version: 1,
        worker_id: None,
        created_at: at(0),
        started_at: None,
        completed_at: None,
    };
    assert_eq!(stored, expected);
    assert_eq!(
        jobs::find(&mut tx, id(1)).await.unwrap(),
        Some(expected.clone())
    );
    assert_eq!(
        jobs::in_flight(&mut tx, "key").await.unwrap(),
        Some(expected)
    );
    assert_eq!(jobs::in_flight(&mut tx, "other").await.unwrap(), None);
}

pub async fn a_second_request_gets_the_job_in_flight(bench: &Bench) {
    let mut tx = bench.write().await;
    jobs::enqueue(&mut tx, &job(1, "key"), at(0)).await.unwrap();
    let (same, new) = jobs::enqueue(&mut tx, &job(2, "key"), at(1)).await.unwrap();
    assert_eq!((same.id, new), (id(1), false));
    jobs::cancel(&mut tx, id(1), at(2)).await.unwrap().unwrap();
    let (next, new) = jobs::enqueue(&mut tx, &job(3, "key"), at(3)).await.unwrap();
    assert_eq!((next.id, new), (id(3), true));
    // Another owner's key is another key.
    tx.commit().await.unwrap();
    let (_, new) = jobs::enqueue(&mut bench.bob().await, &job(4, "key"), at(3))
        .await
        .unwrap();
    assert!(new);
}

pub async fn requests_at_the_same_time_make_one_job(bench: &Bench) {
    let request = async |n: u32| {
        let mut tx = bench.write().await;
        let (job, new) = jobs::enqueue(&mut tx, &job(n, "key"), at(0)).await.unwrap();
        tx.commit().await.unwrap();
        (job.id, new)
    };
    let answers = join_all((1..=16).map(request)).await;
    assert_eq!(answers.iter().filter(|(_, new)| *new).count(), 1);
    assert!(answers.iter().all(|(id, _)| *id == answers[0].0));
}

pub async fn an_owners_many_jobs_lose_their_class_but_nobody_elses_do(bench: &Bench) {
    let mut tx = bench.write().await;
    let mut classes = Vec::new();
    for n in 1..=7 {
        let (job, _) = jobs::enqueue(&mut tx, &job(n, &format!("key {n}")), at(0))
            .await
            .unwrap();
        classes.push(job.priority);
    }
    let mut expected = vec![Priority::Normal; 5];
    expected.extend([Priority::Low; 2]);
    assert_eq!(classes, expected);
    // Classes, queues and owners are counted apart.
    let urgent = NewJob {
        priority: Priority::High,
        ..job(8, "urgent")
    };
    let (urgent, _) = jobs::enqueue(&mut tx, &urgent, at(0)).await.unwrap();
    assert_eq!(urgent.priority, Priority::High);
    let lesson = NewJob {
        job_type: JobType::GenerateLesson,
        ..job(9, "lesson")
    };
    let (lesson, _) = jobs::enqueue(&mut tx, &lesson, at(0)).await.unwrap();
    assert_eq!(lesson.priority, Priority::Normal);
    tx.commit().await.unwrap();
    let (bobs, _) = jobs::enqueue(&mut bench.bob().await, &job(10, "key 1"), at(0))
        .await
        .unwrap();
    assert_eq!(bobs.priority, Priority::Normal);
}

async fn ids(bench: &Bench, filter: JobFilter, limit: u32, after: Option<u32>) -> Vec<Uuid> {
    let page = Page {
        limit,
        after: after.map(id),
    };
    let mut tx = bench.read().await;
    let listed = jobs::list(&mut tx, &filter, page).await.unwrap();
    listed.into_iter().map(|job| job.id).collect()
}

pub async fn the_list_is_latest_first_filtered_page_by_page(bench: &Bench) {
    let mut tx = bench.write().await;
    for (n, at_second) in [(1, 0), (4, 20), (2, 20), (3, 10)] {
        let mut new = job(n, &format!("key {n}"));
        new.document_id = id(100 + n % 2);
        new.section_id = (n == 3).then(|| id(200));
        jobs::enqueue(&mut tx, &new, at(at_second)).await.unwrap();
    }
    jobs::cancel(&mut tx, id(1), at(30)).await.unwrap();
    tx.commit().await.unwrap();

    let all = JobFilter::default;
    assert_eq!(ids(bench, all(), 9, None).await, [4, 2, 3, 1].map(id));
    assert_eq!(ids(bench, all(), 2, None).await, [4, 2].map(id));
    assert_eq!(ids(bench, all(), 2, Some(2)).await, [3, 1].map(id));
    let queued = JobFilter {
        status: Some(JobStatus::Queued),
        ..all()
    };
    assert_eq!(ids(bench, queued, 9, None).await, [4, 2, 3].map(id));
    let of_document = JobFilter {
        document_id: Some(id(101)),
        ..all()
    };
    assert_eq!(ids(bench, of_document, 9, None).await, [3, 1].map(id));
    let of_section = JobFilter {
        section_id: Some(id(200)),
        ..all()
    };
    assert_eq!(ids(bench, of_section, 9, None).await, [id(3)]);
    let lessons = JobFilter {
        job_type: Some(JobType::GenerateLesson),
        ..all()
    };
    assert_eq!(ids(bench, lessons, 9, None).await, Vec::<Uuid>::new());
}

pub async fn many_are_found_by_their_ids(bench: &Bench) {
    let mut tx = bench.write().await;
    for n in 1..=3 {
        jobs::enqueue(&mut tx, &job(n, &format!("key {n}")), at(0))
            .await
            .unwrap();
    }
    let found = jobs::find_many(&mut tx, &[3, 1, 9].map(id)).await.unwrap();
    let mut found: Vec<_> = found.into_iter().map(|job| job.id).collect();
    found.sort();
    assert_eq!(found, [1, 3].map(id));
    assert_eq!(jobs::find_many(&mut tx, &[]).await.unwrap(), []);
}

pub async fn counts_are_across_owners(bench: &Bench) {
    let mut tx = bench.write().await;
    jobs::enqueue(&mut tx, &job(1, "key"), at(0)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = bench.bob().await;
    for n in [2, 3] {
        jobs::enqueue(&mut tx, &job(n, &format!("key {n}")), at(0))
            .await
            .unwrap();
    }
    jobs::cancel(&mut tx, id(3), at(1)).await.unwrap();
    tx.commit().await.unwrap();
    let now = [at(0), at(1)];
    for (moment, waiting, delayed) in [(now[0] - TimeDelta::seconds(1), 0, 2), (now[1], 2, 0)] {
        let mut tx = bench.store.system().await.unwrap();
        let counts = jobs::counts(&mut tx, QueueName::UploadProcessing, moment).await;
        let expected = Counts {
            waiting,
            delayed,
            ..Counts::default()
        };
        assert_eq!(counts.unwrap(), expected);
    }
}

pub async fn what_has_ended_is_counted_for_a_day(bench: &Bench) {
    let mut tx = bench.write().await;
    for (number, failed) in [(1, false), (2, false), (3, true)] {
        let job = job(number, &format!("key {number}"));
        jobs::enqueue(&mut tx, &job, at(0)).await.unwrap();
        let token = id(100 + number);
        jobs::start(&mut tx, job.id, token, "worker", at(0))
            .await
            .unwrap();
        let ended = match failed {
            true => {
                let failure = JobFailure {
                    code: "broken".into(),
                    message: "It is broken.".into(),
                };
                let failed = jobs::fail(&mut tx, job.id, token, &failure, at(5)).await;
                failed.unwrap().is_some()
            }
            false => {
                let done = jobs::complete(&mut tx, job.id, token, &json!({}), at(5)).await;
                done.unwrap().is_some()
            }
        };
        assert!(ended);
    }
    tx.commit().await.unwrap();
    for (moment, completed, failed) in [(at(5 + 86_400), 2, 1), (at(6 + 86_400), 0, 0)] {
        let mut tx = bench.store.system().await.unwrap();
        let counts = jobs::counts(&mut tx, QueueName::UploadProcessing, moment).await;
        let expected = Counts {
            completed,
            failed,
            ..Counts::default()
        };
        assert_eq!(counts.unwrap(), expected);
    }
}
