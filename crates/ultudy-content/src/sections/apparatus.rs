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
pub(crate) fn is_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    let bare = lower.trim_matches(|c: char| !c.is_alphabetic());
    // "A Bibliography": an appendix's letter.
    let unlettered = bare
        .split_once(' ')
        .filter(|(letter, _)| letter.chars().count() == 1);
    TITLES.contains(&bare) || unlettered.is_some_and(|(_, rest)| TITLES.contains(&rest.trim()))
}

/// Whether a page is one of contents: half of its lines lead to a page number. After such
/// a page a few lines are enough.
pub(crate) fn is_contents_page<'a>(
    lines: impl Iterator<Item = &'a Line>,
    after_contents: bool,
) -> bool {
    let (mut all, mut leading) = (0, 0);
    for line in lines {
        all += 1;
        leading += usize::from(leads_to_a_page(&line.text));
    }
    let enough = if after_contents {
        1
    } else {
        CONTENTS_LINES_MIN
    };
    leading >= enough && leading * 2 >= all
}

/// A row of dots, or a title and a number behind it, or the number alone where it stands
/// too far from its title to be in its line.
fn leads_to_a_page(text: &str) -> bool {
    let number = text.rsplit([' ', '.', '…']).next().unwrap_or_default();
    let digits = (1..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
    let roman = !number.is_empty() && number.chars().all(|c| "ivxlc".contains(c));
    digits || roman || text.contains(". . .") || text.contains("....")
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
    fn a_contents_line_leads_to_a_page() {
        assert!(leads_to_a_page("1.1 The Elements of Programming . . . 6"));
        assert!(leads_to_a_page("Preface.......xiv"));
        assert!(leads_to_a_page("2.1 Calculating . . . . . ."));
        assert!(!leads_to_a_page("It was founded by Euler."));
    }
}
