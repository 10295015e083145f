//! Definitions in five languages, taken apart.

use super::super::gloss::words_within;
use super::*;
use crate::extractive::sample::text;

/// Form, subject and definiens of the sentence that defines `term`.
fn reading(markdown: &str, term: &str) -> Option<(Form, String, String)> {
    let text = text(markdown);
    let sentence = text.sentences.first()?;
    let start = sentence.plain.find(term)?;
    let from = sentence
        .words
        .partition_point(|word| word.range.start < start);
    let within = words_within(&sentence.words, &(start..start + term.len()));
    let reading = read(sentence, &(from..from + within.len()), &text.lexicon)?;
    let written = |range: Range<usize>| sentence.plain[range].to_owned();
    Some((
        reading.form,
        written(reading.subject),
        written(reading.definiens),
    ))
}

#[test]
fn what_a_term_is_is_cut_out_of_its_definition() {
    for (markdown, term, subject, definiens) in [
        (
            "In algebra, a group is a set with an operation that can be undone.",
            "group",
            "group",
            "a set with an operation that can be undone",
        ),
        (
            "The slope of a line at a point is the rate at which the line climbs there.",
            "slope",
            "slope of a line at a point",
            "the rate at which the line climbs there",
        ),
        (
            "A queue (first in, first out) is a list from which the oldest item leaves first.",
            "queue",
            "queue (first in, first out)",
            "a list from which the oldest item leaves first",
        ),
        (
            "The reading of a value before it was written is known as a hazard.",
            "hazard",
            "hazard",
            "The reading of a value before it was written",
        ),
        (
            "The art of hiding how data are kept is a method called data abstraction.",
            "data abstraction",
            "data abstraction",
            "The art of hiding how data are kept",
        ),
        (
            "Unter einer Moräne versteht man den Schutt, der vor einem Gletscher liegt.",
            "Moräne",
            "Moräne",
            "den Schutt, der vor einem Gletscher liegt",
        ),
        (
            "Die Stelle, an der ein Fluss ins Meer mündet, wird Mündung genannt.",
            "Mündung",
            "Mündung",
            "Die Stelle, an der ein Fluss ins Meer mündet",
        ),
        (
            "On appelle glacier une masse de glace qui descend lentement une pente.",
            "glacier",
            "glacier",
            "une masse de glace qui descend lentement une pente",
        ),
        (
            "Se llama glaciar a una masa de hielo que baja despacio por una ladera.",
            "glaciar",
            "glaciar",
            "una masa de hielo que baja despacio por una ladera",
        ),
        (
            "氷河とは、自分の重さでゆっくりと流れる氷の塊である。",
            "氷河",
            "氷河",
            "自分の重さでゆっくりと流れる氷の塊",
        ),
        (
            "初期の点から探すことを前向き探索、終わりの点から探すことを後向き探索と呼ぶ。",
            "後向き探索",
            "後向き探索",
            "終わりの点から探すこと",
        ),
        (
            "川が海に流れ込むところにできる平地を三角州と呼ぶ。",
            "三角州",
            "三角州",
            "川が海に流れ込むところにできる平地",
        ),
    ] {
        let expected = (Form::Is, subject.to_owned(), definiens.to_owned());
        assert_eq!(reading(markdown, term), Some(expected), "{markdown}");
    }
}

#[test]
fn a_property_is_told_by_its_condition() {
    for (markdown, term, condition) in [
        (
            "A map is said to be continuous if it keeps near points near each other.",
            "continuous",
            "if it keeps near points near each other",
        ),
        (
            "Eine Menge heißt offen, wenn sie um jeden Punkt noch eine Kugel enthält.",
            "offen",
            "wenn sie um jeden Punkt noch eine Kugel enthält",
        ),
        (
            "Ist G eine stetige Menge, so heißt G eine Gruppe in X, wenn sie eine Eins hat.",
            "Gruppe",
            "wenn sie eine Eins hat",
        ),
        (
            "Eine Menge ist genau dann kompakt, wenn sie beschränkt und auch abgeschlossen ist.",
            "kompakt",
            "wenn sie beschränkt und auch abgeschlossen ist",
        ),
    ] {
        let read = reading(markdown, term).map(|(form, _, definiens)| (form, definiens));
        assert_eq!(read, Some((Form::If, condition.to_owned())), "{markdown}");
    }
}

#[test]
fn what_is_said_in_passing_is_no_definition() {
    for (markdown, term) in [
        (
            "A deadlock is always a danger where two tasks share two resources.",
            "deadlock",
        ),
        (
            "Saying that the sea is a mirror of the sky is what poets like to do.",
            "Saying",
        ),
        (
            "The compiler is the most subtle part of the whole system that we built.",
            "compiler",
        ),
        (
            "Because it is a list with two ends, it is called a queue by the others.",
            "queue",
        ),
        (
            "Glatte Kurven der zweiten Klasse werden auch sanft genannt.",
            "sanft",
        ),
        ("実装は非常にシンプルである。", "実装"),
    ] {
        assert_eq!(reading(markdown, term), None, "{markdown}");
    }
}
