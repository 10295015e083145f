//! Batches, as each provider takes them.

use std::time::SystemTime;

use ultudy_llm::{
    BatchRequest,
    model::{BatchAnswer, BatchItem, BatchState, Batches, FoundBatch, SentBatch},
};
use ultudy_testkit::llm::{Answer, BatchEnd, SendFault, Spoil};

use super::*;

const PROVIDERS: [Provider; 3] = [Provider::OpenAi, Provider::Gemini, Provider::Anthropic];

/// A provider with a batch API, and what it is asked for.
struct Asking {
    llm: Llm,
    models: Models,
    batches: Batches,
    request: BatchRequest,
}

impl Asking {
    async fn by(provider: Provider) -> Self {
        let llm = Llm::start().await;
        let models = Models::new(alone(model(provider, &llm))).unwrap();
        let request = models.batch_request(&section()).unwrap();
        assert_eq!(
            (request.provider, request.model.as_str()),
            (provider.name(), MODEL)
        );
        Self {
            batches: Batches::new(&model(provider, &llm)).unwrap().unwrap(),
            llm,
            models,
            request,
        }
    }

    fn items(&self, ids: &[&str]) -> Vec<BatchItem> {
        let item = |id: &&str| BatchItem {
            id: (*id).to_owned(),
            body: self.request.body.clone(),
        };
        ids.iter().map(item).collect()
    }

    async fn sent(&self, name: &str, ids: &[&str]) -> String {
        let sent = self.batches.send(name, MODEL, self.items(ids)).await;
        sent.unwrap()
    }

    /// What came of a batch that has ended, by the ids of its items.
    async fn ended(&self, remote_id: &str) -> (Vec<BatchAnswer>, bool) {
        match self.batches.look(remote_id).await.unwrap() {
            BatchState::Ended {
                mut answers,
                is_complete,
            } => {
                answers.sort_by(|one, other| one.id.cmp(&other.id));
                (answers, is_complete)
            }
            BatchState::Running => panic!("it has not ended"),
        }
    }

    async fn found(&self, name: &str, ids: &[&str], known: &[String]) -> FoundBatch {
        #[allow(
            clippy::disallowed_methods,
            reason = "the provider's clock is this one"
        )]
        let since = SystemTime::now();
        let sent = SentBatch {
            name,
            items: ids.iter().map(|id| (*id).to_owned()).collect(),
            since,
            known: known.to_vec(),
        };
        self.batches.find(&sent).await.unwrap()
    }
}

fn outcomes(answers: &[BatchAnswer]) -> Vec<&'static str> {
    let outcome = |it: &BatchAnswer| match it.answer {
        Ok(_) => "answered",
        Err(reason) => reason,
    };
    answers.iter().map(outcome).collect()
}

#[tokio::test]
async fn an_answer_of_a_batch_is_the_lesson_that_a_call_would_give() {
    for provider in PROVIDERS {
        let asking = Asking::by(provider).await;
        let remote_id = asking.sent("one", &["a", "b"]).await;
        let (answers, is_complete) = asking.ended(&remote_id).await;
        assert!(is_complete);
        assert_eq!(outcomes(&answers), ["answered"; 2], "{provider:?}");
        let counts = asking.llm.batch_counts();
        let read: u64 = answers.iter().map(|it| it.tokens_read).sum();
        let written: u64 = answers.iter().map(|it| it.tokens_written).sum();
        assert_eq!(counts.tokens_read as u64, read);
        assert_eq!(counts.tokens_written as u64, written);
        let answer = answers[0].answer.clone().unwrap();
        let (bill, cancel) = (Bill::default(), CancellationToken::new());
        let given = asking
            .models
            .lesson_of(section(), answer, &|_| {}, &bill, &cancel);
        let given = given.await.unwrap();
        assert!(bill.take().is_empty(), "nobody was asked once more");
        assert_eq!(asking.llm.counts().made, 0);
        assert_eq!(given, made_of(&asking.models, &bill).await.unwrap());
    }
}

