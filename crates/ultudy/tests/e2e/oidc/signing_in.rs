//! Signing in, and out.

use reqwest::{Method, StatusCode};
use serde_json::json;
use ultudy_testkit::{
    browser,
    oidc_provider::{CLIENT_ID, OidcProvider, Setup},
    ports, tls,
};
use url::Url;

use super::{Browser, Plan, SECRET, START, World, query};
use crate::{
    api::{Api, Shown, send, text},
    browser::Student,
};

#[tokio::test]
async fn somebody_signs_in_at_the_provider_and_is_the_same_next_time() {
    let mut world = World::new().await;
    let first = world.sign_in("ada").await;
    let me = world.me(&first).await;
    assert_eq!(me.status, StatusCode::OK);
    assert_eq!(
        (&me.body["email"], &me.body["role"]),
        (&json!("ada@example.org"), &json!("student"))
    );
    let second = world.sign_in("ada").await;
    assert_ne!(first, second);
    assert_eq!(world.me(&second).await.body["id"], me.body["id"]);
    let eve = world.sign_in("eve").await;
    assert_ne!(world.me(&eve).await.body["id"], me.body["id"]);

    world.api.shows("ada", Shown::Cookie(first.clone()));
    let sessions = send(
        world
            .api
            .request_as(Some("ada"), Method::GET, "/api/me/sessions"),
    )
    .await;
    assert_eq!(sessions.body["sessions"].as_array().map(Vec::len), Some(2));
    let token = world
        .api
        .request_as(Some("ada"), Method::POST, "/api/me/tokens");
    let token = send(token.json(&json!({"name": "Script"}))).await;
    world
        .api
        .shows("script", Shown::Token(text(&token.body["token"])));
    let script = send(world.api.request_as(Some("script"), Method::GET, "/api/me")).await;
    assert_eq!(script.body["id"], me.body["id"]);

    let out = world
        .api
        .request_as(Some("ada"), Method::POST, "/api/auth/sign-out");
    assert_eq!(send(out).await.status, StatusCode::OK);
    assert_eq!(world.me(&first).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(world.me(&second).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_public_client_needs_no_secret() {
    let world = World::with(Plan::default()).await;
    let cookie = world.sign_in("ada").await;
    assert_eq!(world.me(&cookie).await.status, StatusCode::OK);
}

#[tokio::test]
async fn the_browser_is_sent_with_what_nobody_else_knows_and_led_back_to_where_it_was() {
    let world = World::new().await;
    let browser = Browser::new();
    let page = browser.get(&world.url("/search?q=a")).await;
    let sign_in = page.headers()["location"]
        .to_str()
        .expect("text")
        .to_owned();
    let page = browser
        .get(&world.url(&sign_in))
        .await
        .text()
        .await
        .expect("a page");
    let (_, link) = page.split_once(START).expect("a link to the provider");
    let (link, _) = link.split_once('"').expect("an attribute");
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..2 {
        let answer = browser.get(&world.url(&format!("{START}{link}"))).await;
        let cookie = answer.headers()["set-cookie"]
            .to_str()
            .expect("text")
            .to_owned();
        for part in [
            "HttpOnly",
            "SameSite=Lax",
            "Path=/api/auth/oidc;",
            "Max-Age=900",
        ] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let to = Url::parse(answer.headers()["location"].to_str().expect("text"));
        let to = to.expect("an address");
        assert_eq!(query(&to, "response_type"), "code");
        assert_eq!(query(&to, "code_challenge_method"), "S256");
        assert_eq!(query(&to, "scope"), "openid email");
        for name in ["state", "nonce", "code_challenge"] {
            let value = query(&to, name);
            assert!(value.len() >= 43 && !cookie.contains(&value), "{name}");
            assert!(seen.insert(value), "{name} is new each time");
        }
    }
    let start = world.url(&format!("{START}{link}"));
    let callback = browser.to_callback(&start, "ada").await;
    let answer = browser.get(&callback).await;
    assert_eq!(answer.headers()["location"], "/search?q=a");
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let cookies: Vec<_> = answer.headers().get_all("set-cookie").iter().collect();
    assert_eq!(
        cookies.len(),
        2,
        "a session begins, and what it was begun with goes: {cookies:?}"
    );
    assert_eq!(
        browser.get(&world.url("/search?q=a")).await.status(),
        StatusCode::OK
    );

    let evil = format!("{START}?next=%2F%2Fevil.example");
    let callback = Browser::new();
    let back = callback.to_callback(&world.url(&evil), "ada").await;
    assert_eq!(callback.get(&back).await.headers()["location"], "/");
}

#[tokio::test]
async fn the_providers_claim_makes_an_operator() {
    let more = vec![
        ("AUTH_ROLE_CLAIM", "roles"),
        ("AUTH_OIDC_SCOPES", "email,roles"),
    ];
    let roles = json!({"ada": ["staff", "operator"]});
    let world = World::with(Plan {
        secret: Some(SECRET),
        roles,
        more,
    })
    .await;
    for (login, role) in [("ada", "operator"), ("eve", "student")] {
        let cookie = world.sign_in(login).await;
        assert_eq!(world.me(&cookie).await.body["role"], role, "{login}");
    }
}

#[tokio::test]
async fn a_provider_with_a_certificate_of_ones_own_is_trusted_by_its_file() {
    let certificate = tls::Certificate::for_localhost().expect("a certificate");
    for trusts in [true, false] {
        let port = ports::free_port().expect("a free port").to_string();
        let public_url = format!("http://127.0.0.1:{port}");
        let redirect = format!("{public_url}/api/auth/oidc/callback");
        let setup = Setup {
            redirect: &redirect,
            secret: Some(SECRET),
            tls: Some((certificate.path(), certificate.key_path())),
            ..Setup::default()
        };
        let provider = OidcProvider::start(&setup).expect("a provider");
        let file = certificate.path().to_str().expect("a path");
        let mut settings = vec![
            ("AUTH_MODE", "oidc"),
            ("PORT", port.as_str()),
            ("PUBLIC_URL", &public_url),
            ("AUTH_OIDC_ISSUER", provider.issuer()),
            ("AUTH_OIDC_CLIENT_ID", CLIENT_ID),
            ("AUTH_OIDC_CLIENT_SECRET", SECRET),
        ];
        if trusts {
            settings.push(("SSL_CERT_FILE", file));
        }
        let api = Api::start(&settings, None).await;
        let world = World { api, provider };
        if trusts {
            let cookie = world.sign_in("ada").await;
            assert_eq!(world.me(&cookie).await.status, StatusCode::OK);
        } else {
            let answer = Browser::new().get(&world.url(START)).await;
            assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
            world.api.server.logged("certificate").await;
        }
    }
}

#[tokio::test]
async fn one_button_leads_to_the_provider_and_back() {
    let World { api, provider } = World::new().await;
    let student = Student {
        browser: browser::Browser::start().await.expect("a browser"),
        api,
    };
    let click = async |css: &str| {
        let button = student.sees(css).await;
        button.click().await.expect("a click");
    };
    student.open("/progress").await;
    student.sees("main.outside a.button").await;
    student.looks("sign-in-elsewhere").await;
    click("main.outside a.button").await;
    let login = student.sees("input[name=login]").await;
    login.send_keys("ada").await.expect("typing");
    let password = student.sees("input[name=password]").await;
    password.send_keys("any").await.expect("typing");
    click("button[type=submit]").await;
    student.sees("input[name=prompt][value=consent]").await;
    click("button[type=submit]").await;
    let is_back = "return location.pathname === '/progress'";
    student
        .waits_until("led back to the page asked for", is_back)
        .await;

    student.open("/account").await;
    assert!(student.text().await.contains("ada@example.org"));
    click("form[data-api='/api/auth/sign-out'] button").await;
    student.sees("main.outside a.button").await;
    assert!(
        student
            .text()
            .await
            .contains("On a computer that others use")
    );
    student.open("/").await;
    student.sees("main.outside a.button").await;
    provider.kill().expect("it ends");
}
