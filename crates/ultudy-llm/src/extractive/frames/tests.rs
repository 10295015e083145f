use crate::extractive::definitions::{self, Defined};
use crate::extractive::frames;
use crate::extractive::sample::text;

/// The names of what is explained, each with its quotation.
fn framed(markdown: &str) -> Vec<(String, String)> {
    let mut text = text(markdown);
    frames::append(&mut text);
    let defined = definitions::find(&mut text);
    let named = text.frames.iter().filter_map(|frame| {
        let of_frame = |found: &&Defined| found.sentence == frame.sentence && found.strength >= 3;
        let found = defined.iter().find(of_frame)?;
        let name = text.sentences[frame.sentence].written(&found.words)?;
        Some((name.to_owned(), frame.bare.clone()))
    });
    named.collect()
}

fn names(markdown: &str) -> Vec<String> {
    framed(markdown).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn a_definition_of_letters_that_nothing_introduces_explains_no_term() {
    let markdown = "##### Definition 3\n\n$f$ heißt geschlossen, wenn ihre Enden gleich sind \
                    und der Weg dazwischen stetig ist.";
    assert!(names(markdown).is_empty());
    let known = markdown.replace("$f$ heißt", "Ein Weg $f$ heißt");
    assert_eq!(names(&known), ["geschlossen"]);
}

#[test]
fn a_labelled_definition_is_quoted_whole() {
    let found = framed(
        "##### Definition 48\n\nEs seien $X, Y$ zusammenhängende Räume und $p$ eine stetige \
         Abbildung.\n\n$p$ heißt Überlagerung, wenn gilt:\n\n- a) jeder Punkt hat eine offene \
         Umgebung $U$\n- b) das Urbild ist eine Vereinigung offener Mengen\n\n##### Bemerkung 50\n\n\
         Überlagerungen sind surjektiv, wie man leicht sieht.",
    );
    assert_eq!(found.len(), 1, "{found:?}");
    let (name, quote) = &found[0];
    assert_eq!(name, "Überlagerung");
    assert!(quote.starts_with("Es seien $X, Y$"));
    assert!(quote.ends_with("das Urbild ist eine Vereinigung offener Mengen"));
}

#[test]
fn a_definition_of_which_something_is_lost_is_none() {
    for lost in [
        "```formula\nUn = (1/n\n```",
        "`⚠ x ? y`",
        "| a | b |\n|---|---|\n| c | d |",
    ] {
        let markdown = format!(
            "##### Definition 16\n\nEin topologischer Raum heißt kompakt, wenn jede Überdeckung \
             eine endliche Teilüberdeckung besitzt, und wenn\n\n{lost}\n\nfür alle Punkte gilt."
        );
        assert_eq!(names(&markdown), [""; 0], "{lost}");
    }
}

#[test]
fn entries_and_points_of_slides_explain_their_terms() {
    let slides = "## Key-term extraction\n\n- A way to find the most telling words of a text\n\
                  - Works on scholarly articles and on patents alike\n\n## Other tasks\n\n\
                  - Reference analysis: parsing of individual raw reference strings\n\
                  - Formats: PDF, Markdown, HTML, plain text, DVI\n\
                  - Further questions: see the next slide of this talk";
    assert_eq!(names(slides), ["Key-term extraction", "Reference analysis"]);
}

#[test]
fn a_list_in_running_text_does_not_explain_its_heading() {
    let book = "## Compiler tools\n\nA compiler reads a program and writes another. It is a tool \
                that every programmer knows.\n\nThe reader meets these every day.\n\nThey are \
                found on every machine of today.\n\nSome are old:\n\n- the first one of them all \
                came in the fifties\n- the second one came a few years after it";
    assert_eq!(names(book), [""; 0]);
}

#[test]
fn a_name_comes_with_what_it_is_given_to() {
    let found = framed(
        "In the computation the chain of deferred operations grows with the input. Such a process \
         is called a linear recursive process. The name says how it grows.",
    );
    let (name, quote) = found.first().expect("a name");
    assert_eq!(name, "linear recursive process");
    assert!(quote.starts_with("In the computation the chain"), "{quote}");
    assert!(
        quote.ends_with("is called a linear recursive process."),
        "{quote}"
    );
    // Nothing before it says what it is.
    let alone = "Such a process is called a linear recursive process. It grows without end.";
    assert_eq!(names(alone), [""; 0]);
}

#[test]
fn a_definition_whose_list_goes_on_elsewhere_is_none() {
    let definition = "##### Definition 8\n\nEine Abbildung $d$ heißt Metrik, wenn gilt:\n\n\
                      - (i) Der Abstand zweier verschiedener Punkte ist nie null.\n\
                      - (ii) Der Hinweg ist so lang wie der Rückweg.\n\n";
    assert_eq!(names(definition), ["Metrik"]);
    let other = format!("{definition}##### Bemerkung 3\n\n- a) Umwege sind nie kürzer.");
    assert_eq!(names(&other), ["Metrik"]);
    let cut = format!("{definition}##### Bemerkung 3\n\n- (iii) Umwege sind nie kürzer.");
    assert_eq!(names(&cut), [""; 0]);
}
