//! From nothing to mastery.

use ultudy_testkit::browser::Key;

use super::Student;
use crate::{api::PATIENCE, pdf};

#[tokio::test]
async fn a_student_goes_from_nothing_to_mastery() {
    let student = Student::new().await;
    student.open("/").await;
    student.looks("courses-empty").await;
    student
        .sees("[data-dialog=new-course]")
        .await
        .click()
        .await
        .expect("a click");
    student
        .sees("#new-course[open] input[name=name]")
        .await
        .send_keys("Biology")
        .await
        .expect("typing");
    student.presses(&Key::Enter.to_string()).await;
    student.sees("#upload").await;
    student.looks("course-empty").await;

    // No reload: the page itself shows the document once it is read.
    student.script("window.samepage = true").await;
    let _folder = student.picks("cells.pdf", &pdf::biology()).await;
    student.sees("details.document").await;
    assert_eq!(
        student.script("return window.samepage === true").await,
        true,
        "the page was not reloaded"
    );
    assert!(student.text().await.contains("cells"));
    student.looks("course").await;

    student
        .sees("li.section a")
        .await
        .click()
        .await
        .expect("a click");
    student.sees("#lesson").await;
    student.looks("learn").await;
    student
        .sees("#overview a[rel=next]")
        .await
        .click()
        .await
        .expect("a click");
    student.sees("#concept-1 .check-in").await;
    student.looks("learn-concept").await;
    answers_by_keys(&student).await;
    student.looks("learn-answered").await;

    student.open("/progress").await;
    let marks = "return document.querySelectorAll('.grid .mark.understood, .grid .mark.mastered, \
                 .grid .mark.introduced').length >= 1";
    student
        .waits_until("an answered concept shows in the grid", marks)
        .await;
    student.looks("progress").await;
    student.open("/nowhere").await;
    assert!(!student.text().await.is_empty());
    student.looks("not-found").await;
}

/// Answers the question in view by key, and reads why.
async fn answers_by_keys(student: &Student) {
    let hidden = "return document.querySelectorAll('.check-in.answered').length === 0";
    assert_eq!(student.script(hidden).await, true);
    let html = student.browser.source().await.expect("the page");
    assert!(
        !html.contains("data-correct"),
        "the answer is not in the page before it is asked for"
    );
    student
        .script("document.querySelector('#concept-1 .check-in').scrollIntoView()")
        .await;
    student.presses("1").await;
    let answered = "return document.querySelector('#concept-1 .check-in.answered') !== null";
    student.waits_until("the answer is graded", answered).await;
    let reasons = "return [...document.querySelectorAll('#concept-1 .check-in.answered .why')]\
                   .filter(why => !why.hidden && why.textContent.trim() !== '').length === 4";
    student
        .waits_until("every option has its reason", reasons)
        .await;
    let result = student.sees("#concept-1 .check-in.answered .result").await;
    assert!(!result.text().await.expect("its text").is_empty());
    let keyed = "return document.activeElement.matches('[data-continue]')";
    student.waits_until("Enter goes on from here", keyed).await;
    // What was answered outlives a reload.
    student.browser.refresh().await.expect("a reload");
    student.sees("#concept-1 .check-in.answered").await;
}

