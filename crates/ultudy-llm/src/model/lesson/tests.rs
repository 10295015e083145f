use serde_json::json;

use super::*;

const TEXT: [&str; 3] = [
    "A cell is alive.",
    "It is the smallest unit of life: a, b, c or d.",
    "An enzyme speeds up a reaction, $v = k x$.",
];

fn source() -> Source {
    let pages = TEXT.iter().zip(4..);
    Source::new(
        pages
            .map(|(text, page)| (page, (*text).to_owned()))
            .collect(),
    )
}

fn question(text: &str) -> Value {
    let option =
        |text: &str, correct| json!({"text": text, "correct": correct, "explanation": "So."});
    json!({
        "question": text, "hint": "Think.", "page_start": 4, "page_end": 5,
        "options": [option("a", false), option("b", true), option("c", false), option("d", false)],
    })
}

fn concept(name: &str, questions: &[Value]) -> Value {
    json!({
        "name": name, "explanation": "It is alive, the smallest unit of life.", "examples": ["x", " "], "analogies": [],
        "formulas": [{"formula": "$v=kx$", "variables": ""}, {"formula": "$E = mc^2$", "variables": ""}, {"formula": "", "variables": "y"}],
        "important_notes": [], "page_start": 4, "page_end": 6, "questions": questions,
    })
}

fn lesson(concepts: &[Value]) -> Value {
    json!({
        "summary": "S.", "what": ["w"], "why": "y", "outcome": "o", "explanation": "E.",
        "examples": [], "analogies": [], "concepts": concepts,
    })
}

fn of(lesson: &Value) -> Result<LessonContent, Unfit> {
    checked(&lesson.to_string(), &mut source()).map(|checked| checked.lesson(" Cells "))
}

#[test]
fn a_sound_lesson_comes_through_whole() {
    let made = of(&lesson(&[concept("Cell", &[question("What?")])])).unwrap();
    assert_eq!(
        (made.topic.as_str(), made.summary.as_str()),
        ("Cells", "S.")
    );
    let cell = &made.concepts[0];
    assert_eq!((cell.pages, cell.examples.len()), ([4, 5], 1));
    assert_eq!(cell.formulas.len(), 1);
    let asked = &cell.check_ins[0];
    assert_eq!((asked.expected_answer.as_str(), asked.pages), ("b", [5, 5]));
    assert_eq!(asked.fault(), None);
}

/// Each of these changes to a sound question makes it unsound.
fn spoiled() -> Vec<(&'static str, Value)> {
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut asked = question("Spoiled?");
        change(&mut asked);
        asked
    };
    vec![
        (
            "two right",
            changed(&|it| it["options"][0]["correct"] = true.into()),
        ),
        (
            "none right",
            changed(&|it| it["options"][1]["correct"] = false.into()),
        ),
        (
            "two alike",
            changed(&|it| it["options"][0]["text"] = " B ".into()),
        ),
        (
            "unexplained",
            changed(&|it| it["options"][2]["explanation"] = " ".into()),
        ),
        (
            "three options",
            changed(&|it| {
                it["options"].as_array_mut().unwrap().pop();
            }),
        ),
        (
            "five options",
            changed(&|it| {
                let fifth = json!({"text": "e", "correct": false, "explanation": "So."});
                it["options"].as_array_mut().unwrap().push(fifth);
            }),
        ),
        (
            "before the section",
            changed(&|it| it["page_start"] = 3.into()),
        ),
        (
            "behind the section",
            changed(&|it| it["page_end"] = 7.into()),
        ),
        (
            "pages the wrong way round",
            changed(&|it| it["page_start"] = 6.into()),
        ),
        (
            "no question",
            changed(&|it| it["question"] = "\u{202e}".into()),
        ),
        ("no hint", changed(&|it| it["hint"] = "".into())),
        (
            "endless",
            changed(&|it| it["hint"] = "x".repeat(4_001).into()),
        ),
        (
            "of another shape",
            changed(&|it| it["options"] = "four".into()),
        ),
        ("no object", json!(7)),
    ]
}

#[test]
fn an_unsound_question_goes_and_its_siblings_stay() {
    for (what, bad) in spoiled() {
        let both = of(&lesson(&[concept(
            "Cell",
            &[bad.clone(), question("What?")],
        )]))
        .unwrap();
        let asked: Vec<_> = both.concepts[0].check_ins.iter().collect();
        assert_eq!(asked.len(), 1, "{what}");
        assert_eq!(asked[0].question, "What?", "{what}");
        let alone = concept("Alone", &[bad]);
        let beside = of(&lesson(&[
            alone.clone(),
            concept("Cell", &[question("What?")]),
        ]))
        .unwrap();
        assert_eq!(
            beside.concepts.len(),
            1,
            "{what}: a concept without a question"
        );
        assert_eq!(
            of(&lesson(&[alone])),
            Err(Unfit::Unsound("no sound concept")),
            "{what}"
        );
    }
}

#[test]
fn an_unsound_concept_goes_and_its_siblings_stay() {
    let good = concept("Cell", &[question("What?")]);
    let mut elsewhere = concept("Elsewhere", &[question("Where?")]);
    elsewhere["page_end"] = 40.into();
    let mut blank = concept("x", &[question("Which?")]);
    blank["name"] = "\u{7}".into();
    let twin = concept(" CELL", &[question("Again?")]);
    let endless = concept(&"x".repeat(121), &[question("How long?")]);
    let echo = concept("Echo", &[question(" what? ")]);
    let concepts = [good, elsewhere, blank, twin, endless, echo, json!("none")];
    let made = of(&lesson(&concepts)).unwrap();
    assert_eq!(made.concepts.len(), 1, "{:?}", made.concepts);
    assert_eq!(made.concepts[0].name, "Cell");
}

#[test]
fn what_is_no_lesson_is_told_from_what_teaches_nothing() {
    assert_eq!(of(&lesson(&[])), Err(Unfit::NothingTaught));
    for text in ["", "{", "[]", "I am sorry", r#"{"summary": "S."}"#] {
        let unfit = checked(text, &mut source());
        assert_eq!(unfit, Err(Unfit::Unsound("not as asked")), "{text}");
    }
    let mut silent = lesson(&[concept("Cell", &[question("What?")])]);
    silent["summary"] = " ".into();
    assert!(matches!(of(&silent), Err(Unfit::Unsound(_))));
}

#[test]
fn what_no_database_takes_and_what_turns_texts_round_goes() {
    let mut dirty = lesson(&[concept("Ce\u{0}ll", &[question("What\u{202e}?")])]);
    dirty["summary"] = "a\u{0}\u{2066}b\nc".into();
    let made = of(&dirty).unwrap();
    assert_eq!(made.summary, "ab\nc");
    assert_eq!(made.concepts[0].name, "Cell");
    assert_eq!(made.concepts[0].check_ins[0].question, "What?");
}
