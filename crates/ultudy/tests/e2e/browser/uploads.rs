//! Files on their way, and what does not come to anything.

use super::Student;
use crate::{jobs, pdf};

#[tokio::test]
async fn progress_survives_a_reload_and_the_upload_can_be_cancelled() {
    let student = Student::new().await;
    let course_id = student.api.course("Long").await;
    student.open(&format!("/courses/{course_id}")).await;
    let _folder = student.picks("long.pdf", &jobs::long_book()).await;
    student.sees("#uploads [data-in-flight] progress").await;
    student.browser.refresh().await.expect("a reload");
    let cancel = student
        .sees("#uploads [data-in-flight] button[data-cancel]")
        .await;
    student.looks("course-uploading").await;
    cancel.click().await.expect("a click");
    student
        .waits_until(
            "nothing is being read",
            "return document.querySelector('[data-in-flight]') === null",
        )
        .await;
    student.api.server.wait_for_no_objects().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_read_says_why_where_it_was_dropped() {
    let student = Student::new().await;
    let course_id = student.api.course("Bad").await;
    student.open(&format!("/courses/{course_id}")).await;
    let _folder = student
        .picks(
            "secret.pdf",
            &pdf::Pdf::with_pages(&["x"]).encrypted().bytes(),
        )
        .await;
    let row = student.sees("#sending .upload.failed .stage").await;
    assert!(row.text().await.expect("its text").contains("password"));
}
