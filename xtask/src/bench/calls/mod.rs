//! What calls of a slow language model hold in memory.

mod worker;

use std::{fs, path::Path, time::Duration};

use anyhow::{Result, bail};
use serde_json::json;
use tempfile::tempdir;

use super::{
    Programs,
    api::{Api, string},
    model::Model,
    proc::Memory,
    report::{Promise, Report},
    server::Server,
};

/// Calls of one server with everything in it.
const CALLS: usize = 1_000;
/// Documents, pages of each, and pages of a section where nothing divides them.
const DOCUMENTS: usize = 7;
const PAGES: usize = 1_800;
/// Lines of a page, of about 90 letters: as many as a page of a book.
const LINES: usize = 32;
/// How long it may take until all documents have their vectors.
const PATIENCE: Duration = Duration::from_secs(300);
/// What a process may hold then, in MiB.
const LIMIT: Promise = Promise::AtMost(120.0);

/// Opens all calls and looks, twice.
pub fn measure(programs: &Programs) -> Result<Report> {
    let mut report = Report::new(
        "A server over SQLite with LESSON_QUEUE_CONCURRENCY=1000, whose documents were read and given \
         their vectors before, asked for the lessons of 1,000 sections of 12 pages and about 35 KB each, by a model that holds every call: resident \
         memory of the server (VmRSS) before, with 1,000 calls in flight, and the most it held \
         until all lessons were stored. Then a worker with LESSON_QUEUE_CONCURRENCY=10000 over \
         PostgreSQL (through PgBouncer) and Redis, with 10,000 such sections: its resident memory \
         (VmRSS) with the first 1,000 calls in flight, and with 10,000, above that of the worker without any.",
    );
    one_server(programs, &mut report)?;
    worker::measure(programs, &mut report)?;
    Ok(report)
}

/// With 1,000 calls in flight.
fn one_server(programs: &Programs, report: &mut Report) -> Result<()> {
    let folder = tempdir()?;
    let documents = store(programs, folder.path())?;
    let mut model = Model::start()?;
    let (concurrency, settings) = (CALLS.to_string(), model.settings());
    let mut settings: Vec<(&str, &str)> = settings
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    settings.extend([
        ("SAMPLE_COURSE", "false"),
        ("LESSON_QUEUE_CONCURRENCY", concurrency.as_str()),
        ("LLM_TIMEOUT_SECONDS", "3600"),
        ("LLM_IDLE_SECONDS", "3600"),
        ("DRAIN_SECONDS", "1"),
    ]);
    let server = Server::start(&programs.ultudy, folder.path(), &settings)?;
    server.api.visit("/")?;
    let before = Memory::of(server.pid())?.now;
    Memory::forget_most(server.pid())?;
    let jobs = ask(&server.api, &documents)?;
    model.until("in_flight", CALLS)?;
    let open = Memory::of(server.pid())?;
    report.value("before", before, "MiB");
    report.promised("with 1,000 calls in flight", open.now, "MiB", LIMIT);
    report.promised("the most until then", open.most, "MiB", LIMIT);
    model.say("release")?;
    model.until("answered", CALLS)?;
    for job in &jobs {
        let job = server.api.ended(job)?;
        if job["status"] != "completed" {
            bail!("a lesson failed: {}", job["error"]);
        }
    }
    let most = Memory::of(server.pid())?.most;
    report.value("the most until all lessons were stored", most, "MiB");
    Ok(())
}

/// Has the documents read, and given their vectors, by a server that ends then; their ids.
fn store(programs: &Programs, folder: &Path) -> Result<Vec<String>> {
    let server = Server::start(&programs.ultudy, folder, &[("SAMPLE_COURSE", "false")])?;
    let mut documents = Vec::new();
    for number in 0..DOCUMENTS {
        let file = folder.join("book.pdf");
        fs::write(&file, book(number))?;
        documents.push(server.api.document(&file)?);
    }
    let embedded = "ultudy_embedding_documents_total{outcome=\"embedded\"}";
    let all = DOCUMENTS.to_string();
    server.api.wait_for_number(embedded, &all, PATIENCE)?;
    Ok(documents)
}

/// Asks for the lessons of so many sections; their jobs.
fn ask(api: &Api, documents: &[String]) -> Result<Vec<String>> {
    let mut jobs = Vec::new();
    for document in documents {
        let sections = api.get(&format!("/api/sections?document_id={document}"))?;
        for section in sections["sections"].as_array().into_iter().flatten() {
            if jobs.len() == CALLS {
                return Ok(jobs);
            }
            let asked = json!({"document_id": document, "section_id": section["id"]});
            jobs.push(string(
                &api.post("/api/lessons/generate", &asked)?,
                "job_id",
            )?);
        }
    }
    bail!("only {} sections for {CALLS} calls", jobs.len())
}

/// A PDF whose pages are full, each with words of its own.
fn book(number: usize) -> Vec<u8> {
    let mut objects = vec!["<< /Type /Catalog /Pages 2 0 R >>".to_owned()];
    let kids: Vec<String> = (0..PAGES)
        .map(|page| format!("{} 0 R", 4 + 2 * page))
        .collect();
    let kids = kids.join(" ");
    objects.push(format!("<< /Type /Pages /Count {PAGES} /Kids [{kids}] >>"));
    objects.push("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned());
    for page in 0..PAGES {
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {} 0 R \
             /Resources << /Font << /F1 3 0 R >> >> >>",
            5 + 2 * page
        ));
        let mut content = "BT /F1 10 Tf 50 750 Td 20 TL\n".to_owned();
        for line in 0..LINES {
            content += &format!(
                "(Cell {line} of page {page} of book {number} is a unit of life; its enzyme \
                 speeds up reaction {line}.) Tj T*\n"
            );
        }
        content += "ET";
        objects.push(format!(
            "<< /Length {} >>\nstream\n{content}\nendstream",
            content.len()
        ));
    }
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut table = format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for (number, object) in (1..).zip(&objects) {
        table += &format!("{:010} 00000 n \n", file.len());
        file.extend_from_slice(format!("{number} 0 obj\n{object}\nendobj\n").as_bytes());
    }
    let (start, size) = (file.len(), objects.len() + 1);
    file.extend_from_slice(table.as_bytes());
    let end = format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n");
    file.extend_from_slice(end.as_bytes());
    file
}
