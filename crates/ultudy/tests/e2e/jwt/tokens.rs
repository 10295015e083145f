//! Which tokens are believed.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use ultudy_testkit::issuer::Key;

use super::{AUDIENCE, World, now};
use crate::api::{send, text};

fn base64(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

#[tokio::test]
async fn what_is_not_the_issuers_word_for_us_and_now_is_refused() {
    let world = World::new().await;
    let good = world.token("ada");
    assert_eq!(world.me(&good).await.status, StatusCode::OK);
    let with = |name: &str, value: Value| {
        let mut claims = world.claims("ada");
        claims[name] = value;
        world.key.sign(&claims)
    };
    let without = |name: &str| {
        let mut claims = world.claims("ada");
        claims.as_object_mut().expect("claims").remove(name);
        world.key.sign(&claims)
    };
    let lacks = "This token lacks a claim";
    for (token, reason) in [
        (with("aud", json!("others")), "another audience"),
        (with("aud", json!(["others", "theirs"])), "another audience"),
        (without("aud"), lacks),
        (
            with("iss", json!("https://evil.example")),
            "another issuer's",
        ),
        (
            with("iss", json!(format!("{}/", world.issuer.name()))),
            "another issuer's",
        ),
        (
            with("iss", json!([world.issuer.name(), "evil"])),
            "another issuer's",
        ),
        (without("iss"), lacks),
        (with("exp", json!(now() - 60)), "has expired"),
        (with("exp", json!("tomorrow")), lacks),
        (with("exp", json!(-1e300)), lacks),
        (without("exp"), lacks),
        (with("nbf", json!(now() + 60)), "not valid yet"),
        (with("nbf", json!("yesterday")), "cannot be read"),
        (without("sub"), "whom it is about"),
        (with("sub", json!("")), "whom it is about"),
        (with("sub", json!(7)), "whom it is about"),
    ] {
        let said = world.refusal(&token).await;
        assert!(said.contains(reason), "{reason}: {said}");
    }
    let several = with("aud", json!(["others", AUDIENCE]));
    assert_eq!(world.me(&several).await.status, StatusCode::OK);
    for skewed in [
        with("exp", json!(now() - 10)),
        with("nbf", json!(now() + 10)),
    ] {
        assert_eq!(
            world.me(&skewed).await.status,
            StatusCode::OK,
            "clocks differ a little"
        );
    }
    let log = world.api.server.log();
    assert!(!log.contains(&good), "{log}");
}

#[tokio::test]
async fn what_is_signed_otherwise_is_refused() {
    let world = World::new().await;
    let rsa = Key::new("rsa", Algorithm::RS256);
    world.issuer.publishes(&[&world.key, &rsa]);
    let claims = world.claims("ada");
    let payload = base64(claims.to_string());
    let unsigned = |header: Value| format!("{}.{payload}.", base64(header.to_string()));
    for header in [
        json!({"alg": "none"}),
        json!({"alg": "None", "kid": "first"}),
        json!({"alg": "none", "kid": "rsa", "typ": "JWT"}),
        json!({"kid": "first"}),
        json!({"alg": "ES256", "kid": "first"}),
    ] {
        world.refusal(&unsigned(header)).await;
    }
    // The public key is no secret: whoever takes it for one believes anybody.
    let jwk = rsa.public();
    let secrets = [
        text(&jwk["n"]).into_bytes(),
        jwk.to_string().into_bytes(),
        URL_SAFE_NO_PAD.decode(text(&jwk["n"])).expect("a modulus"),
    ];
    for secret in secrets {
        for alg in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
            let kid = Some("rsa".to_owned());
            let header = Header {
                kid,
                ..Header::new(alg)
            };
            let token = jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(&secret));
            let said = world.refusal(&token.expect("a token")).await;
            assert!(said.contains("not accepted"), "{said}");
        }
    }
    let named = |id: &str| {
        let kid = Some(id.to_owned());
        Header {
            kid,
            ..Header::new(world.key.algorithm)
        }
    };
    let critical = Header {
        crit: Some(vec!["exp".into()]),
        ..named("first")
    };
    world.refusal(&world.key.sign_as(&critical, &claims)).await;
    // Its signature, by another key of the same name; and another key's name on it.
    let forged = Key::new("first", Algorithm::ES256).sign(&claims);
    assert!(world.refusal(&forged).await.contains("signature"));
    let said = world
        .refusal(&world.key.sign_as(&named("rsa"), &claims))
        .await;
    assert!(said.contains("key"), "{said}");
    let said = world
        .refusal(&world.key.sign_as(&named("unknown"), &claims))
        .await;
    assert!(
        said.contains("a key that its issuer does not have"),
        "{said}"
    );

    let good = world.token("ada");
    let (signed, signature) = good.rsplit_once('.').expect("three parts");
    let (header, _) = signed.split_once('.').expect("three parts");
    let other = base64(world.claims("eve").to_string());
    for mangled in [
        format!("{header}.{other}.{signature}"),
        format!("{signed}.{}", base64([0; 64])),
        signed.to_owned(),
        format!("{good}.{signature}"),
        format!("{good}A"),
        good[1..].to_owned(),
        "a.b.c".into(),
        "..".into(),
        "ult_0000".into(),
        "x".repeat(40_000),
    ] {
        world.refusal(&mangled).await;
    }
}

#[tokio::test]
async fn whoever_shows_nothing_is_told_what_to_show() {
    let world = World::new().await;
    let bare = world.api.request_as(None, Method::GET, "/api/courses");
    let answer = bare.send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(answer.headers()["www-authenticate"], "Bearer");
    let page = world.api.request_as(None, Method::GET, "/");
    let page = page.send().await.expect("an answer");
    assert_eq!(
        page.status(),
        StatusCode::UNAUTHORIZED,
        "there is no page to sign in at"
    );
    for path in [
        "/sign-in",
        "/sign-up",
        "/account",
        "/api/me/sessions",
        "/api/auth/oidc/start",
    ] {
        let answer = world.ask(Method::GET, path, &world.token("ada")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
    }
    let health = world.api.request_as(None, Method::GET, "/health");
    assert_eq!(
        send(health.bearer_auth("nonsense")).await.status,
        StatusCode::OK
    );
}
