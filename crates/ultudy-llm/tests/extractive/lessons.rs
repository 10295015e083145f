//! Lessons made of whole sections: what a student finds in them.

use std::collections::HashSet;
use std::sync::Mutex;

use tokio_util::sync::CancellationToken;
use ultudy_domain::check_in::CheckInContent;
use ultudy_domain::lesson::LessonContent;
use ultudy_llm::extractive::Extractive;
use ultudy_llm::{Bill, GenerateError, Generator, LessonInput, LessonPart};

use super::{contract, generate, glossary, input, runtime, section, texts};

fn lesson(text: &str) -> LessonContent {
    let input = input(text);
    let lesson = generate(&input).unwrap();
    contract::check(&input, &lesson);
    lesson
}

fn names(lesson: &LessonContent) -> Vec<String> {
    lesson
        .concepts
        .iter()
        .map(|concept| concept.name.to_lowercase())
        .collect()
}

fn has_all(lesson: &LessonContent, expected: &[&str]) {
    let names = names(lesson);
    for name in expected {
        assert!(
            names.contains(&(*name).to_owned()),
            "{name} is not among {names:?}"
        );
    }
}

#[test]
fn a_calculus_section_teaches_its_defined_terms() {
    let lesson = lesson(texts::CALCULUS);
    has_all(
        &lesson,
        &[
            "limit",
            "one-sided limit",
            "derivative",
            "secant",
            "tangent",
        ],
    );
    let limit = lesson
        .concepts
        .iter()
        .find(|concept| concept.name == "limit")
        .unwrap();
    assert!(
        limit
            .explanation
            .contains("is called the limit of the function f")
    );
    assert!(limit.explanation.contains("(p. 41)"));
}

#[test]
fn exercises_are_not_taught() {
    let text = serde_json::to_string(&lesson(texts::CALCULUS)).unwrap();
    assert!(!text.contains("Show that the derivative"));
}

#[test]
fn a_biology_section_teaches_its_defined_terms() {
    let lesson = lesson(texts::BIOLOGY);
    has_all(&lesson, &["cell", "organelle", "photosynthesis", "enzyme"]);
    assert!(lesson.summary_parts.why.contains("important"));
}

#[test]
fn a_german_section_is_taught_in_german() {
    let lesson = lesson(texts::GERMAN);
    has_all(
        &lesson,
        &["metrischer raum", "kugel", "konvergent", "cauchyfolge"],
    );
    let question = &lesson.concepts[0].check_ins[0].question;
    assert!(
        question.starts_with("Welche")
            || question.starts_with("Wie")
            || question.starts_with("In welchem")
    );
}

#[test]
fn other_languages_have_their_terms_too() {
    has_all(&lesson(texts::FRENCH), &["noyau", "membrane", "enzyme"]);
    has_all(&lesson(texts::SPANISH), &["núcleo", "membrana", "enzima"]);
    has_all(
        &lesson(texts::JAPANESE),
        &["状態空間", "初期状態", "後続関数"],
    );
}

#[test]
fn code_becomes_an_example_word_for_word() {
    let lesson = lesson(texts::CODE);
    let list = lesson
        .concepts
        .iter()
        .find(|concept| concept.name == "list")
        .unwrap();
    assert!(
        list.examples
            .iter()
            .any(|example| example.contains("primes.append(7)"))
    );
}

#[test]
fn a_wrong_option_never_names_what_is_asked_for() {
    for text in [texts::CALCULUS, texts::BIOLOGY, texts::GERMAN, texts::CODE] {
        for concept in lesson(text).concepts {
            let name = concept.name.to_lowercase();
            for check_in in &concept.check_ins {
                let asked_for = check_in.expected_answer.to_lowercase() == name;
                let wrong = check_in.options.iter().filter(|option| !option.correct);
                for option in wrong.filter(|_| asked_for) {
                    let named = option.text.to_lowercase().contains(&name);
                    assert!(!named, "{}: {}", concept.name, option.text);
                }
            }
        }
    }
}

#[test]
fn another_variant_is_another_lesson_of_the_same_text() {
    let first = input(texts::BIOLOGY);
    let mut second = first.clone();
    second.variant = 1;
    let (first, second) = (generate(&first).unwrap(), generate(&second).unwrap());
    assert_ne!(first, second);
    assert_eq!(names(&first), names(&second));
}