/// Also makes the README's picture: docs/learn.png is `sample-learn-1280-light.png`.
#[tokio::test]
async fn the_sample_course_can_be_learnt_at_once() {
    let student = Student::with_the_sample().await;
    let is_read = async || student.api.get("/api/documents").await.body["documents"][0].is_object();
    ultudy_testkit::wait::until("the sample is read", PATIENCE, is_read)
        .await
        .expect("it is read");
    student.open("/").await;
    assert!(student.text().await.contains("Sample course"));
    student.looks("courses").await;
    student
        .sees("a[href^='/courses/']")
        .await
        .click()
        .await
        .expect("a click");
    student
        .sees("li.section:nth-of-type(3) a")
        .await
        .click()
        .await
        .expect("a click");
    student
        .sees("#overview a[rel=next]")
        .await
        .click()
        .await
        .expect("a click");
    student.sees("#concept-1 .check-in").await;
    student.presses("3").await;
    student
        .waits_until(
            "a first question is approached or answered",
            "return document.activeElement.matches('.option, [data-continue]')",
        )
        .await;
    student
        .script("document.querySelector('#concept-1 .check-in').scrollIntoView()")
        .await;
    student.presses("3").await;
    student.sees("#concept-1 .check-in.answered").await;
    student.looks("sample-learn").await;
    let details = "return document.querySelector('.crumbs a:last-child').href";
    let document = student.script(details).await;
    student
        .browser
        .goto(document.as_str().expect("an address"))
        .await
        .expect("the page opens");
    student.sees("li.section").await;
    student.looks("document").await;
}

#[tokio::test]
async fn a_student_practises_by_keys_and_mastery_moves() {
    let student = Student::new().await;
    let course = student.api.course("Biology").await;
    let document = student.api.document(pdf::biology(), &course).await;
    let section = student.api.sections(&document).await.remove(0);
    student.api.lesson(&document, Some(&section)).await;
    student.open(&format!("/courses/{course}")).await;
    let practise = student.sees("a[href^='/practice?course_id=']").await;
    practise.click().await.expect("a click");
    student.looks("practice-choose").await;
    let start = student.sees(".choose .button").await;
    start.click().await.expect("a click");
    student.sees("#set .check-in").await;
    student.looks("practice").await;
    student.presses("1").await;
    student
        .sees("#set .check-in.answered .why:not([hidden])")
        .await;
    student.looks("practice-answered").await;
    // It is counted after it is shown as graded.
    let counted = ultudy_testkit::wait::until("it is counted", PATIENCE, async || {
        let overview = student.api.get("/api/progress/overview").await.body;
        overview["stats"]["total_check_ins"] == 1
    });
    counted.await.expect("one answer");
    let all = "return document.querySelectorAll('#set .check-in:not(.answered)').length";
    let left = student.script(all).await.as_u64().expect("a number");
    for _ in 0..left {
        student.presses(&Key::Enter.to_string()).await;
        let open = student.script(all).await;
        student.presses("2").await;
        let fewer = format!("{all} < {open}");
        student.waits_until("the answer is graded", &fewer).await;
    }
    student.presses(&Key::Enter.to_string()).await;
    student.sees("#done:not([hidden])").await;
    student.looks("practice-done").await;
}

#[tokio::test]
async fn a_student_answers_in_their_own_words() {
    let student = Student::new().await;
    let course = student.api.course("Biology").await;
    let document = student.api.document(pdf::biology(), &course).await;
    let section = student.api.sections(&document).await.remove(0);
    let lesson = student.api.lesson(&document, Some(&section)).await;
    let concepts = lesson["concepts"].as_array().expect("concepts");
    let place = concepts
        .iter()
        .position(|concept| concept["text_check_ins"][0].is_object())
        .expect("a question in own words");
    let expected = &concepts[place]["text_check_ins"][0]["expected_answer"];
    let step = format!("#concept-{}", place + 1);
    student.open(&format!("/learn/{section}{step}")).await;
    let field = student.sees(&format!("{step} .own-words textarea")).await;
    field.send_keys("no idea 1").await.expect("typed");
    let button = student
        .sees(&format!("{step} .own-words form .button"))
        .await;
    button.click().await.expect("a click");
    student.sees(&format!("{step} .own-words.was-wrong")).await;
    field.clear().await.expect("cleared");
    let answer = expected.as_str().expect("a text");
    field.send_keys(answer).await.expect("typed");
    button.click().await.expect("a click");
    student.sees(&format!("{step} .own-words.was-right")).await;
    assert!(student.text().await.contains("without a language model"));
    student
        .script("document.querySelector('.own-words.answered').scrollIntoView()")
        .await;
    student.looks("own-words").await;
}
