//! Japanese definitions: “*X*とは…である”, “…を*X*と呼ぶ”.

use std::ops::Range;

use super::super::genus::Genus;
use super::{Form, Reading, after_bracket};
use crate::extractive::language::{Language, is_hiragana};
use crate::extractive::text::Sentence;

/// Ends of a sentence that says what something is; the longest first.
const COPULAS: [&str; 8] = [
    "のことである。",
    "のことを指す。",
    "のことをいう。",
    "を指す。",
    "を意味する。",
    "をいう。",
    "である。",
    "です。",
];
/// What follows the name in “…を*X*と呼ぶ”.
const NAMING: [&str; 6] = [
    "と呼ぶ",
    "と呼ばれ",
    "とよぶ",
    "とよばれ",
    "という。",
    "と言う",
];
/// What stands for the noun before it: “問題の一種”.
const KINDS: [&str; 5] = ["の一種", "の一つ", "のひとつ", "の１つ", "の1つ"];
/// Words that say what is thought of a thing, or how it is.
const EMPTY: [&str; 27] = [
    "考え方",
    "シンプル",
    "重要",
    "必要",
    "可能",
    "不可能",
    "簡単",
    "困難",
    "有効",
    "有用",
    "十分",
    "単純",
    "同じ",
    "不可欠",
    "便利",
    "自明",
    "明確",
    "難解",
    "高速",
    "複雑",
    "一般的",
    "効率的",
    "例",
    "問題点",
    "面倒",
    "最適",
    "同様",
];
/// Ends of nouns that say no more of what a thing is.
const HOLLOW: [&str; 3] = ["考え方", "という意味", "という概念"];
/// Characters that say more than the noun they stand before, at least.
const TOLD_MIN: usize = 3;

/// Reads a sentence as a definition of the term at `place`.
pub(super) fn read(sentence: &Sentence, place: &Range<usize>) -> Option<Reading> {
    let plain = &sentence.plain;
    let start = sentence.words.get(place.start)?.range.start;
    let end = sentence.words.get(place.end.checked_sub(1)?)?.range.end;
    let subject = start..end;
    let after = after_bracket(plain, end);
    let rest = plain.get(after..)?;
    let before = plain.get(..start)?;
    if NAMING.iter().any(|turn| rest.starts_with(turn)) {
        let definiens = before.strip_suffix('を')?;
        let head = definiens.rfind('。').map_or(0, |at| at + '。'.len_utf8());
        let own = head + after_other_name(definiens.get(head..)?);
        let mut named = reading(plain, subject, own..definiens.len())?;
        if head > 0 {
            // “… 。このような動作を *X* と呼ぶ”: what it is stands in the sentences before.
            named.form = Form::Does;
            named.definiens = 0..definiens.len();
        }
        return Some(named);
    }
    if !before.is_empty() {
        return None;
    }
    let told = rest
        .strip_prefix("とは")
        .or_else(|| rest.strip_prefix('は'))?;
    let told = told.trim_start_matches(['、', '，']);
    let from = plain.len() - told.len();
    let closing = COPULAS.iter().find(|closing| told.ends_with(**closing))?;
    reading(plain, subject, from..plain.len() - closing.len())
}

fn reading(plain: &str, subject: Range<usize>, definiens: Range<usize>) -> Option<Reading> {
    let text = plain.get(definiens.clone())?;
    let noun = noun(text)?;
    let told = text.chars().count() >= noun.chars().count() + TOLD_MIN;
    let clauses = text.contains('。')
        || text.contains("が、")
        || text.contains("は、")
        || text.contains("であり、")
        || has_topic(text);
    let hollow = HOLLOW.iter().any(|end| text.ends_with(end)) || EMPTY.contains(&noun);
    (told && !clauses && !hollow).then(|| Reading {
        form: Form::Is,
        subject,
        definiens,
        genus: Some(Genus::of(noun, Language::Japanese)),
        plural: false,
        adjective: false,
    })
}

/// Whether another statement follows: 「…になる命題、削除効果*は*…」.
fn has_topic(text: &str) -> bool {
    text.split('、').skip(1).any(|clause| {
        let topic = clause.find('は').and_then(|at| clause.get(..at));
        topic.is_some_and(|topic| topic.ends_with(|c: char| !is_hiragana(c)))
    })
}

/// Where what is named last begins: “*A* を *X* と呼び、*B* を …”, “*A* を *X*、*B* を …”.
fn after_other_name(text: &str) -> usize {
    let is_name = |at: usize| {
        let clause = text.get(..at).unwrap_or_default();
        let noun = clause.chars().next_back().is_some_and(|c| !is_hiragana(c));
        clause.ends_with("と呼び") || (noun && clause.contains('を'))
    };
    let mut marks = text.rmatch_indices('、').map(|(at, _)| at);
    let mark = marks.find(|&at| is_name(at));
    mark.map_or(0, |at| at + '、'.len_utf8())
}

/// The noun a phrase ends in.
fn noun(text: &str) -> Option<&str> {
    let text = KINDS
        .iter()
        .find_map(|kind| text.strip_suffix(kind))
        .unwrap_or(text);
    if ["こと", "もの"]
        .iter()
        .any(|nominal| text.ends_with(nominal))
    {
        return text.get(text.len() - "こと".len()..);
    }
    let stops = |c: char| is_hiragana(c) || c.is_whitespace() || "、，・()（）「」".contains(c);
    let noun = text.rsplit(stops).next()?;
    (noun.chars().count() >= 1 && !noun.ends_with('的')).then_some(noun)
}
