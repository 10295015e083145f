//! Definitions that take more than one sentence: “… waits for the other. This is called a
//! deadlock.”

use crate::extractive::alone;
use crate::extractive::definitions::Defined;
use crate::extractive::introduced;
use crate::extractive::labels::Kind;
use crate::extractive::language::is_cjk;
use crate::extractive::legible;
use crate::extractive::markdown::{self, Block};
use crate::extractive::passage::Passage;
use crate::extractive::quotable::is_balanced;
use crate::extractive::reading;
use crate::extractive::text::{Origin, Sentence, Text, fold};

/// Sentences taken before the one that defines, at most.
const BEFORE_MAX: usize = 2;
/// Items of a list that is quoted with what leads to it.
const ITEMS_MAX: usize = 6;
/// Sentences of a labelled definition at most.
const BLOCK_MAX: usize = 12;
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
    let whole = passage.active.is_empty() && is_balanced(&sentence.plain);
    whole.then_some((sentence, passage))
}

/// A definition together with the sentences before it that it needs, as a sentence of its
/// own at the text's end; none if these do not make it clear.
pub(super) fn joined(text: &mut Text, defined: &Defined) -> Option<Defined> {
    let near = (1..=BEFORE_MAX).filter_map(|count| {
        let first = defined.sentence.checked_sub(count)?;
        let run = text.sentences.get(first..=defined.sentence)?;
        let linked = run.windows(2).all(|pair| follows(&pair[0], &pair[1]));
        linked.then(|| (first..=defined.sentence).collect::<Vec<_>>())
    });
    let mut runs: Vec<_> = near.collect();
    runs.extend(premise(text, defined.sentence).map(|premise| vec![premise, defined.sentence]));
    runs.into_iter().find_map(|run| put(text, defined, &run))
}

/// What the labelled definition that a sentence is in begins with: “Let X be”.
fn premise(text: &Text, sentence: usize) -> Option<usize> {
    let last = text.sentences.get(sentence)?;
    let same = |at: &usize| {
        let other = &text.sentences[*at];
        other.kind == Some(Kind::Definition) && other.heading == last.heading
    };
    last.heading?;
    let block = (0..sentence).rev().take(BLOCK_MAX).take_while(same);
    block.last().filter(|&first| {
        let plain = &text.sentences[first].plain;
        alone::is_premise(plain, text.lexicon.language).is_some()
    })
}

/// Puts sentences together at the text's end, if that makes a definition clear.
fn put(text: &mut Text, defined: &Defined, run: &[usize]) -> Option<Defined> {
    let sentences: Vec<_> = run.iter().map(|&at| text.sentences[at].clone()).collect();
    is_clear(text, &sentences).then_some(())?;
    let (quote, pages) = quoted(&sentences);
    keep(text, defined, &quote, pages, introduced::has_its_letters)
}

/// A definition with the list that it leads to: “such that the following hold: …”.
pub(super) fn listed(text: &mut Text, defined: &Defined) -> Option<Defined> {
    let sentence = text.sentences.get(defined.sentence)?;
    let after = text.passages.get(sentence.paragraph + 1..)?;
    let items: Vec<_> = after.iter().take_while(|passage| passage.item).collect();
    let whole = items.iter().all(|item| item.active.is_empty());
    let mut quote = sentence.quote.clone();
    let mut pages = sentence.pages;
    for item in &items {
        quote.push_str(alone::ITEM);
        quote.push_str(fold(&item.markup).trim_end_matches([';', ',']));
        pages[1] = pages[1].max(item.pages_of(&(0..item.plain.len()))[1]);
    }
    let fits = (1..=ITEMS_MAX).contains(&items.len()) && quote.chars().count() <= LENGTH_MAX;
    (whole && fits).then_some(())?;
    // The term stands where it stood: what is new stands behind it.
    let (mut listed, passage) = read(text, &quote, pages, Origin::Section)?;
    listed.kind = text.sentences[defined.sentence].kind;
    text.passages.push(passage);
    if alone::is_complete(text, &listed) {
        text.sentences.push(listed);
        return Some(Defined {
            sentence: text.sentences.len() - 1,
            ..defined.clone()
        });
    }
    text.passages.pop();
    None
}

