//! Pages by keyboard, on a phone, in the dark; what is found and read on them.

use ultudy_testkit::browser::{Key, LAPTOP};

use super::Student;
use crate::pdf;

/// In another tab, or by this very request, which a proxy sent twice as a server died.
#[tokio::test]
async fn what_is_gone_already_counts_as_deleted() {
    let student = Student::new().await;
    let course_id = student.api.course("Bad").await;
    student.open(&format!("/courses/{course_id}")).await;
    let path = format!("/api/courses/{course_id}");
    assert!(student.api.delete(&path).await.status.is_success());
    for button in [
        "[data-dialog=edit-course]",
        "#edit-course [data-dialog=delete-course]",
        "#delete-course .button.danger",
    ] {
        student.sees(button).await.click().await.expect("a click");
    }
    let home = "return location.pathname === '/'";
    student.waits_until("it goes on as if deleted", home).await;
}

#[tokio::test]
async fn every_page_can_be_used_with_the_keyboard_alone() {
    let student = Student::new().await;
    student.open("/").await;
    student.presses(&Key::Tab.to_string()).await;
    let skip = "const a = document.activeElement; return a.matches('a[href=\"#main\"]') && a.getBoundingClientRect().top >= 0";
    student
        .waits_until("the first stop skips to the content", skip)
        .await;
    let mut stops = Vec::new();
    for _ in 0..8 {
        student.presses(&Key::Tab.to_string()).await;
        let stop = student.script("const a = document.activeElement; return (a.getAttribute('aria-label') ?? a.textContent).trim()").await;
        stops.push(stop.as_str().unwrap_or_default().to_owned());
    }
    assert!(
        stops.iter().any(|stop| stop.contains("Progress")),
        "{stops:?}"
    );
    assert!(
        stops
            .iter()
            .any(|stop| stop.to_lowercase().contains("new course")),
        "{stops:?}"
    );
}

#[tokio::test]
async fn a_student_searches_from_any_page() {
    let student = Student::new().await;
    let course = student.api.course("Biology").await;
    student.api.document(pdf::biology(), &course).await;
    student
        .browser
        .set_viewport(LAPTOP, 800)
        .await
        .expect("the width is set");
    student.open("/").await;
    let field = student.sees(".find input").await;
    field.send_keys("fermentation").await.expect("typed");
    field
        .send_keys(&Key::Enter.to_string())
        .await
        .expect("sent");
    let marked = student.sees(".hit mark").await;
    let word = marked.text().await.expect("its text").to_lowercase();
    assert_eq!(word, "fermentation");
    student.sees(".hit a.source[href*='#page=']").await;
    student.looks("search").await;
    student.open("/search?q=quaternion").await;
    assert!(student.text().await.contains("Nothing found"));
    student.looks("search-empty").await;
    student.open("/search?q=fermentation").await;
    let hit = student.sees(".hit h2 a").await;
    hit.click().await.expect("a click");
    student.sees("#lesson").await;
}

#[tokio::test]
async fn a_student_reads_the_text_with_its_pictures() {
    let student = Student::new().await;
    let course = student.api.course("Biology").await;
    let document = student.api.document(pdf::illustrated(), &course).await;
    student
        .browser
        .set_viewport(LAPTOP, 800)
        .await
        .expect("the width is set");
    let section = student.api.sections(&document).await.remove(0);
    student.open(&format!("/learn/{section}")).await;
    let link = student.sees("#overview a[href^='/read/']").await;
    // By key: where it stands, the bar at the foot may lie over it.
    link.send_keys(&Key::Enter.to_string())
        .await
        .expect("followed");
    student.sees("#page-1 .prose").await;
    let shown = "const picture = document.querySelector('#page-1 figure img');\
                 return picture !== null && picture.complete && picture.naturalWidth > 0";
    student.waits_until("the picture is shown", shown).await;
    let caption = student.sees("#page-1 figcaption").await;
    let caption = caption.text().await.expect("its text");
    assert_eq!(caption, "Figure 1: A plant cell");
    student.looks("read").await;
}
