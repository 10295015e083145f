//! `ultudy import node`: what the original had, ours; what cannot come over, told.

use std::{fs, path::Path, process::Output};

use reqwest::Method;
use serde_json::{Value, json};
use ultudy_testkit::{
    postgres::{Postgres, User},
    wait,
};

use crate::{
    api::{Api, PATIENCE, send},
    pdf,
    transfer::{said, ultudy},
};

const ORIGINAL: &str = include_str!("original.sql");

/// The original's files, but those that are missing.
fn files(folder: &Path) {
    let pdfs = [
        (
            "user_ada",
            "d0000000-0000-4000-8000-000000000001",
            pdf::biology(),
        ),
        (
            "user_ada",
            "d0000000-0000-4000-8000-000000000002",
            pdf::illustrated(),
        ),
        (
            "user_ada",
            "d0000000-0000-4000-8000-0000000000e2",
            pdf::biology(),
        ),
        (
            "user_bob",
            "d0000000-0000-4000-8000-0000000000b1",
            pdf::biology(),
        ),
        (
            "user_bob",
            "d0000000-0000-4000-8000-0000000000b3",
            b"a letter".to_vec(),
        ),
        (
            "user_bob",
            "d0000000-0000-4000-8000-0000000000b4",
            pdf::biology(),
        ),
    ];
    for (owner, document, bytes) in pdfs {
        let folder = folder.join(owner);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(format!("{document}.pdf")), bytes).expect("a file");
    }
}

/// The line of the report that begins so.
fn line<'a>(report: &'a str, begins: &str) -> &'a str {
    let found = report
        .lines()
        .find(|line| line.trim_start().starts_with(begins));
    found.unwrap_or_else(|| panic!("no {begins:?} in\n{report}"))
}

#[tokio::test]
async fn what_the_original_had_comes_over_once_and_the_rest_is_told() {
    let server = Postgres::shared().expect("PostgreSQL starts");
    let name = server.create_database(User::Owner).expect("a database");
    server.sql(&name, ORIGINAL).expect("it is filled");
    let url = server.url(User::Superuser, &name);
    let (folder, data) = (
        tempfile::tempdir().expect("a folder"),
        tempfile::tempdir().expect("one"),
    );
    files(folder.path());
    let files = folder.path().display().to_string();
    let run = || -> Output {
        let arguments = ["import", "node", &url, "--files", &files];
        ultudy(&arguments, data.path(), &[("LOG", "warn")])
            .output()
            .expect("it runs")
    };

    let report = said(&run());
    for expected in [
        "courses: 3 imported, 0 were here already, 1 left out",
        "left out: its owner is blank: 1 (c0000000-0000-4000-8000-0000000000e1)",
        "note: a text is longer than here, and cut: 1",
        "note: it has no name, and is called “Course”: 1",
        "note: its exam date is none, and left out: 1",
        "documents: 4 imported, 0 were here already, 3 left out",
        "left out: its file is missing: 1 (d0000000-0000-4000-8000-0000000000b2)",
        "left out: its file is no PDF: 1 (d0000000-0000-4000-8000-0000000000b3)",
        "left out: its owner's name can be no folder: 1 (d0000000-0000-4000-8000-0000000000e2)",
        "note: its course is not here, and left out: 1",
        "note: its material type is not known here: 1",
        "note: it has no sections: the server reads its file when it starts: 2",
        "sections: 4 imported, 0 were here already, 2 left out",
        "left out: its document did not come over: 1",
        "left out: the original has no such document: 1",
        "note: its pages are not known, and guessed: 3",
        "lessons: 2 imported, 0 were here already, 7 left out",
        "left out: it is longer than 4 MiB: 1 (1e550000-0000-4000-8000-0000000000b8)",
        "left out: its concepts are no JSON that can be read: 3",
        "left out: its section is not here: 1",
        "left out: there is a later one: 1",
        "note: a question is not sound",
        "concepts: 4 imported, 0 were here already, 3 left out",
        "left out: it has no document, and no lesson has a concept of its name: 1",
        "left out: it has no name: 1",
        "left out: its document did not come over: 1",
        "study_sessions: 2 imported, 0 were here already, 1 left out",
        "left out: its type is not known here: 1",
        "problem_types: 1 rows, for which there is no place here",
        "chunks: 1 rows",
        "jobs: 1 rows",
        "Columns that are not carried over: courses.tier",
    ] {
        line(&report, expected);
    }

    let data_dir = data.path().display().to_string();
    let settings = [
        ("DATABASE_URL", ""),
        ("AUTH_MODE", "dev"),
        ("DATA_DIR", &data_dir),
    ];
    let mut api = Api::start(&settings, Some("user_ada")).await;
    ada_has_all_of_it(&api).await;
    bob_has_what_could_be_saved(&api).await;
    let before = overview(&api).await;

    api.server.terminate().await.expect("it stops");
    let report = said(&run());
    for expected in [
        "courses: 0 imported, 3 were",
        "documents: 0 imported, 4 were",
        "sections: 0 imported, 4 were",
        "lessons: 0 imported, 2 were",
        "concepts: 0 imported, 4 were",
        "study_sessions: 0 imported, 2 were",
    ] {
        line(&report, expected);
    }
    let api = Api::start(&settings, Some("user_ada")).await;
    assert_eq!(overview(&api).await, before);

    // A file that is found later comes over with all that hangs on it, and is a file again for all who
    // have the same, should theirs be lost.
    let objects = data.path().join("objects/blobs");
    for file in fs::read_dir(objects).expect("the folder") {
        fs::remove_file(file.expect("an entry").path()).expect("it goes");
    }
    let of_ada = "/api/documents/d0000000-0000-4000-8000-000000000001/file";
    assert_eq!(api.get(of_ada).await.status, 500);
    let missing = folder
        .path()
        .join("user_bob/d0000000-0000-4000-8000-0000000000b2.pdf");
    fs::write(missing, pdf::biology()).expect("a file");
    let report = said(&run());
    line(&report, "documents: 1 imported, 4 were");
    line(&report, "sections: 1 imported, 4 were");
    line(&report, "concepts: 1 imported");
    assert_eq!(api.get(of_ada).await.status, 200);
}

