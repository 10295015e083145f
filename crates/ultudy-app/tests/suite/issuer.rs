//! What time does to an issuer's keys and tokens.

use std::sync::Arc;

use chrono::TimeDelta;
use jsonwebtoken::Algorithm;
use serde_json::json;
use ultudy_app::{
    Error,
    clock::Clock,
    issuer::{Caller, Verifier, address},
};
use ultudy_testkit::issuer::{Answer, Issuer, Key};

use crate::support::SetClock;

struct World {
    issuer: Issuer,
    key: Key,
    verifier: Verifier,
    set: Arc<SetClock>,
    clock: Arc<dyn Clock>,
}

impl World {
    async fn new() -> Self {
        let key = Key::new("first", Algorithm::EdDSA);
        let issuer = Issuer::start(&[&key]).await;
        let url = address(&issuer.jwks_url(), false).unwrap();
        let caller = Caller::new(false).unwrap();
        let set = SetClock::new();
        Self {
            verifier: Verifier::new(issuer.name().into(), "us".into(), caller, url),
            issuer,
            key,
            clock: set.clone(),
            set,
        }
    }

    /// A token that ends in so many seconds.
    fn token(&self, key: &Key, ends_in: i64) -> String {
        let exp = self.clock.now().timestamp() + ends_in;
        let issuer = self.issuer.name();
        key.sign(&json!({"iss": issuer, "aud": "us", "sub": "ada", "exp": exp}))
    }

    async fn refusal(&self, token: &str) -> Option<Error> {
        self.verifier.verify(&self.clock, token).await.err()
    }

    fn advance(&self, seconds: i64) {
        self.set.advance(TimeDelta::seconds(seconds));
    }

    /// Waits until the issuer has been asked so often.
    async fn asked(&self, times: usize) {
        let limit = std::time::Duration::from_secs(10);
        let asked = ultudy_testkit::wait::until("the issuer is asked", limit, async || {
            self.issuer.asked() == times
        });
        asked.await.unwrap();
    }
}

#[tokio::test]
async fn a_verified_token_is_good_until_it_ends() {
    let world = World::new().await;
    let token = world.token(&world.key, 600);
    assert!(world.refusal(&token).await.is_none());
    world.advance(629);
    assert!(
        world.refusal(&token).await.is_none(),
        "clocks differ a little"
    );
    world.advance(1);
    let refused = world.refusal(&token).await;
    assert!(matches!(refused, Some(Error::Unauthorized(why)) if why.contains("expired")));
}

#[tokio::test]
async fn keys_are_looked_at_anew_and_stay_good_while_the_issuer_is_down() {
    let world = World::new().await;
    let token = world.token(&world.key, 100_000);
    assert!(world.refusal(&token).await.is_none());
    world.issuer.answers(Answer::Down);
    for (times, hours) in [(2, 1), (3, 10)] {
        world.advance(hours * 3_600);
        let new = world.token(&world.key, 600);
        assert!(world.refusal(&new).await.is_none(), "after {hours} hours");
        world.asked(times).await;
        assert!(world.refusal(&token).await.is_none());
    }
    // It is back, with another key: what the old one signed is good no more, verified or not.
    let other = Key::new("second", Algorithm::EdDSA);
    world.issuer.publishes(&[&other]);
    world.advance(31);
    let new = world.token(&other, 600);
    assert!(world.refusal(&new).await.is_none());
    assert!(world.refusal(&token).await.is_some());
}

#[tokio::test]
async fn a_withdrawn_key_ends_what_it_signed_though_nothing_new_is_shown() {
    let world = World::new().await;
    let token = world.token(&world.key, 100_000);
    assert!(world.refusal(&token).await.is_none());
    world
        .issuer
        .publishes(&[&Key::new("second", Algorithm::EdDSA)]);
    world.advance(599);
    assert!(world.refusal(&token).await.is_none());
    assert_eq!(world.issuer.asked(), 1);
    world.advance(1);
    let limit = std::time::Duration::from_secs(10);
    let refused = ultudy_testkit::wait::until("it is refused", limit, async || {
        world.refusal(&token).await.is_some()
    });
    refused.await.unwrap();
}

#[tokio::test]
async fn a_key_that_is_not_there_is_asked_for_once_in_half_a_minute() {
    let world = World::new().await;
    assert!(world.refusal(&world.token(&world.key, 600)).await.is_none());
    let stranger = world.token(&Key::new("strange", Algorithm::EdDSA), 600);
    for (seconds, times) in [(0, 2), (29, 2), (1, 3), (29, 3), (1, 4)] {
        world.advance(seconds);
        let all = (0..20).map(|_| world.refusal(&stranger));
        for refused in futures_util::future::join_all(all).await {
            assert!(
                matches!(refused, Some(Error::Unauthorized(_))),
                "{refused:?}"
            );
        }
        assert_eq!(world.issuer.asked(), times);
    }
}

#[tokio::test]
async fn many_who_need_the_first_keys_share_one_answer() {
    let world = World::new().await;
    let tokens: Vec<_> = (0..50).map(|n| world.token(&world.key, 600 + n)).collect();
    let all = tokens.iter().map(|token| world.refusal(token));
    for refused in futures_util::future::join_all(all).await {
        assert!(refused.is_none(), "{refused:?}");
    }
    assert_eq!(world.issuer.asked(), 1);
}

#[tokio::test]
async fn an_issuer_that_was_down_is_asked_again_after_a_second() {
    let world = World::new().await;
    world.issuer.answers(Answer::Down);
    let token = world.token(&world.key, 600);
    for _ in 0..3 {
        let refused = world.refusal(&token).await;
        assert!(
            matches!(refused, Some(Error::IssuerUnavailable(_))),
            "{refused:?}"
        );
    }
    assert_eq!(world.issuer.asked(), 1);
    world.issuer.publishes(&[&world.key]);
    world.advance(1);
    assert!(world.refusal(&token).await.is_none());
}