#[test]
fn a_whole_document_takes_concepts_from_every_part() {
    let mut whole = input(texts::CALCULUS);
    whole.parts.push(section("Cells", texts::BIOLOGY));
    whole.parts.push(section("Lists", texts::CODE));
    let lesson = generate(&whole).unwrap();
    contract::check(&whole, &lesson);
    let pages: Vec<_> = lesson
        .concepts
        .iter()
        .map(|concept| concept.pages[0])
        .collect();
    for part in [41..=43, 7..=8, 3..=4] {
        assert!(
            pages.iter().any(|page| part.contains(page)),
            "{part:?} in {pages:?}"
        );
    }
}

#[test]
fn text_without_sentences_is_refused_in_words() {
    for text in [
        "",
        "7",
        "x = 1\n\ny = 2",
        "Contents ........ 3",
        "![](a.png)",
        "# Only a heading",
    ] {
        match generate(&input(text)) {
            Err(GenerateError::Permanent { code, message }) => {
                assert_eq!(code, "section_without_text");
                assert!(message.ends_with('.'));
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn scripts_in_the_text_do_not_reach_the_lesson() {
    let hostile = "A worm is a program that <script>alert(1)</script> copies itself to others. \
                   A virus is a program [that](javascript:alert(2)) hides in another program.\n\n";
    let text = format!("{hostile}{}", texts::BIOLOGY);
    let json = serde_json::to_string(&lesson(&text)).unwrap();
    assert!(!json.contains("<script") && !json.contains("javascript:"));
}

#[test]
fn large_texts_without_structure_end() {
    for text in [
        "a ",
        "(",
        "*a* ",
        "A set is a set. ",
        "** ",
        "[",
        "> ",
        "a.B ",
        "状態",
        "\\",
    ] {
        // Only that it ends, and without a panic, is promised.
        let text = text.repeat((1 << 18) / text.len());
        assert!(!matches!(
            generate(&input(&text)),
            Err(GenerateError::Transient { .. })
        ));
    }
}

#[test]
fn progress_rises_and_a_cancelled_lesson_stops() {
    let runtime = runtime();
    let input = input(texts::BIOLOGY);
    let shares = Mutex::new(Vec::new());
    let tell = |share| shares.lock().unwrap().push(share);
    let bill = Bill::default();
    let cancel = CancellationToken::new();
    runtime
        .block_on(Extractive.lesson(input.clone(), &tell, &bill, &cancel))
        .unwrap();
    let shares = shares.into_inner().unwrap();
    assert!(shares.is_sorted() && shares.last() == Some(&1.0));
    cancel.cancel();
    let cancelled = runtime.block_on(Extractive.lesson(input.clone(), &|_| {}, &bill, &cancel));
    assert!(matches!(cancelled, Err(GenerateError::Cancelled)));
    let cancelled = runtime.block_on(Extractive.glossary(input.parts, &cancel));
    assert!(matches!(cancelled, Err(GenerateError::Cancelled)));
}

#[test]
fn odd_sections_give_a_sound_lesson_or_a_clear_refusal() {
    let bomb = format!("$${}x{}$$", "\\frac{".repeat(2_000), "}{2}".repeat(2_000));
    let languages = "Enzymes are proteins that speed up a reaction. Ein Enzym ist ein Eiweiß, das eine \
        Reaktion beschleunigt. Une enzyme est une protéine qui accélère une réaction. Una enzima es \
        una proteína que acelera una reacción. Un enzima è una proteina che accelera una reazione. \
        酵素は反応を速めるタンパク質である。Een enzym is een eiwit dat een reactie versnelt. \
        Фермент ускоряет реакцию в клетке. الإنزيم بروتين يسرع التفاعل. Enzym to białko, które \
        przyspiesza reakcję.";
    for text in [
        "A cell is the smallest unit of life.",
        "| Cell | Size |\n|---|---|\n| The cell is small. | 10 |\n",
        "```python\nfor cell in cells:\n    cell.divide()\n```\n",
        "# 🧬🔬🧫\n\n🧬 is a gene. 🔬 is a lens.",
        &format!("# Bombs\n\n{bomb}\n\n{}", texts::BIOLOGY),
        languages,
    ] {
        let input = input(text);
        match generate(&input) {
            Ok(lesson) => contract::check(&input, &lesson),
            Err(GenerateError::Permanent { code, .. }) => assert_eq!(code, "section_without_text"),
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn a_term_that_another_section_defines_is_explained_by_its_definition() {
    let mut using = input(
        "<!-- page 9 -->\n\n# Muscles\n\nMuscles need a great many mitochondria, for they work \
         hard. Where mitochondria are few, muscles tire soon and ache for days.",
    );
    let defining = section("Cells", texts::BIOLOGY);
    using.glossary = glossary(&[defining, using.parts[0].clone()]);
    let lesson = generate(&using).unwrap();
    contract::check(&using, &lesson);
    let mitochondria = lesson
        .concepts
        .iter()
        .find(|concept| concept.name.to_lowercase() == "mitochondria")
        .unwrap();
    let defined = "Mitochondria are organelles that release the energy stored in sugar. (p. 7)";
    assert!(mitochondria.explanation.contains(defined));
    assert_eq!(mitochondria.pages, [9, 9]);
}

#[test]
fn a_definition_is_asked_in_ones_own_words_too() {
    let lesson = lesson(texts::BIOLOGY);
    let asked: Vec<_> = lesson
        .concepts
        .iter()
        .flat_map(|concept| {
            concept
                .text_check_ins
                .iter()
                .map(move |open| (concept, open))
        })
        .collect();
    assert!(!asked.is_empty());
    for (concept, open) in asked {
        assert!(open.question.contains(&concept.name), "{}", open.question);
        assert!(texts::BIOLOGY.contains(&open.expected_answer));
        let question = open.question.to_lowercase();
        for point in &open.key_points {
            assert!(
                open.expected_answer.to_lowercase().contains(point),
                "{point}"
            );
            assert!(!question.contains(point), "{point} stands in {question}");
        }
    }
}

#[test]
fn no_question_points_out_of_itself() {
    for text in [texts::CALCULUS, texts::BIOLOGY, texts::CODE] {
        for concept in lesson(text).concepts {
            for check_in in &concept.check_ins {
                let asked = format!(" {} ", check_in.question.to_lowercase());
                let asked = asked.replace("which of these ", "which ");
                for pointer in [" this cell", " these ", "exercise", "figure", " above"] {
                    assert!(!asked.contains(pointer), "{asked}");
                }
            }
        }
    }
}

/// All questions of a lesson, each with its concept's name.
fn questions(lesson: &LessonContent) -> Vec<(&str, &CheckInContent)> {
    let concepts = lesson.concepts.iter();
    concepts
        .flat_map(|concept| {
            let check_ins = concept.check_ins.iter();
            check_ins.map(|check_in| (concept.name.as_str(), check_in))
        })
        .collect()
}

const TRAINING: &str = "\
A hyperparameter is a number that is chosen before the training begins. The learning rate is the \
factor that decides how large a step of the descent is. The learning rate is the most important \
hyperparameter of all. A target is the value that the machine should predict for an example. A \
residual is the amount by which a guess misses the true answer. A mean is the sum of some \
figures shared out evenly among them. A variance is the average of the squares of all distances.
";

#[test]
fn what_is_an_instance_of_another_is_no_wrong_option_for_it() {
    let lesson = lesson(TRAINING);
    has_all(&lesson, &["hyperparameter", "learning rate"]);
    for (name, check_in) in questions(&lesson) {
        let other = match name {
            "hyperparameter" => "learning rate",
            "learning rate" => "hyperparameter",
            _ => continue,
        };
        for option in check_in.options.iter().filter(|option| !option.correct) {
            assert!(!option.explanation.contains(other), "{name}: {option:?}");
        }
    }
}

#[test]
fn every_option_has_a_reason_of_its_own() {
    for text in [
        texts::CALCULUS,
        texts::BIOLOGY,
        texts::GERMAN,
        texts::CODE,
        texts::FRENCH,
        texts::SPANISH,
        texts::JAPANESE,
        TRAINING,
    ] {
        for (name, check_in) in questions(&lesson(text)) {
            let options = check_in.options.iter();
            let reasons: HashSet<_> = options.map(|option| &option.explanation).collect();
            assert_eq!(reasons.len(), 4, "{name}: {check_in:#?}");
        }
    }
}

#[test]
fn a_definition_opens_the_explanation_and_no_article_gives_the_answer_away() {
    let lesson = lesson(texts::BIOLOGY);
    let enzyme = lesson.concepts.iter().find(|found| found.name == "enzyme");
    let explanation = &enzyme.unwrap().explanation;
    assert!(explanation.starts_with("An enzyme is a protein that speeds up"));
    for (_, check_in) in questions(&lesson) {
        let asked = check_in.question.to_lowercase();
        assert!(
            !asked.contains("an \\_") && !asked.contains(" a \\_"),
            "{asked}"
        );
    }
}

#[test]
fn what_another_section_defines_is_explained_and_asked_with_its_page() {
    let defining = section("Training", &format!("<!-- page 4 -->\n\n{TRAINING}"));
    let using = section(
        "Practice",
        "<!-- page 9 -->\n\nNobody knows the best hyperparameter before the first run of all. A \
         good hyperparameter shows by a curve that falls fast and smoothly from the start.",
    );
    let input = LessonInput {
        generation: None,
        title: "Practice".into(),
        glossary: glossary(&[defining, using.clone()]),
        parts: vec![using],
        variant: 0,
        language: None,
    };
    let lesson = generate(&input).unwrap();
    contract::check(&input, &lesson);
    let concept = &lesson.concepts[0];
    assert_eq!(concept.name, "hyperparameter");
    let defined = "A hyperparameter is a number that is chosen before the training begins. (p. 4)";
    assert!(
        concept.explanation.starts_with(defined),
        "{}",
        concept.explanation
    );
    let options = concept
        .check_ins
        .iter()
        .flat_map(|check_in| &check_in.options);
    for option in options {
        assert!(option.explanation.ends_with("(p. 4)"), "{option:?}");
    }
}

const LANDSCAPE: &str = "\
Eine Moräne bezeichnet einen Wall, der aus dem Schutt eines Gletschers besteht. Eine Düne \
bezeichnet einen Hügel, der aus Sand besteht, den der Wind bringt. Eine Klamm bezeichnet eine \
Schlucht, die ein Bach tief in den Felsen schneidet. Eine Lagune bezeichnet einen See, den eine \
Insel vom Meer trennt. Ein Gletscher bezeichnet einen Strom, der aus Eis besteht und langsam \
fließt. Ein Fjord bezeichnet einen Arm des Meeres, der weit in das Land reicht. Das Delta \
bezeichnet ein Gebiet, in dem sich ein Fluss vor dem Meer teilt. Das Kar bezeichnet ein Becken, in \
dem ein Gletscher am Berg beginnt.
";

#[test]
fn german_options_have_the_gender_of_the_gap() {
    let feminine = ["Moräne", "Düne", "Klamm", "Lagune"];
    let lesson = lesson(LANDSCAPE);
    let mut seen = 0;
    for (_, check_in) in questions(&lesson) {
        let gap = check_in.question.contains("„Eine \\_");
        for option in check_in.options.iter().filter(|_| gap) {
            assert!(feminine.contains(&option.text.as_str()), "{check_in:#?}");
            seen += 1;
        }
    }
    assert!(seen > 0, "no such gap");
}

#[test]
fn japanese_options_are_whole_words() {
    for (name, check_in) in questions(&lesson(texts::JAPANESE)) {
        for option in &check_in.options {
            assert!(
                !option.text.ends_with(['を', 'は', 'が', 'に', 'の']),
                "{name}: {option:?}"
            );
        }
    }
}

/// The lesson on the last of these sections, with what all of them define.
fn lesson_on_last(sections: &[LessonPart]) -> LessonContent {
    let mut input = input("");
    input.glossary = glossary(sections);
    input.parts = sections[sections.len() - 1..].to_vec();
    let lesson = generate(&input).unwrap();
    contract::check(&input, &lesson);
    lesson
}

#[test]
fn a_word_in_another_sense_is_not_explained_by_a_definition_far_before() {
    let graphs = section(
        "Graphen",
        "<!-- page 41 -->\n\nEin Graph, der keine Enden hat und in sich geschlossen ist, heißt \
         Kreis. Ein zusammenhängender Graph heißt Baum, wenn er keinen Kreis enthält.",
    );
    let plane = section(
        "Spiegelung am Kreis",
        "<!-- page 75 -->\n\n# Spiegelung am Kreis\n\nDie Inversion ist eine Abbildung der Ebene, \
         die das Innere einer runden Linie mit ihrem Äußeren vertauscht. Jeder Kreis durch den \
         Mittelpunkt wird von der Inversion auf eine Gerade abgebildet. Ein Kreis in der Ebene \
         bleibt unter jeder Drehung um seinen Mittelpunkt gleich.",
    );
    let lesson = lesson_on_last(&[graphs, plane]);
    let json = serde_json::to_string(&lesson.concepts).unwrap();
    assert!(!json.contains("Ein Graph"), "{json}");
}

#[test]
fn what_a_section_only_mentions_is_no_concept_of_it() {
    let cells = section("Cells", texts::BIOLOGY);
    let weather = section(
        "Weather",
        "<!-- page 9 -->\n\n# Weather\n\nA cold front is a line along which cold air pushes \
         warm air upwards. The warm air cools as it rises, and its water falls as rain. A warm \
         front is a line along which warm air slides over cold air. Farmers like the rain of a \
         warm front, since every cell of a plant needs water. Storms come with a cold front.",
    );
    let lesson = lesson_on_last(&[cells, weather]);
    has_all(&lesson, &["cold front", "warm front"]);
    assert!(!names(&lesson).contains(&"cell".to_owned()));
}

#[test]
fn a_section_that_defines_nothing_is_taught_by_what_it_says_of_its_matter() {
    let text = "<!-- page 5 -->\n\nThe night sky shows some three thousand stars to the naked eye. \
                City lamps hide most of the night sky from the people. Astronomers build \
                their telescopes on lonely mountains far away from every town. A moonless night \
                in the desert shows the faint band of the galaxy best. Old maps name the stars \
                after animals and after heroes of Greek tales.";
    let mut input = input(text);
    input.parts[0].name = "2.1 The night sky (part 1 of 2)".into();
    let lesson = generate(&input).unwrap();
    contract::check(&input, &lesson);
    let concept = &lesson.concepts[0];
    assert_eq!(concept.name, "The night sky");
    assert!(concept.explanation.contains("night sky"));
    assert!(concept.text_check_ins[0].question.contains("The night sky"));
}

#[test]
fn a_definition_without_wrong_answers_is_asked_in_ones_own_words() {
    let lesson = lesson(
        "##### Definition 12\n\nLet $X$ and $Y$ be spaces and $f$ a map between them.\n\n\
         - a) $f$ is called continuous if each open set has an open preimage\n\
         - b) $f$ is called constant if it takes one value\n",
    );
    has_all(&lesson, &["continuous", "constant"]);
    for concept in &lesson.concepts {
        assert!(concept.explanation.starts_with("Let $X$ and $Y$ be spaces"));
        assert!(concept.check_ins.is_empty() && !concept.text_check_ins.is_empty());
    }
}

#[test]
fn a_name_is_printed_in_the_source_as_the_lesson_prints_it() {
    for (plain, cut) in [("状態空間", "状$態空間$"), ("状態空間", "$状態$空間")] {
        let text = texts::JAPANESE.replace(plain, cut);
        assert_ne!(text, texts::JAPANESE);
        let input = input(&text);
        match generate(&input) {
            Ok(lesson) => contract::check(&input, &lesson),
            Err(error) => assert!(matches!(error, GenerateError::Permanent { .. }), "{error}"),
        }
    }
}

const KINDS: &str = "\
Erosion is the process by which wind and water wear away the land. Weathering is the process that \
breaks rock into small pieces where it lies. Deposition is the process by which a river drops the \
sand that it carries. Compaction is the process by which the weight of layers presses grains \
together. A fault is a crack in the rock along which blocks have moved. A dune is a hill of sand \
that the wind has piled up. A geologist is a person who studies rocks and how they came about.
";

#[test]
fn wrong_names_are_of_the_kind_that_is_asked_for() {
    let defining = section("Land", &format!("<!-- page 4 -->\n\n{KINDS}"));
    let other = section(
        "Coast",
        "<!-- page 9 -->\n\nA cape is a piece of land that reaches far out into the sea.",
    );
    let input = LessonInput {
        generation: None,
        title: "Land".into(),
        glossary: glossary(&[defining.clone(), other]),
        parts: vec![defining],
        variant: 0,
        language: None,
    };
    let lesson = generate(&input).unwrap();
    contract::check(&input, &lesson);
    let processes = ["erosion", "weathering", "deposition", "compaction"];
    let mut asked = 0;
    for (name, check_in) in questions(&lesson) {
        let named = check_in.question.starts_with("What does the text call");
        if !named || !processes.contains(&name) {
            continue;
        }
        asked += 1;
        assert!(
            !check_in.question.to_lowercase().contains(name),
            "{check_in:#?}"
        );
        let alike = |text: &&str| processes.contains(text) && *text != name;
        let options = check_in.options.iter().map(|option| option.text.as_str());
        assert!(options.filter(alike).count() >= 2, "{check_in:#?}");
    }
    assert!(asked > 0, "no process is asked for by its name");
}

#[test]
fn what_ends_in_a_thing_of_its_section_is_no_answer() {
    let text = format!(
        "{KINDS}A scree is a heap of stones that fell from the cliff. A gully is a channel that \
         rain has cut into a slope."
    );
    for (_, check_in) in questions(&lesson(&text)) {
        for option in &check_in.options {
            assert!(!option.text.ends_with("from the cliff"), "{check_in:#?}");
        }
    }
}
