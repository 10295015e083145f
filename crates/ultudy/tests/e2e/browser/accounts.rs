//! Signing in, up and out.

use ultudy_testkit::browser::{Browser, Key};

use super::Student;
use crate::{
    api::{Api, PASSWORD, address},
    pdf,
};

/// Types into a field of the form in view.
async fn types(student: &Student, field: &str, text: &str) {
    let field = student
        .sees(&format!("form.entry input[name={field}]"))
        .await;
    field.send_keys(text).await.expect("typing");
}

/// Fills in who they are, by keyboard.
async fn enters(student: &Student, user: &str) {
    types(student, "email", &address(user)).await;
    types(student, "password", PASSWORD).await;
    student.presses(&Key::Enter.to_string()).await;
}

#[tokio::test]
async fn accounts_keep_what_each_studies_apart() {
    let student = Student {
        browser: Browser::start().await.expect("a browser"),
        api: Api::start(&[("AUTH_MODE", "accounts")], None).await,
    };
    let at = |path: &str| format!("return location.pathname + location.search === '{path}'");
    student.open("/progress").await;
    student.sees("main.outside form").await;
    student.looks("sign-in").await;
    student
        .sees(".note a[href^='/sign-up']")
        .await
        .click()
        .await
        .expect("a click");
    student.sees("input[autocomplete=new-password]").await;
    student.looks("sign-up").await;
    enters(&student, "ada").await;
    student
        .waits_until("led back to the page asked for", &at("/progress"))
        .await;

    student.open("/").await;
    student
        .sees("[data-dialog=new-course]")
        .await
        .click()
        .await
        .expect("a click");
    let name = student.sees("#new-course[open] input[name=name]").await;
    name.send_keys("Biology").await.expect("typing");
    student.presses(&Key::Enter.to_string()).await;
    let _folder = student.picks("cells.pdf", &pdf::biology()).await;
    student.sees("details.document").await;
    student.looks("course-signed-in").await;

    student.sees("a.me").await.click().await.expect("a click");
    types(&student, "name", "My script").await;
    student.presses(&Key::Enter.to_string()).await;
    student.sees("#made-token:not([hidden])").await;
    let token = student.script("return document.querySelector('#made-token code').textContent");
    let token = token.await.as_str().expect("a token").to_owned();
    let asked = student
        .api
        .request_as(None, reqwest::Method::GET, "/api/courses");
    let asked = crate::api::send(asked.bearer_auth(&token)).await;
    assert_eq!(asked.body["courses"][0]["name"], "Biology");
    student.looks("account").await;
    student.open("/account").await;
    let text = student.text().await;
    assert!(text.contains("My script") && text.contains("this browser") && !text.contains(&token));

    signs_out(&student).await;
    student.open("/sign-up").await;
    enters(&student, "eve").await;
    student.waits_until("signed up", &at("/")).await;
    let empty = student
        .sees("section.empty")
        .await
        .text()
        .await
        .expect("its text");
    assert!(!student.text().await.contains("Biology"), "{empty}");
    signs_out(&student).await;

    types(&student, "email", &address("ada")).await;
    types(&student, "password", "something else").await;
    student.presses(&Key::Enter.to_string()).await;
    student.sees("form.entry .refusal:not([hidden])").await;
    assert!(
        student
            .text()
            .await
            .contains("E-mail or password is wrong.")
    );
    let again = student.sees("form.entry input[name=password]").await;
    again.clear().await.expect("it is cleared");
    again.send_keys(PASSWORD).await.expect("typing");
    student.presses(&Key::Enter.to_string()).await;
    student.waits_until("signed in", &at("/")).await;
    assert!(
        student
            .sees("ul.cards")
            .await
            .text()
            .await
            .expect("text")
            .contains("Biology")
    );
}

async fn signs_out(student: &Student) {
    student.open("/account").await;
    let out = student
        .sees("form[data-api='/api/auth/sign-out'] button")
        .await;
    out.click().await.expect("a click");
    student.sees("main.outside form").await;
}

#[tokio::test]
async fn the_first_operator_follows_the_printed_link() {
    let settings = [("AUTH_MODE", "accounts"), ("SIGN_UP", "off")];
    let student = Student {
        browser: Browser::start().await.expect("a browser"),
        api: Api::start(&settings, None).await,
    };
    let printed = student.api.server.said();
    let (_, path) = printed.split_once("/sign-up").expect("a link");
    student.open(&format!("/sign-up{}", path.trim())).await;
    student.sees("[data-link]:not([hidden])").await;
    assert_eq!(student.script("return location.hash").await, "");
    enters(&student, "ada").await;
    student.sees("section.empty").await;
    student.open("/account").await;
    assert!(student.text().await.contains("operator"));
}
