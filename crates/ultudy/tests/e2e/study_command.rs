//! `ultudy study`: lessons from files at hand, without a server.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use ultudy_testkit::wait;

use crate::pdf::{self, Pdf};

const PATIENCE: Duration = Duration::from_secs(60);

/// A folder with files to study and one for what comes out.
struct Desk {
    folder: TempDir,
}

impl Desk {
    fn with(files: &[(&str, &[u8])]) -> Self {
        let desk = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        for (name, content) in files {
            let path = desk.path(name);
            fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ultudy"));
        command
            .current_dir(self.folder.path())
            .arg("study")
            .args(words)
            .stdin(Stdio::null());
        command
    }

    fn study(&self, words: &[&str]) -> Output {
        self.command(words).output().expect("it runs")
    }

    fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).expect("a folder");
        let names = entries.map(|entry| entry.expect("an entry").file_name());
        let mut names: Vec<_> = names
            .map(|name| name.to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[test]
fn one_file_comes_out_as_markdown_that_is_clean_to_pipe() {
    let desk = Desk::with(&[("cells.pdf", &pdf::biology())]);
    let output = desk.study(&["cells.pdf"]);
    let (out, said) = (text(&output.stdout), text(&output.stderr));
    assert_eq!((output.status.code(), said.as_str()), (Some(0), ""));
    let at = |what: &str| out.find(what).unwrap_or_else(|| panic!("{what}: {out}"));
    assert!(
        out.starts_with("# cells\n"),
        "the file's name is its title: {out}"
    );
    assert!(at("## Contents") < at("**Question 1**"));
    assert!(at("**Question 1**") < at("## Answers"));
    assert!(at("## Answers") < at("**Question 1: "));
    assert!(out.contains("smallest unit of life") && out.contains("(pages 1–3)"));
}

#[test]
fn a_page_needs_nothing_but_itself() {
    let desk = Desk::with(&[("cells.pdf", &pdf::biology())]);
    let output = desk.study(&["cells.pdf", "--format", "html"]);
    let page = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    assert!(page.starts_with("<!doctype html>") && page.contains("Check yourself"));
    for outside in ["<script", "<link", "src=\"http", "href=\"http", "@import"] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn programs_get_json_and_no_log_in_it() {
    let desk = Desk::with(&[("cells.pdf", &pdf::biology())]);
    let mut command = desk.command(&["--format", "json", "cells.pdf"]);
    let output = command.env("LOG", "trace").output().expect("it runs");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(json["title"], "cells");
    assert_eq!(json["language"], "en");
    let mut fields: Vec<_> = json.as_object().expect("an object").keys().collect();
    fields.sort();
    let wanted = [
        "concepts", "headings", "language", "lessons", "sections", "title",
    ];
    assert_eq!(fields, wanted);
    let concepts = json["concepts"].as_array().expect("concepts");
    assert!(concepts.iter().any(|name| name == "enzyme"), "{concepts:?}");
    let sections = json["sections"].as_array().expect("sections");
    assert!(
        sections[0]["markdown"]
            .as_str()
            .expect("text")
            .contains("mitochondrion")
    );
    let lesson = &json["lessons"][0];
    assert_eq!(lesson["section_number"], 1);
    assert!(lesson["concepts"][0]["check_ins"][0]["options"].is_array());
}

#[test]
fn all_of_a_text_comes_out_as_it_stands() {
    let desk = Desk::with(&[("cells.pdf", &pdf::biology())]);
    let output = desk.study(&["cells.pdf", "--format", "text"]);
    let text = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0));
    let at = |what: &str| text.find(what).unwrap_or_else(|| panic!("{what}: {text}"));
    assert!(at("Cells and energy") < at("Respiration") && at("Respiration") < at("An enzyme"));
    assert_eq!(text.matches('\u{c}').count(), 2, "pages are told apart");
}

#[test]
fn one_bad_file_does_not_stop_the_rest() {
    let cells = pdf::biology();
    let locked = Pdf::with_pages(&["secret"]).encrypted().bytes();
    let desk = Desk::with(&[
        ("in/a.pdf", &cells),
        ("in/b.txt", b"not a PDF"),
        ("in/c.pdf", &locked),
        ("in/d.pdf", b"%PDF-1.7 torn"),
        ("in/e.pdf", b""),
        ("in/z.pdf", &cells),
        ("in/deeper/y.pdf", &cells),
    ]);
    let output = desk.study(&["in", "none.pdf", "--out", "out", "--format", "json"]);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(desk.names("out"), ["a.json", "z.json"]);
    assert!(output.stdout.is_empty());
    for (file, reason) in [
        ("in/b.txt", "not a PDF"),
        ("in/c.pdf", "password"),
        ("in/d.pdf", "PDF"),
        ("in/e.pdf", "not a PDF"),
        ("none.pdf", "No such file"),
    ] {
        let told = |line: &str| line.starts_with(&format!("{file}: ")) && line.contains(reason);
        assert!(said.lines().any(told), "{file}: {said}");
    }
}

#[test]
fn no_output_overwrites_another() {
    let cells = pdf::biology();
    let desk = Desk::with(&[
        ("one/notes.pdf", &cells),
        ("two/notes.pdf", &cells),
        ("out/notes.md", b"mine"),
    ]);
    let output = desk.study(&["one/notes.pdf", "two/notes.pdf", "--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(desk.names("out"), ["notes-2.md", "notes-3.md", "notes.md"]);
    assert_eq!(
        fs::read(desk.path("out/notes.md")).expect("a file"),
        b"mine"
    );
}

#[test]
fn the_pictures_of_a_text_lie_beside_it() {
    let desk = Desk::with(&[
        ("my cells.pdf", &pdf::illustrated()),
        ("out/my cells.figures/1.png", b"mine"),
    ]);
    let output = desk.study(&["my cells.pdf", "--out", "out"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert_eq!(
        desk.names("out"),
        ["my cells-2.figures", "my cells-2.md", "my cells.figures"]
    );
    let written = text(&fs::read(desk.path("out/my cells-2.md")).expect("a text"));
    let picture = "![Figure 1: A plant cell](<my cells-2.figures/1.png>)";
    assert!(written.contains(picture), "{written}");
    let bytes = fs::read(desk.path("out/my cells-2.figures/1.png")).expect("a picture");
    assert!(bytes.starts_with(b"\x89PNG"));

    let piped = text(&desk.study(&["my cells.pdf"]).stdout);
    assert!(piped.contains("*Figure 1: A plant cell*") && !piped.contains("figure:1"));
}

#[test]
fn wrong_use_is_told_apart_from_bad_files() {
    let desk = Desk::with(&[("a.pdf", &pdf::biology()), ("b.pdf", &pdf::biology())]);
    let code = |words: &[&str]| desk.study(words).status.code();
    assert_eq!(code(&[]), Some(2));
    assert_eq!(code(&["a.pdf", "--format", "docx"]), Some(2));
    assert_eq!(
        code(&["a.pdf", "b.pdf"]),
        Some(2),
        "two files, one standard output"
    );
    assert_eq!(code(&["a.pdf", "--out", "b.pdf"]), Some(2), "no folder");
    let mut command = desk.command(&["a.pdf"]);
    let output = command
        .env("PDF_MAX_PAGES", "many")
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("PDF_MAX_PAGES"));
}

#[test]
fn the_server_s_limits_hold() {
    let desk = Desk::with(&[("cells.pdf", &pdf::biology())]);
    let mut command = desk.command(&["cells.pdf"]);
    let output = command.env("PDF_MAX_PAGES", "2").output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("more than 2 pages"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let desk = Desk::with(&[("cells.pdf", &pdf::biology())]);
    let mut command = desk.command(&["cells.pdf"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(
        (output.status.code(), text(&output.stderr).as_str()),
        (Some(0), "")
    );
}

#[test]
fn ctrl_c_takes_the_child_along_and_leaves_nothing_half_written() {
    let desk = Desk::with(&[("bomb.pdf", &Pdf::crowded(1_000_000).bytes())]);
    let mut command = desk.command(&["bomb.pdf", "--out", "out"]);
    command.env("PDF_MEMORY_MB", "8192").stderr(Stdio::null());
    let mut program = command.spawn().expect("it starts");
    let mut reader = None;
    wait::until_blocking("the file is being read", PATIENCE, || {
        reader = child_of(program.id());
        reader.is_some()
    })
    .expect("a child");
    let killed = Command::new("kill")
        .args(["-INT", &program.id().to_string()])
        .status();
    assert!(killed.expect("kill runs").success());
    let status = program.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    let gone = reader.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists());
    assert!(gone, "the child outlived the program");
    assert_eq!(desk.names("out"), [""; 0]);
}

/// A process whose parent is `parent` and that is past its start.
fn child_of(parent: u32) -> Option<u32> {
    let processes = fs::read_dir("/proc").ok()?;
    let ids = processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    ids.into_iter().find(|pid: &u32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let parent = format!("PPid:\t{parent}");
        status.lines().any(|line| line == parent)
    })
}
