//! Definitions that take more than one sentence: “… waits for the other. This is called a
//! deadlock.”

use crate::extractive::alone;
use crate::extractive::definitions::Defined;
use crate::extractive::introduced;
use crate::extractive::labels::Kind;
use crate::extractive::language::{Language, is_cjk};
use crate::extractive::legible;
use crate::extractive::markdown::{self, Block};
use crate::extractive::passage::Passage;
use crate::extractive::reading;
use crate::extractive::text::{Origin, Sentence, Text};

/// Sentences taken before the one that defines, at most.
const BEFORE_MAX: usize = 2;
/// Characters of a quotation at most.
const LENGTH_MAX: usize = 480;

/// One quotation read as one sentence of a text that has so many passages, with its passage;
/// none if it is no paragraph or would act.
pub(super) fn read(
    text: &mut Text,
    quote: &str,
    pages: [u32; 2],
    origin: Origin,
) -> Option<(Sentence, Passage)> {
    let mut blocks = markdown::read(quote, pages[0]);
    let (Some(Block::Paragraph(passage)), None) = (blocks.pop(), blocks.pop()) else {
        return None;
    };
    let range = 0..passage.plain.trim_end().len();
    let plain = passage.plain.get(range.clone())?.to_owned();
    let words = reading::words_of(&passage, &range, &mut text.lexicon);
    let sentence = Sentence {
        origin,
        quote: quote.to_owned(),
        pages,
        part: 0,
        heading: None,
        kind: None,
        paragraph: text.passages.len(),
        place: 0,
        dependence: reading::dependence(&plain, &words, &text.lexicon),
        open: plain.ends_with(':'),
        plain,
        words,
        range,
    };
    passage.active.is_empty().then_some((sentence, passage))
}

/// A definition together with the sentences before it that it needs, as a sentence of its
/// own at the text's end; none if these do not make it clear.
pub(super) fn joined(text: &mut Text, defined: &Defined) -> Option<Defined> {
    (1..=BEFORE_MAX).find_map(|count| {
        let first = defined.sentence.checked_sub(count)?;
        let run = text.sentences.get(first..=defined.sentence)?;
        let linked = run.windows(2).all(|pair| follows(&pair[0], &pair[1]));
        (linked && is_clear(text, run)).then_some(())?;
        let (quote, pages) = quoted(run);
        let (mut sentence, passage) = read(text, &quote, pages, Origin::Section)?;
        sentence.kind = text.sentences[defined.sentence].kind;
        // The term stands as far from the end as in the last sentence.
        let last = &text.sentences[defined.sentence];
        let before = sentence.words.len().checked_sub(last.words.len())?;
        let words = defined.words.start + before..defined.words.end + before;
        text.passages.push(passage);
        text.sentences.push(sentence);
        let at = text.sentences.len() - 1;
        if introduced::has_its_letters(text, &text.sentences[at]) {
            return Some(Defined {
                sentence: at,
                words,
                strength: defined.strength,
            });
        }
        text.sentences.pop();
        text.passages.pop();
        None
    })
}

/// Whether a sentence stands right after another: in its paragraph, or in the next one of
/// the same labelled definition.
fn follows(left: &Sentence, right: &Sentence) -> bool {
    let defining = |sentence: &Sentence| sentence.kind == Some(Kind::Definition);
    let next = left.paragraph + 1 == right.paragraph && left.heading == right.heading;
    left.is_followed_by(right) || (next && defining(left) && defining(right))
}

/// Whether the first sentence needs nothing before it, and the others only what stands
/// before them.
fn is_clear(text: &Text, run: &[Sentence]) -> bool {
    let language = text.lexicon.language;
    let length: usize = run.iter().map(|s| s.plain.chars().count()).sum();
    run.iter().enumerate().all(|(at, sentence)| {
        let bare = legible::bare(text, sentence);
        if at == 0 {
            sentence.stands_alone() && alone::is_clear(text, sentence, &bare)
        } else {
            alone::is_clear(text, sentence, without_head(&bare, language))
        }
    }) && length <= LENGTH_MAX
}

/// A sentence without the word at its head that points to the one before.
fn without_head(plain: &str, language: Language) -> &str {
    let heads: &[&str] = match language {
        Language::English => &[
            "This ", "These ", "Such ", "It ", "They ", "Then ", "That ", "Here ", "In this ",
        ],
        Language::German => &[
            "Dies ",
            "Diese ",
            "Dieser ",
            "Dieses ",
            "Diesen ",
            "Diesem ",
            "Dann ",
            "Man ",
            "Sie ",
            "Er ",
            "Es ",
            "Solche ",
            "Solch ",
            "Ein solcher ",
            "Eine solche ",
            "Ein solches ",
            "In diesem ",
            "Hier ",
        ],
        Language::French => &[
            "Ce ",
            "Cet ",
            "Cette ",
            "Ces ",
            "Il ",
            "Elle ",
            "Ils ",
            "Elles ",
            "Alors ",
            "On ",
            "Une telle ",
            "Un tel ",
        ],
        Language::Spanish => &[
            "Este ",
            "Esta ",
            "Estos ",
            "Estas ",
            "Esto ",
            "Ese ",
            "Esa ",
            "Entonces ",
        ],
        Language::Japanese => &[
            "このような",
            "そのような",
            "こうした",
            "これを",
            "これらを",
            "これは",
            "この",
            "その",
        ],
        Language::Other => &[],
    };
    let rest = heads.iter().find_map(|head| plain.strip_prefix(head));
    rest.unwrap_or(plain)
}

/// Sentences as they stand one after another, with their pages.
fn quoted(run: &[Sentence]) -> (String, [u32; 2]) {
    let mut quote = String::new();
    let mut pages = run.first().map_or([1, 1], |sentence| sentence.pages);
    for sentence in run {
        let spaced = !quote.chars().next_back().is_some_and(is_end_unspaced);
        if !quote.is_empty() && spaced {
            quote.push(' ');
        }
        quote.push_str(&sentence.quote);
        pages = [
            pages[0].min(sentence.pages[0]),
            pages[1].max(sentence.pages[1]),
        ];
    }
    (quote, pages)
}

fn is_end_unspaced(character: char) -> bool {
    is_cjk(character) || matches!(character, '。' | '！' | '？' | '．' | '」')
}