async fn ada_has_all_of_it(api: &Api) {
    let courses = api.get("/api/courses?include_archived=true").await.body;
    let biology = &courses["courses"][0];
    assert_eq!(biology["created_at"], "2024-03-01T09:00:00.500Z");
    assert_eq!(biology["exam_date"], "2030-06-01");
    assert_eq!(courses["courses"][1]["archived"], true);
    let documents = api.get("/api/documents").await.body;
    let cells = &documents["documents"][0];
    assert_eq!(cells["user_tags"], json!(["exam", "red"]));
    assert_eq!(cells["uploaded_at"], "2024-03-01T08:00:00Z");
    let id = "d0000000-0000-4000-8000-000000000001";
    assert_eq!(
        api.get(&format!("/api/documents/{id}/file")).await.status,
        200
    );
    assert_eq!(api.sections(id).await.len(), 2);

    let section = "5ec00000-0000-4000-8000-000000000001";
    let lesson = &api
        .get(&format!("/api/lessons?section_id={section}"))
        .await
        .body["lesson"];
    assert_eq!(lesson["id"], "1e550000-0000-4000-8000-000000000001");
    assert_eq!(lesson["summary"], "## Organelles");
    let concept = &lesson["concepts"][0];
    assert_eq!(concept["id"], "c0c00000-0000-4000-8000-000000000001");
    assert_eq!(concept["check_ins"].as_array().map(Vec::len), Some(1));
    let page = api
        .request(Method::GET, &format!("/learn/{section}"))
        .send()
        .await;
    let page = page.expect("an answer").text().await.expect("a page");
    assert!(
        page.contains("Mitochondrion") && page.contains("Releases energy."),
        "{page}"
    );

    let overview = overview(api).await;
    let known = &overview["content_mastery"]["by_chapter"]["One"]["concepts"][0];
    assert_eq!(
        (&known["mastery_state"], &known["total_attempts"]),
        (&json!("mastered"), &json!(3))
    );
    assert_eq!(overview["stats"]["total_study_time_minutes"], 25);
    let answer =
        json!({"check_in_id": concept["check_ins"][0]["id"], "answer": "The mitochondrion"});
    assert_eq!(
        api.post("/api/check-ins/submit", answer).await.body["correct"],
        true
    );
    let hits = api.get("/api/search?q=mitochondrion").await.body;
    assert_eq!(hits["results"][0]["document_id"], id);

    let unread = "/api/documents/d0000000-0000-4000-8000-000000000002";
    let is_read = async || api.get(unread).await.status == 200;
    wait::until("the document without sections is read", PATIENCE, is_read)
        .await
        .expect("it is read");
}

async fn bob_has_what_could_be_saved(api: &Api) {
    let bob = async |path: &str| {
        send(api.request_as(Some("user_bob"), Method::GET, path))
            .await
            .body
    };
    assert_eq!(bob("/api/courses").await["courses"][0]["name"], "Course");
    let is_read = async || {
        bob("/api/documents").await["documents"]
            .as_array()
            .map(Vec::len)
            == Some(2)
    };
    wait::until("both documents are there", PATIENCE, is_read)
        .await
        .expect("they are");
    let lesson = bob("/api/lessons?section_id=5ec00000-0000-4000-8000-0000000000b2").await;
    let concept = &lesson["lesson"]["concepts"][0];
    assert_eq!(concept["id"], "c0c00000-0000-4000-8000-0000000000b1");
    assert_eq!(concept["text_check_ins"].as_array().map(Vec::len), Some(1));
}

async fn overview(api: &Api) -> Value {
    api.get("/api/progress/overview").await.body
}

#[test]
fn what_cannot_be_imported_says_why() {
    let server = Postgres::shared().expect("PostgreSQL starts");
    let name = server.create_database(User::Owner).expect("a database");
    let url = server.url(User::Owner, &name);
    let folder = tempfile::tempdir().expect("a folder");
    let here = folder.path().display().to_string();
    for (url, files, reason) in [
        (url.as_str(), "/nowhere", "/nowhere"),
        (url.as_str(), here.as_str(), "no database of the original"),
        (
            "postgres://u:secret@127.0.0.1:9/d",
            here.as_str(),
            "not available",
        ),
        ("mysql://u:secret@h/d", here.as_str(), "URL"),
    ] {
        let arguments = ["import", "node", url, "--files", files];
        let output = ultudy(&arguments, folder.path(), &[])
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains(reason), "{said}");
        assert!(!said.contains("secret"), "{said}");
    }
}
