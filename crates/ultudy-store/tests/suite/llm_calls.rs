use chrono::TimeDelta;
use ultudy_domain::usage::{Budget, MadeFor, Period, Standing, Totals, Whose};
use ultudy_store::{
    budgets::{self, Reserved, Settled},
    generations::{self, NewGeneration},
    lessons, llm_calls,
    usage::{self, By},
    users,
};

use crate::{
    bench::Bench,
    fixtures::{ALICE, BOB, at, content, course, id, lesson, model_call, store_account},
    fixtures::{store_read_document, user},
};

const DAY: Budget = Budget {
    whose: Whose::User,
    period: Period::Day,
    limit_micros: 10_000,
};
const OF_ALL: Budget = Budget {
    whose: Whose::All,
    period: Period::Month,
    limit_micros: 15_000,
};

async fn by_day(bench: &Bench) -> Totals {
    let mut tx = bench.write().await;
    let days = usage::by_day(&mut tx, at(0).date_naive()).await.unwrap();
    let all = days.iter().map(|day| day.totals);
    all.fold(Totals::default(), Totals::and)
}

/// Reserves for an owner; whether it fits.
async fn reserve(bench: &Bench, n: u32, owner: &str, budgets: &[Budget], micros: i64) -> Reserved {
    let mut tx = bench.store.system().await.unwrap();
    let times = (at(0), at(60));
    let reserved = budgets::reserve(&mut tx, id(n), (owner, budgets), micros, times).await;
    let reserved = reserved.unwrap();
    if reserved == Reserved::Yes {
        tx.commit().await.unwrap();
    }
    reserved
}

async fn settle(bench: &Bench, n: u32, micros: i64) -> Vec<Settled> {
    let mut tx = bench.write().await;
    let settled = budgets::settle(&mut tx, id(n), micros).await.unwrap();
    tx.commit().await.unwrap();
    settled
}

pub async fn a_call_counts_once_however_often_it_is_stored(bench: &Bench) {
    for _ in 0..2 {
        let mut tx = bench.write().await;
        let calls = [model_call(1, 0, Some(1_500)), model_call(2, 1, None)];
        let stored = llm_calls::insert_all(&mut tx, &calls, MadeFor::default()).await;
        stored.unwrap();
        tx.commit().await.unwrap();
    }
    let expected = Totals {
        calls: 2,
        tokens_read: 2_000,
        tokens_written: 400,
        cost_micros: 1_500,
        unpriced_calls: 1,
        ..Totals::default()
    };
    assert_eq!(by_day(bench).await, expected);
    let mut tx = bench.bob().await;
    let bobs = usage::by_day(&mut tx, at(0).date_naive()).await.unwrap();
    assert!(bobs.is_empty(), "{bobs:?}");
}

pub async fn what_calls_came_to_is_told_by_day_course_and_lesson(bench: &Bench) {
    let mut tx = bench.write().await;
    ultudy_store::courses::insert(&mut tx, &course(1))
        .await
        .unwrap();
    store_read_document(&mut tx, 10, Some(id(1))).await;
    let of_section = |n| MadeFor {
        course_id: Some(id(1)),
        document_id: Some(id(10)),
        section_id: Some(id(n)),
        ..MadeFor::default()
    };
    for (n, of) in [
        (1, of_section(11)),
        (2, of_section(11)),
        (3, of_section(12)),
        (4, MadeFor::default()),
    ] {
        let calls = [model_call(n, 0, Some(100))];
        llm_calls::insert_all(&mut tx, &calls, of).await.unwrap();
    }
    let mut other = model_call(5, 86_400, Some(7));
    other.model = "another".into();
    llm_calls::insert_all(&mut tx, &[other], MadeFor::default())
        .await
        .unwrap();
    let days = usage::by_day(&mut tx, at(0).date_naive()).await.unwrap();
    let days: Vec<_> = days
        .iter()
        .map(|day| (day.model.as_str(), day.totals.calls))
        .collect();
    assert_eq!(days, [("another", 1), ("a-model", 4)]);
    let courses = usage::by_course(&mut tx, at(0), 9).await.unwrap();
    let courses: Vec<_> = courses
        .iter()
        .map(|of| (of.name.as_deref(), of.totals.cost_micros))
        .collect();
    assert_eq!(courses, [(Some("Course 1"), 300), (None, 107)]);
    let lessons = usage::by_lesson(&mut tx, at(0), 9).await.unwrap();
    let lessons: Vec<_> = lessons
        .iter()
        .map(|of| (of.section_id, of.name.as_deref(), of.totals.cost_micros))
        .collect();
    let expected = [
        (Some(id(11)), Some("Section 1"), 200),
        (Some(id(12)), Some("Section 2"), 100),
    ];
    assert_eq!(lessons, expected);
    tx.commit().await.unwrap();

    let mut tx = bench.store.system_read().await.unwrap();
    for (by, expected) in [
        (
            By::Model,
            vec![("openai a-model lesson", 400), ("openai another lesson", 7)],
        ),
        (By::User, vec![(ALICE, 407)]),
    ] {
        let found = usage::across(&mut tx, by, at(0), 9).await.unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|of| (of.group.join(" "), of.totals.cost_micros))
            .collect();
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(name, cost)| (name.to_owned(), cost))
            .collect();
        assert_eq!(found, expected);
    }
    for (by, groups) in [(By::Course, 2), (By::Lesson, 2)] {
        let found = usage::across(&mut tx, by, at(0), 9).await.unwrap();
        assert_eq!(found.len(), groups, "{found:?}");
    }
}

