//! Which languages Tesseract is asked to read: each further one takes as long again and
//! reads the others a little worse.

use ultudy_domain::language::detect;

use crate::layout::Line;

/// Most languages at once.
const AT_ONCE: usize = 8;

/// What Tesseract lists beside languages: detection of orientation, and of equations.
const NO_LANGUAGES: [&str; 2] = ["osd", "equ"];

/// Codes of ISO 639-1 and Tesseract's names for the languages.
const NAMES: [(&str, &str); 34] = [
    ("ar", "ara"),
    ("bg", "bul"),
    ("ca", "cat"),
    ("cs", "ces"),
    ("da", "dan"),
    ("de", "deu"),
    ("el", "ell"),
    ("en", "eng"),
    ("es", "spa"),
    ("et", "est"),
    ("fa", "fas"),
    ("fi", "fin"),
    ("fr", "fra"),
    ("he", "heb"),
    ("hi", "hin"),
    ("hr", "hrv"),
    ("hu", "hun"),
    ("id", "ind"),
    ("it", "ita"),
    ("ja", "jpn"),
    ("ko", "kor"),
    ("lt", "lit"),
    ("lv", "lav"),
    ("nb", "nor"),
    ("nl", "nld"),
    ("pl", "pol"),
    ("pt", "por"),
    ("ro", "ron"),
    ("ru", "rus"),
    ("sv", "swe"),
    ("tr", "tur"),
    ("uk", "ukr"),
    ("vi", "vie"),
    ("zh", "chi_sim"),
];

/// The languages of one document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    languages: Vec<String>,
    settled: bool,
}

impl Choice {
    /// Those that are set; or all that are installed, until the text tells which it is.
    pub(super) fn new(set: &[String], installed: &[String]) -> Self {
        let there = |name: &&String| installed.contains(name);
        let mut languages: Vec<String> = set.iter().filter(there).cloned().collect();
        for name in set.iter().filter(|name| !there(name)) {
            tracing::warn!(language = %name, "Tesseract lacks a language of OCR_LANGUAGES");
        }
        let settled = !languages.is_empty();
        if !settled {
            let known = installed.iter().filter(|name| is_language(name));
            languages.extend(known.take(AT_ONCE).cloned());
        }
        Self { languages, settled }
    }

    /// As Tesseract takes them.
    pub(super) fn languages(&self) -> String {
        self.languages.join("+")
    }

    /// Settles for the language of a page once it is clear.
    pub(super) fn learn(&mut self, lines: &[Line]) {
        if self.settled {
            return;
        }
        let text: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        let name = detect(&text.join("\n"))
            .and_then(|code| NAMES.iter().find(|(known, _)| *known == code))
            .map(|(_, name)| (*name).to_owned())
            .filter(|name| self.languages.contains(name));
        if let Some(name) = name {
            // Most courses quote English somewhere, and none is lost by it.
            self.languages
                .retain(|language| *language == name || language == "eng");
            self.languages.sort_by_key(|language| *language != name);
            self.settled = true;
        }
    }
}

fn is_language(name: &str) -> bool {
    !NO_LANGUAGES.contains(&name) && !name.contains('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn line(text: &str) -> Line {
        Line {
            text: text.into(),
            ..Line::default()
        }
    }

    #[test]
    fn what_is_set_holds_as_far_as_it_is_installed() {
        let installed = names(&["deu", "eng", "osd"]);
        let set = names(&["deu", "xyz"]);
        assert_eq!(Choice::new(&set, &installed).languages(), "deu");
        assert_eq!(Choice::new(&[], &installed).languages(), "deu+eng");
    }

    #[test]
    fn after_the_first_page_its_language_is_read() {
        let mut choice = Choice::new(&[], &names(&["deu", "eng", "fra", "osd"]));
        choice.learn(&[line("42")]);
        assert_eq!(choice.languages(), "deu+eng+fra");
        choice.learn(&[line(
            "La cellule est la plus petite unité du vivant qui puisse vivre toute seule.",
        )]);
        assert_eq!(choice.languages(), "fra+eng");
    }
}
