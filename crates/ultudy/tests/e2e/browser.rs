//! The study loop in a real browser, by keyboard, on a phone, in the dark.

use std::path::PathBuf;

use ultudy_testkit::browser::{Browser, Key, LAPTOP, Locator, PHONE, Scheme};

use crate::{
    api::{Api, PASSWORD, PATIENCE, address},
    jobs, pdf,
};

/// Widths every page must fit: a small phone, a laptop.
const WIDTHS: [u32; 2] = [PHONE, LAPTOP];

pub struct Student {
    pub browser: Browser,
    pub api: Api,
}

impl Student {
    /// Somebody who has just started the program.
    async fn with_the_sample() -> Self {
        let browser = Browser::start().await.expect("a browser");
        Self {
            browser,
            api: Api::start(&[("SAMPLE_COURSE", "true")], None).await,
        }
    }

    async fn new() -> Self {
        Self {
            browser: Browser::start().await.expect("a browser"),
            api: Api::local().await,
        }
    }

    pub async fn open(&self, path: &str) {
        let url = format!("{}{path}", self.api.server.base_url());
        self.browser.goto(&url).await.expect("the page opens");
    }

    /// Waits for something to be there.
    pub async fn sees(&self, css: &str) -> fantoccini::elements::Element {
        let found = self
            .browser
            .wait()
            .at_most(PATIENCE)
            .for_element(Locator::Css(css))
            .await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("{css} never came: {error}\n{}", self.text().await),
        }
    }

    pub async fn text(&self) -> String {
        let body = self
            .browser
            .find(Locator::Css("body"))
            .await
            .expect("a body");
        body.text().await.expect("its text")
    }

    pub async fn script(&self, script: &str) -> serde_json::Value {
        self.browser
            .execute(script, vec![])
            .await
            .expect("the script runs")
    }

    /// Waits until a script's answer is true.
    pub async fn waits_until(&self, what: &str, script: &str) {
        let reached =
            ultudy_testkit::wait::until(what, PATIENCE, async || self.script(script).await == true);
        reached.await.expect(what);
    }

    /// Presses a key where the focus is.
    async fn presses(&self, key: &str) {
        let focused = self.browser.active_element().await.expect("a focus");
        focused.send_keys(key).await.expect("the key is pressed");
    }

    /// Puts a file into the page's file picker.
    async fn picks(&self, name: &str, bytes: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("the file is written");
        let picker = self.sees("#upload input[type=file]").await;
        picker
            .send_keys(&path.to_string_lossy())
            .await
            .expect("the file is picked");
        folder
    }

    /// Asserts that the page fits its width, and keeps a picture if `SCREENSHOTS` names a folder.
    pub async fn looks(&self, name: &str) {
        for scheme in [Scheme::Light, Scheme::Dark] {
            self.browser
                .prefer(scheme)
                .await
                .expect("the scheme is set");
            for width in WIDTHS {
                self.browser
                    .set_viewport(width, 800)
                    .await
                    .expect("the width is set");
                let excess = "return document.documentElement.scrollWidth - innerWidth";
                let excess = self.script(excess).await.as_f64().expect("a number");
                assert!(excess <= 0.0, "{name} is {excess} px too wide at {width}");
                if let Some(folder) = std::env::var_os("SCREENSHOTS") {
                    let file = format!("{name}-{width}-{scheme:?}.png").to_lowercase();
                    let path = PathBuf::from(folder).join(file);
                    self.browser
                        .save_screenshot(&path)
                        .await
                        .expect("the picture is kept");
                }
            }
        }
    }
}

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