/// A definition without what stands before it in its sentence: “For example, an inverter is
/// …”, “We return to groups, which are …”.
pub(super) fn cut(text: &mut Text, defined: &Defined) -> Option<Defined> {
    let sentence = text.sentences.get(defined.sentence)?;
    let term = sentence.words.get(defined.words.start)?.range.start;
    let opened = alone::opener_end(&sentence.plain, text.lexicon.language);
    let opened = opened.filter(|&start| start <= term);
    let start = opened.or_else(|| explained_from(text, sentence, defined))?;
    let passage = text.passages.get(sentence.paragraph)?;
    let range = sentence.range.start + start..sentence.range.end;
    let quote = format!("… {}", fold(&passage.markup[passage.markup_around(&range)]));
    let pages = sentence.pages;
    keep(text, defined, &quote, pages, alone::is_complete)
}

/// Where a term begins that is explained by what a comma adds to it, if the sentence cannot
/// stand as a whole.
fn explained_from(text: &Text, sentence: &Sentence, defined: &Defined) -> Option<usize> {
    const ADDED: [&str; 10] = [
        ", which is a",
        ", which are ",
        ", which is the ",
        ", i.e",
        ", d. h. ",
        ", qui est un",
        ", qui sont des ",
        ", c’est-à-dire ",
        ", que es un",
        ", es decir",
    ];
    let last = sentence.words.get(defined.words.end.checked_sub(1)?)?;
    let rest = sentence.plain.get(last.range.end..)?;
    let added = ADDED.iter().any(|added| rest.starts_with(added));
    // “The value, which is a number, is …” goes on about something else.
    let ends = ![", is ", ", are ", ", ist ", ", sind ", ", est ", ", es "]
        .iter()
        .any(|verb| rest.contains(verb));
    let before = defined.words.start.checked_sub(1)?;
    let article = sentence.words.get(before)?;
    let first = if text.lexicon.grammar.is_determiner(article) {
        article
    } else {
        sentence.words.get(defined.words.start)?
    };
    (added && ends && before > 0 && !alone::is_complete(text, sentence))
        .then_some(first.range.start)
}

/// Keeps a quotation as a sentence at the text's end, where the term stands as far from the
/// end as in the sentence that defines it; unless something is wrong with it.
fn keep(
    text: &mut Text,
    defined: &Defined,
    quote: &str,
    pages: [u32; 2],
    is_right: impl Fn(&Text, &Sentence) -> bool,
) -> Option<Defined> {
    let (mut sentence, passage) = read(text, quote, pages, Origin::Section)?;
    let last = text.sentences.get(defined.sentence)?;
    let [all, own] = [sentence.words.len(), last.words.len()];
    let place = |at: usize| (at + all).checked_sub(own);
    let words = place(defined.words.start)?..place(defined.words.end)?;
    sentence.kind = last.kind;
    text.passages.push(passage);
    if is_right(text, &sentence) {
        text.sentences.push(sentence);
        return Some(Defined {
            sentence: text.sentences.len() - 1,
            words,
            strength: defined.strength,
        });
    }
    text.passages.pop();
    None
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
    // What points back points to the sentence right before.
    let skips = run.windows(2).any(|pair| !follows(&pair[0], &pair[1]));
    let language = text.lexicon.language;
    let length: usize = run.iter().map(|s| s.plain.chars().count()).sum();
    let clear = run.iter().enumerate().all(|(at, sentence)| {
        let bare = legible::bare(text, sentence);
        if at == 0 || skips {
            sentence.stands_alone() && alone::is_clear(text, sentence, &bare)
        } else {
            alone::is_clear(
                text,
                sentence,
                &alone::without_demonstratives(&bare, language),
            )
        }
    });
    clear && length <= LENGTH_MAX
}

/// Sentences as they stand one after another, with their pages.
fn quoted(run: &[Sentence]) -> (String, [u32; 2]) {
    let mut quote = String::new();
    let mut pages = run.first().map_or([1, 1], |sentence| sentence.pages);
    let mut before: Option<&Sentence> = None;
    for sentence in run {
        let spaced = !quote.chars().next_back().is_some_and(is_end_unspaced);
        let skipped = before.is_some_and(|before| !follows(before, sentence));
        if skipped {
            quote.push_str(" … ");
        } else if before.is_some() && spaced {
            quote.push(' ');
        }
        before = Some(sentence);
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
