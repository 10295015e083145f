//! Parts of a book nobody studies: contents, index, bibliography, lists of figures.

use crate::layout::Line;

/// Their titles in lower case, without numbers; English, German, French, Spanish,
/// Italian, Portuguese, Dutch, Japanese.
const TITLES: [&str; 62] = [
    "contents",
    "table of contents",
    "brief contents",
    "detailed contents",
    "list of figures",
    "list of tables",
    "list of exercises",
    "list of listings",
    "list of algorithms",
    "list of symbols",
    "list of abbreviations",
    "index",
    "subject index",
    "author index",
    "index of symbols",
    "general index",
    "bibliography",
    "references",
    "works cited",
    "inhalt",
    "inhaltsverzeichnis",
    "inhaltsübersicht",
    "abbildungsverzeichnis",
    "tabellenverzeichnis",
    "abkürzungsverzeichnis",
    "symbolverzeichnis",
    "stichwortverzeichnis",
    "sachverzeichnis",
    "sachregister",
    "register",
    "personenregister",
    "namensregister",
    "literatur",
    "literaturverzeichnis",
    "quellenverzeichnis",
    "bildquellen",
    "table des matières",
    "sommaire",
    "liste des figures",
    "table des figures",
    "liste des tableaux",
    "bibliographie",
    "références",
    "références bibliographiques",
    "index alphabétique",
    "índice",
    "índice general",
    "índice alfabético",
    "contenido",
    "tabla de contenidos",
    "índice de figuras",
    "índice de tablas",
    "bibliografía",
    "referencias",
    "referencias bibliográficas",
    "indice",
    "bibliografia",
    "inhoudsopgave",
    "目次",
    "索引",
    "参考文献",
    "図目次",
];

/// Fewest lines from which a page is judged.
const CONTENTS_LINES_MIN: usize = 5;

/// Whether a heading is that of such a part.
pub(super) fn is_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphabetic());
    // "A Bibliography": an appendix's letter.
    let unlettered = bare
        .split_once(' ')
        .filter(|(letter, _)| letter.chars().count() == 1);
    TITLES.contains(&bare) || unlettered.is_some_and(|(_, rest)| TITLES.contains(&rest.trim()))
}

/// Whether most lines of a page end in a page number, as those of a contents page do.
pub(super) fn is_contents_page<'a>(lines: impl Iterator<Item = &'a Line>) -> bool {
    let (mut all, mut numbered) = (0, 0);
    for line in lines {
        all += 1;
        numbered += usize::from(ends_in_page_number(&line.text));
    }
    all >= CONTENTS_LINES_MIN && numbered * 2 >= all
}

fn ends_in_page_number(text: &str) -> bool {
    let Some((before, number)) = text.rsplit_once([' ', '.', '…']) else {
        return false;
    };
    let digits = (1..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let roman = !number.is_empty() && number.chars().all(|c| "ivxlc".contains(c));
    (digits || roman) && before.chars().any(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_known_in_several_languages() {
        for title in [
            "Contents",
            "INDEX",
            "Inhaltsverzeichnis",
            "Table des matières",
            "Índice",
            "8. References",
            "A Bibliography",
            "索引",
        ] {
            assert!(is_title(title), "{title}");
        }
        for title in [
            "Database Indexes",
            "Index notation",
            "References and Borrowing",
            "Sets",
        ] {
            assert!(!is_title(title), "{title}");
        }
    }

    #[test]
    fn a_contents_line_ends_in_a_page_number() {
        assert!(ends_in_page_number(
            "1.1 The Elements of Programming . . . 6"
        ));
        assert!(ends_in_page_number("Preface.......xiv"));
        assert!(!ends_in_page_number("It was founded by Euler."));
        assert!(!ends_in_page_number("17 42"));
    }
}
