//! The store's promises, each checked on SQLite and on PostgreSQL from one source.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod accounts;
mod bench;
mod blobs;
mod check_ins;
mod connections;
mod courses;
mod documents;
mod embeddings;
mod figures;
mod filters;
mod fixtures;
mod glossaries;
mod indexes;
mod job_runs;
mod jobs;
mod lessons;
mod llm_batches;
mod llm_calls;
mod migrations;
mod page_readings;
mod pgbouncer;
mod preferences;
mod queue;
mod read_at_once;
mod read_together;
mod replicas;
mod rls;
mod search;
mod sections;
mod single_flight;
mod study_sessions;
mod tenancy;
mod transactions;
mod transfer;
mod waiting;
mod workers;
mod write_together;
mod write_with;

/// Makes a test `sqlite::noun::test` of each `noun::test`, and of all of a noun's one test
/// `postgres::noun`: test runners that give each test a process would start a server for
/// each.
macro_rules! on_both {
    ($($noun:ident: $($test:ident),+ $(,)?;)+) => {
        mod sqlite {$(
            mod $noun {$(
                #[tokio::test]
                async fn $test() {
                    crate::$noun::$test(&crate::bench::Bench::sqlite().await).await;
                }
            )+}
        )+}
        mod postgres {$(
            #[tokio::test]
            async fn $noun() {
                let _server = ultudy_testkit::postgres::Postgres::shared().unwrap();
                $(
                    // Shown when a test fails: says which one it was.
                    eprintln!("{}::{}", stringify!($noun), stringify!($test));
                    crate::$noun::$test(&crate::bench::Bench::postgres().await).await;
                )+
            }
        )+}
    };
}

