use ultudy_llm::{
    embeddings::{EmbedError, Embedder as _, Purpose},
    model::{Embeddings, EmbeddingsConfig},
};
use ultudy_testkit::{
    llm::{EMBEDDING_MODELS, Embedded, EmbeddingModel},
    ports,
};

use super::*;

const PROVIDERS: [Provider; 3] = [Provider::OpenAi, Provider::Gemini, Provider::Compatible];

/// How to ask it.
pub fn config(provider: Provider, model: &EmbeddingModel) -> EmbeddingsConfig {
    EmbeddingsConfig {
        provider,
        base_url: model.base_url_of(format(provider)).parse().unwrap(),
        key: KEY.into(),
        model: EMBEDDING_MODELS[0].into(),
        least_similarity: 0.2,
        retry_pause: Duration::from_millis(1),
        pace: Arc::new(Unlimited),
    }
}

async fn embed(
    embeddings: &Embeddings,
    purpose: Purpose,
    patience: Duration,
) -> Result<Vec<Vec<f32>>, EmbedError> {
    let texts = ["A cell divides.", "A limit."].map(str::to_owned).to_vec();
    let bill = Bill::default();
    embeddings.embed(texts, purpose, patience, &bill).await
}

#[tokio::test]
async fn texts_become_vectors_in_their_order_whoever_is_asked() {
    let model = EmbeddingModel::start().await;
    for provider in PROVIDERS {
        let embeddings = Embeddings::new(config(provider, &model)).unwrap();
        let wanted = format!("{}:test-embedding", provider.name());
        assert_eq!(embeddings.traits().model, wanted);
        let vectors = embed(&embeddings, Purpose::Passage, LONG).await.unwrap();
        assert_eq!(vectors.len(), 2);
        assert_ne!(vectors[0], vectors[1]);
        let texts = vec!["A limit.".to_owned()];
        let bill = Bill::default();
        let again = embeddings.embed(texts, Purpose::Query, LONG, &bill).await;
        let again = again.unwrap();
        assert_eq!(again[0], vectors[1]);
    }
}

#[tokio::test]
async fn what_may_pass_is_asked_again_for_passages_and_never_for_who_searches() {
    for provider in PROVIDERS {
        for answer in [Embedded::Status(500, None), Embedded::Status(429, None)] {
            let model = EmbeddingModel::start().await;
            let embeddings = Embeddings::new(config(provider, &model)).unwrap();
            model.answers_next([answer; 2]);
            assert!(embed(&embeddings, Purpose::Passage, LONG).await.is_ok());
            assert_eq!(model.calls(), 3);
            model.answers_next([answer]);
            let error = embed(&embeddings, Purpose::Query, LONG).await.unwrap_err();
            assert!(!error.is_of_the_texts, "{error:?}");
            assert_eq!(model.calls(), 4);
        }
    }
}

#[tokio::test]
async fn what_is_no_answer_is_no_vector() {
    for provider in PROVIDERS {
        for (answer, reason) in [
            (Embedded::Page, "foreign"),
            (Embedded::Truncated, "foreign"),
            (Embedded::WrongCount, "unreadable"),
            (Embedded::WrongDimensions, "unreadable"),
            (Embedded::Status(400, None), "refused"),
        ] {
            let model = EmbeddingModel::start().await;
            model.answers(answer);
            let embeddings = Embeddings::new(config(provider, &model)).unwrap();
            let error = embed(&embeddings, Purpose::Passage, LONG)
                .await
                .unwrap_err();
            assert_eq!(error.reason, reason, "{answer:?}");
            assert_eq!(model.calls(), 1, "{answer:?} is not asked for again");
            assert_eq!(error.is_of_the_texts, reason == "refused");
        }
    }
}

#[tokio::test]
async fn who_asks_to_be_left_alone_is_left_alone() {
    for provider in PROVIDERS {
        let model = EmbeddingModel::start().await;
        let embeddings = Embeddings::new(config(provider, &model)).unwrap();
        model.answers_next([Embedded::Status(429, Some("30"))]);
        for purpose in [Purpose::Passage, Purpose::Query] {
            let error = embed(&embeddings, purpose, LONG).await.unwrap_err();
            let wait = error.wait.unwrap();
            assert!(wait > Duration::from_secs(20), "{wait:?}");
        }
        assert_eq!(model.calls(), 1);
    }
}

#[tokio::test]
async fn who_hangs_is_given_up_and_after_some_times_not_asked() {
    let model = EmbeddingModel::start().await;
    let embeddings = Embeddings::new(config(Provider::OpenAi, &model)).unwrap();
    model.answers(Embedded::Held);
    let patience = Duration::from_millis(50);
    let mut reasons = Vec::new();
    while reasons.last() != Some(&"resting") && reasons.len() < 9 {
        let error = embed(&embeddings, Purpose::Query, patience)
            .await
            .unwrap_err();
        reasons.push(error.reason);
    }
    assert_eq!(reasons, [&["too_slow"; 5][..], &["resting"]].concat());
}

#[tokio::test]
async fn a_wrong_key_and_nobody_there_are_told_and_the_key_is_not() {
    let key = "sk-wrong-1234567890";
    for provider in PROVIDERS {
        let model = EmbeddingModel::start().await;
        let wrong = EmbeddingsConfig {
            key: key.into(),
            ..config(provider, &model)
        };
        let error = embed(&Embeddings::new(wrong).unwrap(), Purpose::Passage, LONG).await;
        let error = error.unwrap_err();
        assert_eq!((error.reason, error.is_of_the_texts), ("key", false));
        assert!(!format!("{error:?}").contains(key));
        let nobody = EmbeddingsConfig {
            base_url: format!("http://127.0.0.1:{}/v1", ports::free_port().unwrap())
                .parse()
                .unwrap(),
            ..config(provider, &model)
        };
        let error = embed(&Embeddings::new(nobody).unwrap(), Purpose::Query, LONG).await;
        assert_eq!(error.unwrap_err().reason, "unreachable");
    }
}
