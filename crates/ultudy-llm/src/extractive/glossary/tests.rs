use super::*;
use crate::extractive::sample::part;
use crate::extractive::terms;
use crate::extractive::text::Origin;

fn entries(markdown: &str) -> Vec<GlossaryEntry> {
    glossary(&[part(markdown)])
}

/// Each term and its sentence.
fn told(markdown: &str) -> Vec<(String, String)> {
    let entries = entries(markdown).into_iter();
    entries.map(|entry| (entry.term, entry.sentence)).collect()
}

#[test]
fn what_is_defined_is_found_with_its_page_and_forms() {
    let entries = entries(
        "<!-- page 4 -->\n\nA *glacier* is a body of ice that moves under its own weight. \
         Many glaciers carve valleys into the rock. It is a slow thing that nobody hears.\n\n\
         <!-- page 5 -->\n\nExercise 2: A moraine is a ridge that a glacier leaves when it \
         melts.",
    );
    assert_eq!(
        entries,
        [GlossaryEntry {
            term: "glacier".into(),
            forms: vec!["glaciers".into()],
            sentence: "A *glacier* is a body of ice that moves under its own weight.".into(),
            pages: [4, 4],
            strength: 3,
            common: false,
            seldom: true,
        }]
    );
}

#[test]
fn a_section_is_told_what_another_one_defines() {
    let ice = part("A glacier is a body of ice that moves under its own weight.");
    let valley = part("Some valleys are wide, as the glacier in them was a wide one too.");
    let entries = glossary(&[ice.clone(), valley.clone()]);
    let mut text = reading::read(&[valley], &entries);
    assert_eq!((text.own, text.sentences.len()), (1, 2));
    assert_eq!(text.sentences[1].origin, Origin::Glossary);
    let terms = terms::find(&mut text);
    let glacier = terms.iter().find(|term| term.name == "glacier");
    let definitions = glacier.map(|term| term.definitions.clone());
    assert_eq!(definitions, Some(vec![(1, 3)]));
    let own = reading::read(&[ice], &entries);
    assert_eq!(
        own.sentences.len(),
        own.own,
        "a sentence of its own is not repeated"
    );
}

#[test]
fn a_name_takes_the_sentence_before_it_along() {
    for (markdown, term) in [
        (
            "Two trams may wait for each other on a single track forever. This situation is \
             called a gridlock of the line.",
            "gridlock",
        ),
        (
            "Eine Linie verbindet alle Orte mit gleichem Luftdruck. Diese Linie nennt man \
             Isobare.",
            "Isobare",
        ),
        (
            "Une ligne relie tous les lieux de même pression. Cette ligne est appelée isobare.",
            "isobare",
        ),
        (
            "Una línea une todos los lugares de igual presión. Esta línea se llama isobara.",
            "isobara",
        ),
        (
            "気圧の等しい地点をすべて結んだ線がある。このような線を等圧線と呼ぶ。",
            "等圧線",
        ),
    ] {
        assert_eq!(told(markdown), [(term.to_owned(), markdown.to_owned())]);
    }
}

#[test]
fn letters_are_introduced_by_the_sentence_before() {
    let markdown = "Sei M eine Menge mit einem Abstand und A eine Teilmenge von M. Dann heißt A \
                    beschränkt, wenn A in einer Kugel liegt.";
    assert_eq!(
        told(markdown),
        [("beschränkt".to_owned(), markdown.to_owned())]
    );
}

#[test]
fn a_labelled_definition_goes_over_its_paragraphs() {
    let found = told(
        "### Definition 4\n\nSei M eine Menge mit einem Abstand und A eine Teilmenge von M.\n\n\
         a) A heißt beschränkt, wenn A in einer Kugel liegt.",
    );
    assert_eq!(
        found,
        [(
            "beschränkt".to_owned(),
            "Sei M eine Menge mit einem Abstand und A eine Teilmenge von M. A heißt beschränkt, \
             wenn A in einer Kugel liegt."
                .to_owned()
        )]
    );
}

#[test]
fn what_cannot_be_understood_alone_is_no_entry() {
    for markdown in [
        "The library is a place that has a door for each of its readers.",
        "A moraine is a ridge that this glacier leaves behind when it melts.",
        "The map −dns is called the shape operator of the surface at a point.",
        "Die Abbildung H heißt Isotopie der beiden Kurven in der Ebene.",
        "A glacier is an important part of the water of a mountain range.",
    ] {
        let found = told(markdown);
        let bare: Vec<_> = found.iter().filter(|(term, _)| term != "library").collect();
        assert!(bare.is_empty(), "{found:?}");
    }
}

#[test]
fn a_definition_takes_its_list_along() {
    let found = told(
        "A moraine is a ridge that a glacier leaves behind, of the following two parts:\n\n\
         - boulders that the ice has carried down from the mountains,\n\
         - gravel that it has ground on its way.\n\nNothing grows there for years.",
    );
    assert_eq!(
        found,
        [(
            "moraine".to_owned(),
            "A moraine is a ridge that a glacier leaves behind, of the following two parts: • \
             boulders that the ice has carried down from the mountains • gravel that it has \
             ground on its way."
                .to_owned()
        )]
    );
}

#[test]
fn what_opens_a_definition_is_cut_off() {
    for (markdown, term, sentence) in [
        (
            "For example, a moraine is a ridge that a glacier leaves behind.",
            "moraine",
            "… a moraine is a ridge that a glacier leaves behind.",
        ),
        (
            "We will say more about moraines, which are ridges that a glacier leaves behind.",
            "moraines",
            "… moraines, which are ridges that a glacier leaves behind.",
        ),
        (
            "Par exemple, une moraine est une crête qui reste derrière un glacier.",
            "moraine",
            "… une moraine est une crête qui reste derrière un glacier.",
        ),
        (
            "Por ejemplo, una morrena es una cresta que queda detrás de un glaciar.",
            "morrena",
            "… una morrena es una cresta que queda detrás de un glaciar.",
        ),
    ] {
        assert_eq!(told(markdown), [(term.to_owned(), sentence.to_owned())]);
    }
}

#[test]
fn a_concept_that_nothing_defines_is_kept_with_a_sentence_about_it() {
    let markdown = "A glacier is a body of ice that moves under its own weight. The moraine \
                    shows the place that the ice once reached in the plain. The moraine is as old \
                    as the ice that once reached into the plain. Farmers clear the moraine of \
                    its stones, for nothing grows on a moraine of stones.";
    let entries = entries(markdown);
    let moraine = entries.iter().find(|entry| entry.term == "moraine");
    let moraine = moraine.expect("the moraine is named again and again");
    assert_eq!(moraine.strength, named::SPEAKS);
    assert!(moraine.sentence.starts_with("The moraine shows the place"));
    let glacier = entries.iter().find(|entry| entry.term == "glacier");
    assert!(glacier.is_some_and(|entry| entry.strength > named::SPEAKS));
}
