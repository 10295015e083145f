use super::*;
use crate::extractive::sample::text;

fn defined(markdown: &str) -> Vec<String> {
    let mut text = text(markdown);
    let found = find(&mut text);
    let written = |found: &Defined| {
        let sentence = &text.sentences[found.sentence];
        sentence
            .written(&found.words)
            .unwrap_or_default()
            .to_owned()
    };
    found.iter().map(written).collect()
}

#[test]
fn english_definitions() {
    for (sentence, term) in [
        (
            "A function is called continuous at a point if its limit exists there.",
            "continuous",
        ),
        (
            "An outlier is an example that lies far from the rest of the data.",
            "outlier",
        ),
        (
            "The learning rate is the factor that decides how large a step is.",
            "learning rate",
        ),
        (
            "We call such a function with these properties a contraction mapping.",
            "contraction mapping",
        ),
        (
            "By recursion we mean that a procedure refers to itself again.",
            "recursion",
        ),
        (
            "Enzymes are proteins that speed up the reactions of a cell.",
            "Enzymes",
        ),
        (
            "It is a case of *stream processing*, which is a way of handling data.",
            "stream processing",
        ),
        (
            "A ring structure on a set is a pair of operations that fit together.",
            "ring structure",
        ),
        (
            "We say that a sequence is bounded if it has an upper and a lower bound.",
            "bounded",
        ),
        (
            "The slope of a line is the ratio of its rise to its run.",
            "slope",
        ),
        (
            "A memoized procedure keeps a table of the values that it has computed.",
            "memoized procedure",
        ),
        (
            "**Isotope:** a form of an element with another number of neutrons.",
            "Isotope",
        ),
        (
            "The book treats of isobars, i.e. lines that join places of equal pressure.",
            "isobars",
        ),
    ] {
        assert_eq!(defined(sentence), [term], "{sentence}");
    }
}

#[test]
fn definitions_in_other_languages() {
    for (text, term) in [
        (
            "Ein Raum heißt kompakt, wenn jede Folge in ihm einen Häufungspunkt hat.",
            "kompakt",
        ),
        (
            "Unter einer Kugel versteht man die Menge der Punkte um die Mitte.",
            "Kugel",
        ),
        (
            "Die Menge dieser Vektoren wird Kern der Abbildung genannt.",
            "Kern",
        ),
        (
            "Ein Isotop ist eine Form eines Elements, die sich in der Masse unterscheidet.",
            "Isotop",
        ),
        (
            "Als Isobare bezeichnet man eine Linie zwischen Orten gleichen Drucks.",
            "Isobare",
        ),
        (
            "On dit qu'une suite est bornée si elle a un majorant et un minorant.",
            "bornée",
        ),
        (
            "Un isotope est une forme d'un élément dont le noyau a une autre masse.",
            "isotope",
        ),
        (
            "Se dice que una sucesión es acotada si tiene una cota superior e inferior.",
            "acotada",
        ),
        (
            "Un isótopo es una forma de un elemento que tiene otra masa.",
            "isótopo",
        ),
        (
            "On appelle noyau la partie de la cellule qui contient le matériel.",
            "noyau",
        ),
        (
            "Se llama núcleo a la parte de la célula que contiene el material.",
            "núcleo",
        ),
        (
            "状態空間とは問題の状態をすべて集めた集合である。",
            "状態空間",
        ),
        ("次の状態を作る操作を展開(expansion)と呼ぶ。", "展開"),
        (
            "情報なし探索(Blind Search)は問題の知識を使わないアルゴリズムである。",
            "情報なし探索",
        ),
    ] {
        assert_eq!(defined(text), [term], "{text}");
    }
}

#[test]
fn what_only_looks_like_a_definition() {
    for sentence in [
        "This is a surprise to all the people who have read the book.",
        "The procedure is called with two arguments and a list of names.",
        "The cells are divided into two groups of the same size each.",
        "Is a metric space a set with a distance between its points?",
        "Every ring is a group whose elements can be multiplied as well.",
        "The method is one of the trickiest parts of the whole business.",
        "Patience is an important part of the work of a gardener.",
        "The key point of a plan is the time that it leaves for rest.",
    ] {
        assert_eq!(defined(sentence), Vec::<String>::new(), "{sentence}");
    }
}
