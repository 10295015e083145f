//! Scans read by a model, and by Tesseract where it does not.

use std::{
    fs::File,
    path::Path,
    process::{Command, Stdio},
};

use ultudy_testkit::{
    llm::{Answer, Counts, block, paragraph},
    scan,
};

use super::*;
use crate::metrics::{number, scrape};

/// Two micro-dollars a token read, eight a token written.
const PRICES: (&str, &str) = ("LLM_PRICES", "openai:test-model=2/8");

/// A page with running text of the sample course, drawn: its width, and its grey pixels.
fn drawn() -> (usize, Vec<u8>) {
    let course = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample/course.pdf");
    let said = Command::new(env!("CARGO_BIN_EXE_ultudy"))
        .args(["extract", "--picture=2"])
        .stdin(File::open(course).expect("the sample"))
        .stderr(Stdio::null())
        .output()
        .expect("it runs")
        .stdout;
    let end = said.iter().position(|byte| *byte == b'\n').expect("a line");
    let shape: Value = serde_json::from_slice(&said[..end]).expect("JSON");
    let width = shape["width"].as_u64().expect("a number") as usize;
    (width, said[end + 1..].to_vec())
}

/// A scan of a part of that page.
fn printed() -> Vec<u8> {
    let (width, pixels) = drawn();
    let rows: Vec<&[u8]> = pixels.chunks(width).collect();
    let is_paper = |row: &&[u8]| row.iter().all(|pixel| *pixel > 200);
    // Not through a line of text.
    let space_from = |share: usize| {
        let from = rows.len() * share / 100;
        from + rows[from..].iter().position(is_paper).expect("a gap")
    };
    let band = rows[space_from(15)..space_from(32)].concat();
    Pdf::scanned(width, &[band]).bytes()
}

/// A small scan with so many pages, each marked with its number.
fn scanned(pages: u8) -> Vec<u8> {
    const WIDTH: usize = 500;
    let page = |number: u8| {
        let mut page = vec![250; WIDTH * 600];
        scan::mark(&mut page, WIDTH, number);
        // Something dark where the text would be.
        page[WIDTH * 300..WIDTH * 330].fill(20);
        page
    };
    let pictures: Vec<Vec<u8>> = (1..=pages).map(page).collect();
    Pdf::scanned(WIDTH, &pictures).bytes()
}

/// What the model sees on those: a heading on each second page, and what is said nowhere else.
fn seen(pages: u8) -> Vec<Value> {
    let page = |page: u8| {
        let text = format!(
            "An osteoblast of kind {page} is a cell that makes bone number {page}, which is said on \
             this page alone, where $x_{{{page}}} = {page}$."
        );
        let more = "It sits on the surface of a bone and lays down what hardens there. ".repeat(10);
        let text = format!("{text} {more}");
        match page % 2 {
            1 => json!([
                block("heading", 1, &format!("{} Kinds of bone", page / 2 + 1)),
                paragraph(&text)
            ]),
            _ => json!([paragraph(&text)]),
        }
    };
    (1..=pages).map(page).collect()
}

/// A server that has its scans read by this model.
struct Reading {
    llm: Llm,
    api: Api,
    course_id: String,
}

impl Reading {
    async fn start(settings: &[(&str, &str)]) -> Self {
        let llm = Llm::start().await;
        let base_url = llm.base_url().to_owned();
        Self::at(llm, &base_url, settings).await
    }

    async fn at(llm: Llm, base_url: &str, settings: &[(&str, &str)]) -> Self {
        let api = Api::start(
            &[&provider(base_url)[..], &[PRICES], settings].concat(),
            None,
        )
        .await;
        llm.sees(seen(12));
        Self {
            llm,
            course_id: api.course("Bones").await,
            api,
        }
    }

