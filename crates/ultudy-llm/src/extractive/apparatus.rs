//! What of a book is no text to learn, by the names of its sections and by what its
//! paragraphs say.

/// Names of such sections, lower case.
const NAMES: &[&str] = &[
    // Front matter
    "contents",
    "table of contents",
    "acknowledgements",
    "acknowledgments",
    "preface",
    "foreword",
    "dedication",
    "copyright",
    "license",
    "licence",
    "about the author",
    "about the authors",
    "list of figures",
    "list of tables",
    "inhaltsverzeichnis",
    "inhalt",
    "vorwort",
    "danksagung",
    "impressum",
    "lizenz",
    "abbildungsverzeichnis",
    "tabellenverzeichnis",
    "table des matières",
    "sommaire",
    "préface",
    "avant-propos",
    "remerciements",
    "licence",
    "índice general",
    "prólogo",
    "prefacio",
    "agradecimientos",
    "licencia",
    "目次",
    "謝辞",
    "まえがき",
    "前書き",
    "序文",
    "著者について",
    "奥付",
    // Tasks
    "exercises",
    "exercise",
    "problems",
    "review questions",
    "solutions",
    "answers",
    "answers to exercises",
    "solutions to exercises",
    "übungen",
    "übungsaufgaben",
    "aufgaben",
    "lösungen",
    "lösungen der übungsaufgaben",
    "lösungen der aufgaben",
    "lösungen zu den aufgaben",
    "exercices",
    "exercices corrigés",
    "corrigés",
    "ejercicios",
    "ejercicios resueltos",
    "soluciones",
    "練習問題",
    "演習問題",
    "演習",
    "解答",
    // Back matter
    "references",
    "bibliography",
    "works cited",
    "further reading",
    "index",
    "literatur",
    "literaturverzeichnis",
    "quellen",
    "quellenverzeichnis",
    "stichwortverzeichnis",
    "symbolverzeichnis",
    "sachregister",
    "register",
    "bibliographie",
    "références",
    "bibliografía",
    "referencias",
    "índice",
    "índice alfabético",
    "参考文献",
    "関連文献",
    "文献案内",
    "索引",
    "あとがき",
];

/// Turns of thanks, rights and editions: a paragraph that has one is none of the matter.
const TURNS: &[&str] = &[
    "©",
    "isbn",
    "all rights reserved",
    "creative commons",
    "gnu free documentation",
    "would like to thank",
    "wish to thank",
    "we thank ",
    "i thank ",
    "many thanks",
    "special thanks",
    "am grateful to",
    "are grateful to",
    "alle rechte vorbehalten",
    "vielen dank",
    " danken, ",
    " danken.",
    "danke ich ",
    "ich danke ",
    "bedanke ich mich",
    "bedanken wir uns",
    "wir danken ",
    "tous droits réservés",
    "je remercie",
    "nous remercions",
    "tiens à remercier",
    "todos los derechos reservados",
    "quiero agradecer",
    "agradecemos",
    "agradezco",
    "感謝します",
    "感謝する。",
    "感謝いたし",
    "無断転載",
];

/// Whether a name is that of what is no text to learn: “References”, “7. References (part
/// 2 of 2)”.
pub(super) fn is_named(name: &str) -> bool {
    let name = name.split(" (part ").next().unwrap_or_default();
    let name = name.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.' || c == ' ');
    let lower = name.trim().to_lowercase();
    // “Preface to the second edition”
    let of_edition = [
        "preface to ",
        "foreword to ",
        "vorwort zur ",
        "préface de ",
        "prólogo a ",
    ];
    if of_edition.iter().any(|head| lower.starts_with(head)) {
        return true;
    }
    // “Summary · Exercises” joins several short sections.
    NAMES.contains(&lower.as_str())
        || (lower.contains(" · ") && lower.split(" · ").all(|part| NAMES.contains(&part.trim())))
}

/// Whether a paragraph thanks somebody or tells of rights.
pub(super) fn is_said(paragraph: &str) -> bool {
    let lower = paragraph.to_lowercase();
    TURNS.iter().any(|turn| lower.contains(turn))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_what_is_not_taught() {
        for name in [
            "References",
            "7. Bibliography (part 2 of 2)",
            "Vorwort",
            "Preface to the Second Edition",
            "Remerciements",
            "3.4 Ejercicios",
            "2.6 練習問題",
            "Übungsaufgaben · Lösungen",
        ] {
            assert!(is_named(name), "{name}");
        }
        for name in [
            "Indexing",
            "Problem solving",
            "Summary · Exercises",
            "Der Index eines Weges",
        ] {
            assert!(!is_named(name), "{name}");
        }
    }

    #[test]
    fn thanks_and_rights_are_not_taught() {
        assert!(is_said(
            "I would like to thank my aunt, who has read every chapter."
        ));
        assert!(is_said(
            "Vielen Dank an alle, die dieses Buch gelesen haben."
        ));
        assert!(is_said("Nous remercions la bibliothèque de la ville."));
        assert!(is_said("Agradecemos la ayuda de nuestros colegas."));
        assert!(is_said("編集部の皆様に感謝します。"));
        assert!(!is_said(
            "Thanks to its roots a tree stands firm in the wind."
        ));
    }
}
