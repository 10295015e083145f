//! The words that tie a reason to what follows from it, by language.

use std::ops::Range;

use crate::extractive::language::Language;

/// What stands behind a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    /// Why what stands before it is so.
    Reason,
    /// What follows from what stands before it.
    Effect,
}

/// Links behind which the same grammar goes on, so that what stands behind one can stand behind
/// another.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Links {
    pub behind: Behind,
    /// Between the two, lower case, parted by `;`.
    inner: &'static str,
    /// At the head of a sentence whose only comma parts the two.
    fronted: &'static str,
}

const fn links(behind: Behind, inner: &'static str, fronted: &'static str) -> Links {
    Links {
        behind,
        inner,
        fronted,
    }
}

static ENGLISH: [Links; 4] = [
    links(Behind::Reason, " because ;, since ", ""),
    links(
        Behind::Effect,
        ", so that ; so that ;, so ;, and so ;, and therefore ;, and thus ;, and hence ;\
         ; therefore, ;; hence, ;; thus, ;; consequently, ;, which means that ;, which implies that ",
        "because ;since ",
    ),
    links(
        Behind::Effect,
        " leads to ; lead to ; results in ; result in ; gives rise to ; give rise to ",
        "",
    ),
    links(
        Behind::Reason,
        " is caused by ; are caused by ; is due to ; are due to ; results from ; result from ",
        "",
    ),
];

static GERMAN: [Links; 5] = [
    links(Behind::Reason, ", weil ;, da ", ""),
    links(Behind::Reason, ", denn ", ""),
    links(Behind::Effect, ", sodass ;, so dass ", ""),
    links(
        Behind::Effect,
        ", daher ;, deshalb ;, deswegen ;; daher ;; deshalb ;; deswegen ",
        "weil ;da ",
    ),
    links(Behind::Effect, " führt zu ; führen zu ", ""),
];

static FRENCH: [Links; 3] = [
    links(
        Behind::Reason,
        " parce que ;, puisque ; puisque ;, car ; car ",
        "",
    ),
    links(
        Behind::Effect,
        ", de sorte que ; de sorte que ;, si bien que ; si bien que ;, donc ;; par conséquent, ",
        "comme ;puisque ",
    ),
    links(
        Behind::Effect,
        " conduit à ; conduisent à ; entraîne ; entraînent ; provoque ; provoquent ",
        "",
    ),
];

static SPANISH: [Links; 3] = [
    links(
        Behind::Reason,
        " porque ;, ya que ; ya que ;, puesto que ; puesto que ",
        "",
    ),
    links(
        Behind::Effect,
        ", de modo que ; de modo que ;, así que ;, por lo que ;, por lo tanto ;; por lo tanto, ",
        "como ;puesto que ",
    ),
    links(
        Behind::Effect,
        " conduce a ; conducen a ; provoca ; provocan ; produce ; producen ",
        "",
    ),
];

static JAPANESE: [Links; 1] = [links(Behind::Effect, "ため、;ので、;ことから、;から、", "")];

/// What looks like a link and is none.
const OTHERS: [&str; 8] = [
    ", so called ",
    ", so-called ",
    ", so to ",
    ", so far",
    ", so much",
    ", so many",
    ", since then",
    "してから、",
];

/// The links of a language, by what goes on behind them.
pub(super) fn of(language: Language) -> &'static [Links] {
    match language {
        Language::English => &ENGLISH,
        Language::German => &GERMAN,
        Language::French => &FRENCH,
        Language::Spanish => &SPANISH,
        Language::Japanese => &JAPANESE,
        Language::Other => &[],
    }
}

impl Links {
    /// Where one of them stands in a sentence, as its only one, in bytes; where it stands at the
    /// head, the comma that parts the two.
    pub(super) fn find(&self, plain: &str) -> Option<Range<usize>> {
        if OTHERS.iter().any(|other| plain.contains(other)) {
            return None;
        }
        let inner = turns(self.inner).filter_map(|turn| {
            let at = plain.find(turn)?;
            Some(at..at + turn.len())
        });
        // The longest at a place: “, and so ” is not “, so ”.
        let found = inner.min_by_key(|found| (found.end, usize::MAX - found.len()));
        if let Some(found) = found {
            let rest = plain.get(found.end..)?;
            let again = turns(self.inner).any(|turn| rest.contains(turn));
            return (!again).then_some(found);
        }
        let lower = plain.to_lowercase();
        turns(self.fronted).find(|turn| lower.starts_with(turn))?;
        let at = plain.find(", ")?;
        let only = !plain.get(at + 2..)?.contains([',', ';', ':']);
        only.then_some(at..at + 2)
    }
}

fn turns(list: &'static str) -> impl Iterator<Item = &'static str> {
    // A semicolon followed by a blank belongs to a turn: “; therefore, ”.
    let mut rest = list;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let own = usize::from(rest.starts_with(';'));
        let end = rest.get(own..)?.find(';').map_or(rest.len(), |at| at + own);
        let (turn, tail) = rest.split_at(end);
        rest = tail.get(1..).unwrap_or_default();
        Some(turn)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(plain: &str, language: Language) -> Option<(&str, &str)> {
        let found = of(language).iter().find_map(|links| links.find(plain))?;
        Some((&plain[..found.start], &plain[found.end..]))
    }

    #[test]
    fn a_link_parts_a_sentence_in_each_language() {
        for (plain, language, before, behind) in [
            (
                "The ice melts because the air is warm.",
                Language::English,
                "The ice melts",
                "the air is warm.",
            ),
            (
                "The air is warm, and therefore the ice melts.",
                Language::English,
                "The air is warm",
                "the ice melts.",
            ),
            (
                "Since the air is warm, the ice melts.",
                Language::English,
                "Since the air is warm",
                "the ice melts.",
            ),
            (
                "The air is warm; therefore, the ice melts.",
                Language::English,
                "The air is warm",
                "the ice melts.",
            ),
            (
                "Das Eis schmilzt, weil die Luft warm ist.",
                Language::German,
                "Das Eis schmilzt",
                "die Luft warm ist.",
            ),
            (
                "Warme Luft führt zu einer Schmelze.",
                Language::German,
                "Warme Luft",
                "einer Schmelze.",
            ),
            (
                "La glace fond parce que l'air est chaud.",
                Language::French,
                "La glace fond",
                "l'air est chaud.",
            ),
            (
                "El aire es cálido, por lo que el hielo se funde.",
                Language::Spanish,
                "El aire es cálido",
                "el hielo se funde.",
            ),
            (
                "空気が暖かいため、氷が溶ける。",
                Language::Japanese,
                "空気が暖かい",
                "氷が溶ける。",
            ),
        ] {
            assert_eq!(parts(plain, language), Some((before, behind)), "{plain}");
        }
    }

    #[test]
    fn what_only_looks_like_a_link_is_none() {
        for plain in [
            "Ice, so called by sailors, melts in warm air.",
            "Since the air, which is warm, moves, the ice melts.",
            "It melts because it is warm because of the sun because of June.",
        ] {
            assert_eq!(parts(plain, Language::English), None, "{plain}");
        }
    }
}