#[tokio::test]
async fn what_cannot_be_used_is_asked_for_by_a_call() {
    let asking = Asking::by(Provider::OpenAi).await;
    let (bill, cancel) = (Bill::default(), CancellationToken::new());
    let answer = "no lesson".to_owned();
    let made = asking
        .models
        .lesson_of(section(), answer, &|_| {}, &bill, &cancel);
    assert!(!made.await.unwrap().content.concepts.is_empty());
    assert_eq!(bill.take().len(), 1);
    // What is wrong in part is asked for once more, as ever.
    asking.llm.answers_next([Answer::Spoilt(Spoil::Duplicates)]);
    let remote_id = asking.sent("one", &["a"]).await;
    let (answers, _) = asking.ended(&remote_id).await;
    let spoilt = answers[0].answer.clone().unwrap();
    let made = asking
        .models
        .lesson_of(section(), spoilt, &|_| {}, &bill, &cancel);
    let _ = made.await;
    assert!(!bill.take().is_empty(), "it is repaired, or asked for anew");
}

#[tokio::test]
async fn one_that_was_taken_without_a_word_is_found_again() {
    for provider in PROVIDERS {
        let asking = Asking::by(provider).await;
        asking.llm.next_batch_is(SendFault::TakenAndFailed);
        let failed = asking
            .batches
            .send("lost", MODEL, asking.items(&["a", "b"]))
            .await;
        let failed = failed.unwrap_err();
        assert!(!failed.is_lasting, "{provider:?}: {failed:?}");
        // Others come before it in the list, which has several pages.
        let mut known = Vec::new();
        for name in ["two", "three", "four"] {
            known.push(asking.sent(name, &["c", "d"]).await);
        }
        let found = asking.found("lost", &["a", "b"], &known).await;
        let FoundBatch::Here(found) = found else {
            panic!("{provider:?}: {found:?}");
        };
        assert!(!known.contains(&found), "{provider:?}");
        let (answers, _) = asking.ended(&found).await;
        let ids: Vec<_> = answers.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(ids, ["a", "b"], "{provider:?}");
        // What was never sent is not found.
        known.push(found);
        let never = asking.found("never", &["e", "f"], &known).await;
        assert_eq!(never, FoundBatch::Nowhere);
        assert_eq!(asking.llm.batch_counts().batches, 4);
    }
}

/// Whoever has the same key may send batches, too.
#[tokio::test]
async fn anothers_batch_of_as_many_is_not_taken_for_the_one_that_is_looked_for() {
    for provider in PROVIDERS {
        let asking = Asking::by(provider).await;
        asking.llm.batches_end(BatchEnd::Never);
        asking.sent("anothers", &["x", "y"]).await;
        let known_when_it_ends = match provider {
            Provider::Anthropic => FoundBatch::Perhaps,
            _ => FoundBatch::Nowhere,
        };
        let found = asking.found("own", &["a", "b"], &[]).await;
        assert_eq!(found, known_when_it_ends, "{provider:?}");
        asking.llm.batches_end(BatchEnd::Complete);
        let found = asking.found("own", &["a", "b"], &[]).await;
        assert_eq!(found, FoundBatch::Nowhere, "{provider:?}");
    }
}

#[tokio::test]
async fn what_is_not_taken_says_whether_it_ever_will_be() {
    for provider in PROVIDERS {
        let asking = Asking::by(provider).await;
        for (status, is_lasting) in [(400, true), (413, true), (429, false), (503, false)] {
            asking.llm.next_batch_is(SendFault::Refused(status));
            let refused = asking
                .batches
                .send("one", MODEL, asking.items(&["a"]))
                .await;
            let refused = refused.unwrap_err();
            assert_eq!(refused.is_lasting, is_lasting, "{provider:?} {status}");
        }
        // The key goes nowhere but to the provider, which wants this one.
        let other = ModelConfig {
            key: "sk-another".into(),
            ..model(provider, &asking.llm)
        };
        let other = Batches::new(&other).unwrap().unwrap();
        let refused = other.send("one", MODEL, asking.items(&["a"])).await;
        let refused = refused.unwrap_err();
        assert!(refused.is_lasting, "{provider:?}");
        assert!(!format!("{refused:?} {refused}").contains("sk-"));
        let gone = asking.batches.look("batches/none").await.unwrap_err();
        assert!(gone.is_gone, "{provider:?}: {gone:?}");
        assert_eq!(asking.llm.batch_counts().batches, 0);
    }
}