    async fn upload(&self, file: Vec<u8>) -> (String, String) {
        let fields = [("course_id", self.course_id.as_str()), ("chapter", "One")];
        let accepted = self.api.upload(file, &fields).await;
        assert_eq!(accepted.status, StatusCode::OK, "{accepted:?}");
        let id = |name: &str| text(&accepted.body[name]);
        (id("document_id"), id("job_id"))
    }

    /// The document, once it is there.
    async fn read(&self, file: Vec<u8>) -> Value {
        let (document_id, job_id) = self.upload(file).await;
        let job = self.api.ended(&job_id).await;
        assert_eq!(
            job["status"],
            "completed",
            "{job}\n{}",
            self.api.server.log()
        );
        let answer = self.api.get(&format!("/api/documents/{document_id}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.body
    }

    /// Its sections: name, pages, text.
    async fn sections(&self, document: &Value) -> Vec<(String, i64, i64, String)> {
        let mut sections = Vec::new();
        for id in self.api.sections(&text(&document["id"])).await {
            let section = self.api.get(&format!("/api/sections/{id}")).await.body;
            let page = |name: &str| section[name].as_i64().expect("a page");
            let (first, last) = (page("page_start"), page("page_end"));
            sections.push((
                text(&section["name"]),
                first,
                last,
                text(&section["markdown"]),
            ));
        }
        sections
    }

    async fn page(&self, path: &str) -> String {
        let page = self.api.request(reqwest::Method::GET, path).send().await;
        page.expect("an answer").text().await.expect("a text")
    }

    async fn counted(&self, outcome: &str) -> f64 {
        let name = format!("ultudy_model_pages_total{{outcome=\"{outcome}\"}}");
        number(&scrape(&self.api).await, &name).unwrap_or(0.0)
    }

    async fn usage_of(&self, calls: usize) -> Value {
        let found = wait::for_some("the calls are recorded", PATIENCE, async || {
            let usage = self.api.get("/api/me/usage").await.body;
            (usage["month"]["calls"] == calls).then_some(usage)
        });
        found.await.expect("they are")
    }
}

fn pages(document: &Value, name: &str) -> Vec<u64> {
    let pages = document[name].as_array().expect("pages").iter();
    pages.map(|page| page.as_u64().expect("a page")).collect()
}

#[tokio::test]
async fn a_scan_becomes_sections_with_its_own_pages_and_is_paid_for_once() {
    let reading = Reading::start(&[("OCR", "off")]).await;
    let file = scanned(6);
    reading.llm.answers(Answer::HeldLesson);
    let (document_id, job_id) = reading.upload(file.clone()).await;
    // Two calls, of four pages and of two.
    let open = |counts: Counts| counts.in_flight == 2;
    reading
        .llm
        .until("both are asked", open)
        .await
        .expect("they are");
    let path = format!("/api/jobs/{job_id}");
    let job = wait::for_some("it is told how far it is", PATIENCE, async || {
        let job = reading.api.get(&path).await.body;
        (job["stage"] == "transcribing 1/6").then_some(job)
    });
    job.await.expect("it is");
    let course = reading
        .page(&format!("/courses/{}", reading.course_id))
        .await;
    assert!(
        course.contains("Reading pictures of pages: 1 of 6"),
        "{course}"
    );
    reading.llm.answers(Answer::Lesson);
    reading.llm.release();
    let job = reading.api.ended(&job_id).await;
    assert_eq!(job["status"], "completed", "{job}");
    assert_eq!(
        job["result"]["transcribed_pages"],
        json!([1, 2, 3, 4, 5, 6]),
        "{}",
        reading.api.server.log()
    );

    let path = format!("/api/documents/{document_id}");
    let document = reading.api.get(&path).await.body;
    assert_eq!(pages(&document, "transcribed_pages"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(pages(&document, "unreadable_pages"), [0; 0]);
    assert_eq!(document["sectioning"], "headings", "{document}");
    let sections = reading.sections(&document).await;
    let expected = [
        ("1 Kinds of bone", 1),
        ("2 Kinds of bone", 3),
        ("3 Kinds of bone", 5),
    ];
    assert_eq!(sections.len(), expected.len(), "{sections:?}");
    for ((name, first, last, markdown), (wanted, page)) in sections.iter().zip(expected) {
        assert_eq!((name.as_str(), *first, *last), (wanted, page, page + 1));
        for page in [page, page + 1] {
            let own =
                format!("An osteoblast of kind {page} is a cell that makes bone number {page}");
            assert!(markdown.contains(&own), "{page}: {markdown}");
            assert!(
                markdown.contains(&format!("$x_{{{page}}} = {page}$")),
                "{markdown}"
            );
        }
    }

    // Whoever reads it knows, and can look at the page.
    let shown = reading.page(&format!("/documents/{document_id}")).await;
    assert!(
        shown.contains("Pages 1–6 were read from pictures by a model"),
        "{shown}"
    );
    let ids = reading.api.sections(&document_id).await;
    let shown = reading.page(&format!("/read/{}", ids[1])).await;
    assert!(shown.contains("check formulas against the page"), "{shown}");
    assert!(shown.contains("/file#page=3"), "{shown}");
    assert_eq!(reading.counted("read").await, 6.0);

    // On the bill, by what it was for.
    let counts = reading.llm.counts();
    assert_eq!(counts.made, 2);
    let usage = reading.usage_of(2).await;
    assert_eq!(usage["month"]["tokens_read"], counts.tokens_read, "{usage}");
    let cost = 2 * counts.tokens_read + 8 * counts.tokens_written;
    assert_eq!(usage["month"]["cost_micros"], cost, "{usage}");
    assert_eq!(usage["models"][0]["task"], "sections", "{usage}");
    assert_eq!(usage["courses"][0]["name"], "Bones", "{usage}");
    assert_eq!(usage["courses"][0]["cost_micros"], cost, "{usage}");

    // The same scan again: nothing is asked.
    let again = reading.read(file).await;
    assert_eq!(pages(&again, "transcribed_pages"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(reading.sections(&again).await, sections);
    assert_eq!(reading.llm.counts(), counts);
    assert_eq!(reading.counted("known").await, 6.0);
}

#[tokio::test]
async fn without_the_model_tesseract_reads_the_scan() {
    let llm = Llm::start().await;
    let port = ultudy_testkit::ports::free_port().expect("a port");
    let nobody = format!("http://127.0.0.1:{port}/v1");
    let reading = Reading::at(llm, &nobody, &[("OCR_LANGUAGES", "eng")]).await;
    let document = reading.read(printed()).await;
    assert_eq!(pages(&document, "transcribed_pages"), [0; 0]);
    assert_eq!(pages(&document, "recognised_pages"), [1], "{document}");
    assert_eq!(reading.counted("failed").await, 1.0);
    let sections = reading.sections(&document).await;
    assert!(sections[0].3.len() > 100, "{sections:?}");
}

#[tokio::test]
async fn a_spent_budget_asks_nobody_and_the_document_is_there() {
    let settings = [("OCR", "off"), ("LLM_BUDGET_USER_DAY", "0.0001")];
    let reading = Reading::start(&settings).await;
    let document = reading.read(scanned(2)).await;
    assert_eq!(pages(&document, "transcribed_pages"), [0; 0]);
    assert_eq!(pages(&document, "unreadable_pages"), [1, 2]);
    assert_eq!(reading.llm.counts().made, 0, "nobody was asked");
    assert_eq!(reading.counted("budget").await, 2.0);
}

#[tokio::test]
async fn whatever_the_model_says_the_document_is_there() {
    for (answers, failed) in [
        (vec![Answer::Refusal], "failed"),
        (vec![Answer::Status(400, None)], "failed"),
        (vec![Answer::Text("no JSON".into())], "failed"),
        (
            vec![Answer::Text(
                "{\"pages\":[{\"picture\":1,\"blocks\":[]}]}".into(),
            )],
            "unread",
        ),
    ] {
        let reading = Reading::start(&[("OCR", "off")]).await;
        let what = format!("{answers:?}");
        reading.llm.answers_next(answers);
        let document = reading.read(scanned(1)).await;
        assert_eq!(pages(&document, "unreadable_pages"), [1], "{what}");
        assert_eq!(reading.counted(failed).await, 1.0, "{what}");
    }
}

#[tokio::test]
async fn what_was_read_before_a_worker_died_is_not_paid_for_again() {
    let mut reading = Reading::start(&[("OCR", "off")]).await;
    // The first call, of pages 1 to 4, is answered; the other is open when it dies.
    reading.llm.answers(Answer::HeldLesson);
    reading.llm.answers_about("\"pictures\":4", Answer::Lesson);
    let (document_id, job_id) = reading.upload(scanned(6)).await;
    let at = |counts: Counts| (counts.answered, counts.in_flight) == (1, 1);
    reading
        .llm
        .until("one is answered", at)
        .await
        .expect("it is");
    reading.usage_of(1).await;
    reading.api.server.kill().await.expect("it dies");
    reading.llm.answers(Answer::Lesson);
    reading.api.server.restart().await.expect("it starts");
    let job = reading.api.ended(&job_id).await;
    assert_eq!(job["status"], "completed", "{job}");
    let path = format!("/api/documents/{document_id}");
    let document = reading.api.get(&path).await.body;
    assert_eq!(pages(&document, "transcribed_pages"), [1, 2, 3, 4, 5, 6]);
    assert_eq!(
        reading.llm.counts().made,
        3,
        "what was open is asked again, and no more"
    );
    assert_eq!(reading.counted("known").await, 4.0);
    let usage = reading.usage_of(2).await;
    let counts = reading.llm.counts();
    assert_eq!(
        usage["month"]["tokens_written"], counts.tokens_written,
        "{usage}"
    );
}

#[tokio::test]
async fn all_pages_are_read_if_that_is_wanted_and_none_if_not() {
    let text = "An osteoblast is a cell that makes bone.\nIt sits on the surface of a bone.\n";
    let file = Pdf::with_pages(&[text]).bytes();
    let page = |said: &str| {
        let blocks = json!([paragraph(said)]);
        Answer::Text(json!({"pages": [{"picture": 1, "blocks": blocks}]}).to_string())
    };
    let reading = Reading::start(&[("PDF_UPLOAD_STRATEGY", "vision")]).await;
    reading.llm.answers_next([page(
        "An osteoblast is a cell that makes bone. It sits on the surface of a bone, as seen.",
    )]);
    let document = reading.read(file.clone()).await;
    assert_eq!(pages(&document, "transcribed_pages"), [1]);
    let sections = reading.sections(&document).await;
    assert!(sections[0].3.contains("as seen"), "{sections:?}");
    // What a model makes up does not replace what is printed.
    let other = text.replace("bone", "cartilage");
    reading
        .llm
        .answers_next([page("Paris is the capital of a country in the west.")]);
    let document = reading.read(Pdf::with_pages(&[&other]).bytes()).await;
    assert_eq!(pages(&document, "transcribed_pages"), [0; 0]);
    let sections = reading.sections(&document).await;
    assert!(
        sections[0].3.contains("surface of a cartilage"),
        "{sections:?}"
    );

    for strategy in ["auto", "text"] {
        let reading = Reading::start(&[("PDF_UPLOAD_STRATEGY", strategy)]).await;
        reading.read(file.clone()).await;
        assert_eq!(reading.llm.counts().made, 0, "{strategy}");
    }
    let reading = Reading::start(&[("PDF_UPLOAD_STRATEGY", "text"), ("OCR", "off")]).await;
    reading.read(scanned(1)).await;
    assert_eq!(
        reading.llm.counts().made,
        0,
        "its scans are not read either"
    );
}