pub async fn a_generation_used_again_is_counted_as_saved(bench: &Bench) {
    let mut tx = bench.write().await;
    store_read_document(&mut tx, 10, None).await;
    for (n, section, tokens) in [(20, 11, Some(1_200)), (40, 12, None)] {
        let lesson = lesson(n, id(10), Some(id(section)), &[&format!("Limit {n}")]);
        let generation = NewGeneration {
            key: lesson.generation_key.clone(),
            content: content(&[&format!("Limit {n}")]),
            provider: "openai".into(),
            model: "a-model".into(),
            tokens,
            cost_micros: Some(900),
        };
        generations::insert(&mut tx, &generation, at(3))
            .await
            .unwrap();
        lessons::insert(&mut tx, &lesson, &generation.content, at(3))
            .await
            .unwrap();
        for _ in 0..2 {
            let reused = llm_calls::write_reused(lesson.generation_key.clone(), at(4));
            reused.run(&mut tx).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
    let expected = Totals {
        reused: 2,
        saved_tokens: 2_400,
        saved_micros: 1_800,
        ..Totals::default()
    };
    assert_eq!(by_day(bench).await, expected);
}

pub async fn old_calls_go_and_what_they_came_to_stays_for_longer(bench: &Bench) {
    let mut tx = bench.write().await;
    let of_a_lesson = MadeFor {
        document_id: Some(id(7)),
        ..MadeFor::default()
    };
    for (n, day) in [(1, 0), (2, 1), (3, 2), (4, 0), (5, 1)] {
        let calls = [model_call(n, day * 86_400, Some(1))];
        let stored = llm_calls::insert_all(&mut tx, &calls, of_a_lesson).await;
        stored.unwrap();
    }
    tx.commit().await.unwrap();
    // A few at a time, the oldest first; of days there is one.
    let mut tx = bench.store.system().await.unwrap();
    for deleted in [3 + 1, 1, 0] {
        let (calls, days) = (at(2 * 86_400), at(86_400));
        let done = llm_calls::delete_old(&mut tx, calls, days, 3).await;
        assert_eq!(done.unwrap(), deleted);
    }
    tx.commit().await.unwrap();
    assert_eq!(by_day(bench).await.calls, 3);
    let mut tx = bench.write().await;
    let lessons = usage::by_lesson(&mut tx, at(0), 9).await.unwrap();
    assert_eq!(lessons[0].totals.calls, 1);
    // What is of no document is of no lesson.
    let calls = [model_call(6, 2 * 86_400, Some(1))];
    let stored = llm_calls::insert_all(&mut tx, &calls, MadeFor::default()).await;
    stored.unwrap();
    let lessons = usage::by_lesson(&mut tx, at(0), 9).await.unwrap();
    assert_eq!(lessons.len(), 1);
    let courses = usage::by_course(&mut tx, at(0), 9).await.unwrap();
    assert_eq!(courses[0].totals.calls, 2);
}

pub async fn budgets_are_reserved_and_settled(bench: &Bench) {
    let budgets = [OF_ALL, DAY];
    assert_eq!(
        reserve(bench, 1, ALICE, &budgets, 6_000).await,
        Reserved::Yes
    );
    let standing = Standing {
        budget: DAY,
        spent_micros: 0,
        reserved_micros: 6_000,
    };
    let refused = reserve(bench, 2, ALICE, &budgets, 6_000).await;
    assert_eq!(refused, Reserved::No(standing));
    // What was refused is reserved nowhere: Bob's is the same budget of all.
    assert_eq!(reserve(bench, 3, BOB, &budgets, 9_000).await, Reserved::Yes);
    let refused = reserve(bench, 4, ALICE, &budgets, 1).await;
    let Reserved::No(standing) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(standing.budget, OF_ALL);

    let settled = settle(bench, 1, 2_500).await;
    let expected = [(Whose::All, Period::Month), (Whose::User, Period::Day)];
    let expected = expected.map(|(whose, period)| Settled {
        whose,
        period,
        spent_micros: 2_500,
    });
    assert_eq!(settled, expected);
    assert_eq!(settle(bench, 1, 2_500).await, [], "once");
    let mut tx = bench.write().await;
    let standings = budgets::standings(&mut tx, &budgets, at(5)).await.unwrap();
    let sums: Vec<_> = standings
        .iter()
        .map(|one| (one.spent_micros, one.reserved_micros))
        .collect();
    assert_eq!(sums, [(2_500, 9_000), (2_500, 0)]);
    // The next day is another.
    let standings = budgets::standings(&mut tx, &[DAY], at(86_400)).await;
    assert_eq!(standings.unwrap()[0].spent_micros, 0);
}

pub async fn a_budget_begins_with_what_was_spent_before(bench: &Bench) {
    let mut tx = bench.write().await;
    let calls = [model_call(1, 0, Some(9_000))];
    let stored = llm_calls::insert_all(&mut tx, &calls, MadeFor::default()).await;
    stored.unwrap();
    let standings = budgets::standings(&mut tx, &[DAY], at(1)).await.unwrap();
    assert_eq!(standings[0].spent_micros, 9_000);
    tx.commit().await.unwrap();
    let budgets = [OF_ALL, DAY];
    let refused = reserve(bench, 2, ALICE, &budgets, 1_001).await;
    assert!(matches!(refused, Reserved::No(_)), "{refused:?}");
    assert_eq!(
        reserve(bench, 3, ALICE, &budgets, 1_000).await,
        Reserved::Yes
    );
    // Only what all spent counts for Bob.
    assert_eq!(reserve(bench, 4, BOB, &budgets, 5_000).await, Reserved::Yes);
    let refused = reserve(bench, 5, BOB, &budgets, 1).await;
    assert!(matches!(refused, Reserved::No(_)), "{refused:?}");
}

pub async fn calls_at_the_same_time_overspend_nothing(bench: &Bench) {
    let tries = (0..20u32).map(|n| async move {
        let owner = if n % 2 == 0 { ALICE } else { BOB };
        reserve(bench, 100 + n, owner, &[OF_ALL, DAY], 3_000).await
    });
    let tries = futures_util::future::join_all(tries).await;
    let fit = tries.iter().filter(|one| **one == Reserved::Yes).count();
    assert_eq!(fit, 5);
}

pub async fn what_a_vanished_process_reserved_counts_as_spent(bench: &Bench) {
    reserve(bench, 1, ALICE, &[DAY], 4_000).await;
    let mut tx = bench.store.system().await.unwrap();
    let before = at(0).date_naive() - TimeDelta::days(60);
    let cleared = budgets::clear_up(&mut tx, at(59), before).await.unwrap();
    assert_eq!(cleared, 0);
    let cleared = budgets::clear_up(&mut tx, at(61), before).await.unwrap();
    assert_eq!(cleared, 1);
    tx.commit().await.unwrap();
    assert_eq!(settle(bench, 1, 9).await, []);
    let mut tx = bench.write().await;
    let standings = budgets::standings(&mut tx, &[DAY], at(1)).await.unwrap();
    let standing = standings[0];
    assert_eq!(
        (standing.spent_micros, standing.reserved_micros),
        (4_000, 0)
    );
    drop(tx);
    // What is long over is forgotten.
    let mut tx = bench.store.system().await.unwrap();
    let later = at(0).date_naive() + TimeDelta::days(1);
    budgets::clear_up(&mut tx, at(61), later).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = bench.write().await;
    let standings = budgets::standings(&mut tx, &[DAY], at(1)).await.unwrap();
    assert_eq!(standings[0].spent_micros, 0);
}

pub async fn a_deleted_user_leaves_no_usage(bench: &Bench) {
    reserve(bench, 1, ALICE, &[DAY], 4_000).await;
    let mut tx = bench.write().await;
    store_account(&mut tx).await;
    assert_eq!(user(&tx).id, ALICE);
    let calls = [model_call(1, 0, Some(9))];
    let stored = llm_calls::insert_all(&mut tx, &calls, MadeFor::default()).await;
    stored.unwrap();
    users::delete(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(by_day(bench).await, Totals::default());
    assert_eq!(settle(bench, 1, 9).await, []);
}