#[tokio::test]
async fn each_item_comes_to_its_own_end() {
    for provider in PROVIDERS {
        let asking = Asking::by(provider).await;
        asking.llm.answers_next([
            Answer::Status(400, None),
            Answer::Lesson,
            Answer::Refusal,
            Answer::TextTooLong("A lesson that is no".into()),
            // What is whole of it is as good as any.
            Answer::TextTooLong(r#"{"summary": "S.", "concepts": [{"name": "Cell"}, {"na"#.into()),
        ]);
        let remote_id = asking.sent("one", &["a", "b", "c", "d", "e"]).await;
        let (answers, is_complete) = asking.ended(&remote_id).await;
        let expected = ["errored", "answered", "declined", "too_long", "answered"];
        let whole = r#"{"summary": "S.", "concepts": [{"name": "Cell"}]}"#;
        assert_eq!(answers[4].answer.as_deref(), Ok(whole), "{provider:?}");
        assert_eq!(outcomes(&answers), expected, "{provider:?}");
        assert!(is_complete, "{provider:?}");
    }
}

#[tokio::test]
async fn one_that_ends_early_says_what_it_did() {
    for provider in PROVIDERS {
        let asking = Asking::by(provider).await;
        asking.llm.batches_end(BatchEnd::Never);
        let remote_id = asking.sent("one", &["a", "b"]).await;
        for _ in 0..2 {
            let state = asking.batches.look(&remote_id).await.unwrap();
            assert_eq!(state, BatchState::Running, "{provider:?}");
        }
        asking.llm.batches_end(BatchEnd::ExpiredAfter(1));
        let (answers, is_complete) = asking.ended(&remote_id).await;
        let late = match provider {
            // It does not tell one error from another.
            Provider::Gemini => "errored",
            _ => "expired",
        };
        assert_eq!(outcomes(&answers), ["answered", late], "{provider:?}");
        // Anthropic's end is one whatever came of the items.
        assert_eq!(is_complete, provider == Provider::Anthropic);

        asking.llm.batches_end(BatchEnd::Never);
        let remote_id = asking.sent("two", &["a"]).await;
        asking.batches.cancel(&remote_id).await.unwrap();
        let (answers, _) = asking.ended(&remote_id).await;
        assert!(answers.iter().all(|it| it.answer.is_err()), "{answers:?}");
        assert_eq!(asking.llm.batch_counts().cancelled, 1);

        asking.llm.batches_end(BatchEnd::Failed);
        let remote_id = asking.sent("three", &["a"]).await;
        let (answers, _) = asking.ended(&remote_id).await;
        assert!(answers.iter().all(|it| it.answer.is_err()), "{answers:?}");
    }
}

#[tokio::test]
async fn answers_that_are_cut_off_are_fewer_and_whole_the_next_time() {
    for provider in PROVIDERS {
        let asking = Asking::by(provider).await;
        let ids = ["a", "b", "c", "d"];
        let remote_id = asking.sent("one", &ids).await;
        asking.llm.answers_are_cut(1);
        match asking.batches.look(&remote_id).await {
            Ok(BatchState::Ended { answers, .. }) => assert!(answers.len() < ids.len()),
            // One object that is cut is none.
            Err(error) => assert!(!error.is_lasting && !error.is_gone, "{error:?}"),
            Ok(state) => panic!("{provider:?}: {state:?}"),
        }
        let (answers, is_complete) = asking.ended(&remote_id).await;
        assert_eq!(
            (answers.len(), is_complete),
            (ids.len(), true),
            "{provider:?}"
        );
        asking.llm.next_looks_are(&[429]);
        let refused = asking.batches.look(&remote_id).await.unwrap_err();
        assert!(!refused.is_lasting && !refused.is_gone, "{refused:?}");
    }
}

#[tokio::test]
async fn what_takes_several_calls_or_has_no_api_is_asked_for_by_calls() {
    let llm = Llm::start().await;
    let compatible = model(Provider::Compatible, &llm);
    assert!(Batches::new(&compatible).unwrap().is_none());
    let models = Models::new(alone(compatible)).unwrap();
    assert_eq!(models.batch_request(&section()), None);
    let mut long = section();
    long.parts[0].markdown = "A cell is the smallest unit of life.\n".repeat(2_000);
    let config = ModelsConfig {
        context_tokens: 4_096,
        ..alone(model(Provider::OpenAi, &llm))
    };
    let models = Models::new(config).unwrap();
    assert_eq!(models.batch_request(&long), None);
    assert!(models.batch_request(&section()).is_some());
}