on_both! {
    accounts:
        a_user_is_found_by_their_address_alone,
        an_address_has_one_account,
        a_session_says_who_asks_until_it_ends,
        a_disabled_users_sessions_and_tokens_say_nothing,
        ended_and_surplus_sessions_go_when_one_begins,
        a_token_says_who_asks_until_it_is_revoked,
        nothing_of_anothers_account_can_be_reached,
        a_link_is_used_once_and_in_time,
        there_is_one_link_for_a_first_operator,
        a_deleted_user_takes_their_sessions_along,
        people_of_issuers_are_told_apart_by_their_ids_alone,
        an_account_is_looked_after_by_the_system_and_deleted_by_its_owner,
        what_has_ended_is_deleted_and_nothing_else;
    blobs:
        one_content_is_kept_once_until_its_last_holder_goes,
        contents_that_are_held_are_found_all_at_once,
        holders_that_come_and_go_at_once_never_lose_the_object;
    check_ins:
        a_question_is_found_by_what_it_says,
        ids_narrow_the_search_and_beat_the_name,
        questions_of_earlier_lessons_stay_after_those_of_now,
        concepts_come_in_order_and_keep_their_mastery,
        answers_at_the_same_time_count_one_by_one;
    courses:
        what_is_stored_reads_back,
        the_list_is_in_order_page_by_page,
        an_archived_course_is_listed_only_when_asked_for,
        a_change_touches_only_what_it_names,
        a_course_with_a_document_cannot_go,
        a_deleted_course_leaves_its_study_sessions;
    figures:
        figures_are_found_once_their_document_is_read,
        a_document_takes_its_figures_along;
    documents:
        a_document_is_invisible_until_it_is_published,
        publishing_what_is_gone_says_so,
        the_list_is_by_course_in_order_page_by_page,
        a_change_touches_only_what_it_names,
        the_file_is_found_before_and_after_publishing,
        deleting_leaves_nothing_of_it,
        deleting_twice_says_so;
    embeddings:
        vectors_are_of_one_model_and_replaced_as_a_whole,
        what_waits_for_a_model_is_told_to_housekeeping,
        vectors_are_found_where_their_document_is,
        only_what_is_in_the_index_is_embedded;
    glossaries:
        a_glossary_is_kept_for_its_version,
        a_glossary_needs_its_document;
    job_runs:
        a_run_goes_from_start_over_progress_to_its_result,
        a_job_does_not_start_before_its_time_nor_after_its_end,
        a_job_that_its_engine_knows_to_be_due_starts,
        an_error_counts_and_the_job_waits_again,
        handing_back_counts_nothing,
        since_when_a_job_is_put_off_is_known_until_it_is_asked_for_again,
        the_third_worker_that_vanishes_fails_the_job,
        a_stale_run_changes_nothing,
        only_what_is_in_flight_is_cancelled,
        a_documents_jobs_are_cancelled_together,
        a_failed_or_cancelled_job_can_be_asked_for_again,
        every_change_raises_the_version;
    jobs:
        a_new_job_waits_and_reads_back,
        a_second_request_gets_the_job_in_flight,
        requests_at_the_same_time_make_one_job,
        an_owners_many_jobs_lose_their_class_but_nobody_elses_do,
        the_list_is_latest_first_filtered_page_by_page,
        many_are_found_by_their_ids,
        counts_are_across_owners,
        what_has_ended_is_counted_for_a_day;
    single_flight:
        one_leads_and_who_follows_is_not_delivered,
        once_it_is_made_all_who_wait_go_on,
        who_follows_is_completed_together_each_in_their_own_name,
        a_leaders_error_counts_for_all_who_follow,
        where_the_leader_ends_badly_one_who_waits_leads,
        of_many_at_once_one_leads;
    llm_batches:
        an_item_is_one_a_generation_and_settled_once,
        a_batch_is_seen_to_by_one_at_a_time,
        who_waits_for_a_batch_is_released_once_it_is_over_or_they_are_wanted;
    preferences:
        what_one_wants_is_kept_and_nobody_elses;
    llm_calls:
        a_call_counts_once_however_often_it_is_stored,
        what_calls_came_to_is_told_by_day_course_and_lesson,
        a_generation_used_again_is_counted_as_saved,
        old_calls_go_and_what_they_came_to_stays_for_longer,
        budgets_are_reserved_and_settled,
        a_budget_begins_with_what_was_spent_before,
        calls_at_the_same_time_overspend_nothing,
        what_a_vanished_process_reserved_counts_as_spent,
        a_deleted_user_leaves_no_usage;
    page_readings:
        what_was_read_is_known_by_its_key_until_it_is_old;
    lessons:
        a_lesson_has_the_generations_texts_under_the_owners_ids,
        a_lesson_is_known_by_its_id_and_its_concepts_by_their_states,
        of_a_lesson_that_is_asked_for_one_statement_tells_what_is_there,
        a_section_has_one_lesson_and_a_document_one,
        questions_in_own_words_stand_apart_and_are_found,
        a_document_has_a_lesson_beside_its_sections,
        asked_for_again_a_concept_keeps_its_id_and_mastery,
        a_name_that_another_lesson_holds_is_a_conflict,
        lessons_stored_at_once_find_names_of_their_own,
        deleting_raises_the_variant_of_what_it_taught,
        the_first_generation_of_a_key_stands;
    queue:
        a_low_job_moves_up_after_ten_minutes,
        a_crash_before_the_commit_leaves_no_job,
        a_crash_between_commit_and_push_loses_nothing,
        a_crash_between_claim_and_start_counts_nothing,
        a_crash_in_a_run_counts_as_lost,
        a_worker_that_wakes_late_does_not_start,
        a_crash_before_the_last_commit_undoes_the_effect_with_the_status,
        a_crash_before_finishing_brings_nothing_again,
        a_crash_before_giving_back_only_waits_for_the_lease,
        cancelling_takes_the_lease_away,
        a_full_claim_wakes_the_next_worker;
    search:
        all_words_come_before_some_and_rare_ones_count_more,
        a_phrase_is_found_in_its_order_only,
        any_text_can_be_asked,
        a_course_narrows_the_search_also_after_a_move,
        a_course_of_many_documents_narrows_the_search_too,
        what_is_deleted_or_unread_is_not_found,
        nothing_of_anothers_is_found_or_counted,
        a_word_on_every_page_is_answered_from_its_strong_passages,
        a_document_is_read_into_the_index_once,
        what_waits_for_the_index_is_told_to_housekeeping;
    read_at_once:
        reads_at_once_say_what_a_transaction_says,
        any_owner_can_read_at_once_but_nobody_and_nul;
    sections:
        sections_come_in_order_with_their_texts,
        a_course_gives_its_documents_sections,
        a_section_comes_with_the_one_after_it,
        a_section_knows_whether_its_lesson_exists,
        two_sections_cannot_have_one_place;
    study_sessions:
        a_session_counts_until_it_ends,
        the_latest_come_first_and_all_add_up;
    tenancy:
        nothing_of_anothers_can_be_read,
        lists_and_sums_hold_only_the_owners,
        nothing_of_anothers_can_be_changed,
        no_row_can_refer_to_anothers,
        any_text_can_be_an_owner_but_nothing_and_nul;
    transfer:
        all_of_one_owner_is_given_to_another,
        nothing_is_given_where_anything_is_in_the_way;
    transactions:
        what_is_dropped_never_was,
        what_is_not_committed_is_nobody_elses_to_see,
        a_transaction_that_reads_cannot_write,
        a_refused_statement_spoils_only_its_transaction,
        after_a_refused_statement_nothing_is_committed,
        a_request_that_is_dropped_anywhere_leaves_nothing,
        times_keep_their_microseconds_and_no_more,
        times_sort_as_they_follow_each_other,
        the_database_answers_a_ping;
    waiting:
        jobs_in_flight_are_listed_in_their_order,
        a_lease_in_the_row_that_has_lapsed_stops_nobody;
    workers:
        a_worker_is_seen_as_long_as_it_reports_and_until_it_leaves;
    read_together:
        each_reads_its_owners_rows,
        what_is_read_together_is_what_a_transaction_says;
    write_together:
        each_is_done_as_its_owner_and_told_of_its_own_rows,
        one_that_fails_takes_none_of_the_others_along,
        what_one_owner_writes_at_once_is_all_done,
        what_is_withdrawn_is_not_done;
    write_with:
        what_begins_a_transaction_stays_or_goes_with_it,
        a_lessons_job_is_stored_if_it_is_needed_and_only_then,
        only_what_may_run_is_started_at_once;
}

#[tokio::test]
async fn the_table_keeps_the_promises_of_a_queue_on_sqlite() {
    queue::keeps_the_promises_of_a_queue_on_sqlite().await;
}

#[tokio::test]
async fn the_table_keeps_the_promises_of_a_queue_on_postgres() {
    queue::keeps_the_promises_of_a_queue_on_postgres().await;
}
