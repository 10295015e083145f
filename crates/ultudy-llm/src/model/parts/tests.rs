use proptest::prelude::*;
use ultudy_domain::check_in::{AnswerOption, CheckInContent, LETTERS};

use super::*;

fn concept(name: &str, question: &str) -> ConceptContent {
    let options = LETTERS.map(|letter| AnswerOption {
        letter: letter.into(),
        text: letter.into(),
        correct: letter == "A",
        explanation: "So.".into(),
    });
    ConceptContent {
        name: name.into(),
        explanation: "It is.".into(),
        examples: vec![],
        analogies: vec![],
        formulas: vec![],
        important_notes: vec![],
        pages: [1, 1],
        check_ins: vec![CheckInContent {
            question: question.into(),
            expected_answer: "A".into(),
            hint: "Think.".into(),
            pages: [1, 1],
            options: options.into(),
        }],
        text_check_ins: vec![],
    }
}

fn part(names: &[&str]) -> Checked {
    let concepts = names.iter().map(|name| concept(name, &format!("{name}?")));
    Checked::of(Overview::default(), concepts.collect())
}

fn names(parts: &mut [Checked]) -> Vec<String> {
    let chosen = concepts(parts).into_iter();
    chosen.map(|concept| concept.name).collect()
}

#[test]
fn a_concept_that_two_parts_teach_is_taught_once() {
    let mut parts = [part(&["Cell", "Enzyme"]), part(&[" CELL", "Tissue"])];
    assert_eq!(names(&mut parts), ["Cell", "Enzyme", "Tissue"]);
}

#[test]
fn a_question_is_asked_once_and_a_concept_without_another_goes() {
    let mut echo = part(&["Echo", "Tissue"]);
    echo.concepts[0].check_ins[0].question = " cell? ".into();
    assert_eq!(names(&mut [part(&["Cell"]), echo]), ["Cell", "Tissue"]);
}

#[test]
fn of_too_many_each_part_keeps_its_first_ones() {
    let of = |letter: &str, count: usize| {
        let names = (0..count).map(|number| format!("{letter}{number}"));
        let names: Vec<String> = names.collect();
        part(&names.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let mut parts = [of("a", 15), of("b", 2), of("c", 15)];
    let names = names(&mut parts);
    assert_eq!(names.len(), CONCEPTS_MAX);
    let count = |letter: char| names.iter().filter(|name| name.starts_with(letter)).count();
    assert_eq!((count('a'), count('b'), count('c')), (7, 2, 6));
    let letters: Vec<_> = names
        .iter()
        .filter_map(|name| name.chars().next())
        .collect();
    assert!(letters.is_sorted(), "in the parts' order: {names:?}");
}

#[test]
fn what_parts_say_is_put_one_after_the_other() {
    let of = |text: &str| Overview {
        summary: text.into(),
        what: vec![text.into()],
        explanation: text.into(),
        ..Overview::default()
    };
    let whole = joined(vec![of("one"), of("two")]);
    assert_eq!(whole.summary, "one\n\ntwo");
    assert_eq!(whole.what, ["one", "two"]);
}

#[test]
fn what_fits_is_one_part_and_what_cannot_be_divided_has_no_halves() {
    let pages = vec![(1, "a cell".to_owned()), (2, "a tissue".to_owned())];
    assert_eq!(split(pages.clone(), 1_000), std::slice::from_ref(&pages));
    assert_eq!(halves(pages).map(|halves| halves.len()), Some(2));
    assert_eq!(halves(vec![(1, "細".to_owned())]), None);
}

proptest! {
    #[test]
    fn no_part_is_over_the_budget_and_nothing_is_lost(
        texts in prop::collection::vec("[a-z 細胞é\n]{0,300}", 1..20),
        budget in 40_usize..400,
    ) {
        let pages: Pages = (1..).zip(texts).collect();
        let parts = split(pages.clone(), budget);
        for part in &parts {
            let length: usize = part.iter().map(|(_, text)| tokens(text)).sum();
            prop_assert!(length <= budget + part.len(), "{length} of {budget}");
        }
        let letters = |pages: &[(u32, String)]| -> Vec<(u32, char)> {
            let pages = pages.iter();
            pages.flat_map(|(page, text)| text.chars().map(|c| (*page, c))).collect()
        };
        prop_assert_eq!(letters(&parts.concat()), letters(&pages));
    }
}
