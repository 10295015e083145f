//! Definitions in Japanese and Chinese, whose words are not parted by spaces.

use std::ops::Range;

use super::definitions::Found;
use super::language::{is_cjk, is_hiragana};
use super::text::Sentence;

/// Turns that follow a term at the head of its clause, and how surely they define.
const AFTER_SUBJECT: &[(&str, u8)] = &[
    ("とは", 5),
    ("是指", 5),
    ("是一种", 4),
    ("是一個", 3),
    ("是一个", 3),
];
/// Ends of a sentence that says outright what its subject is.
const OUTRIGHT: &[&str] = &[
    "である。",
    "です。",
    "指す。",
    "いう。",
    "言う。",
    "こと。",
    "意味する。",
    "だ。",
    "表す。",
];
/// Turns that follow a name: “… を後続関数と呼ぶ”.
const AFTER_NAME: &[&str] = &[
    "と呼ぶ",
    "と呼ばれる。",
    "と呼ばれている",
    "とよぶ",
    "とよばれる。",
    "と名付け",
    "と言う。",
    "という。",
    "と称する",
    "と定義する",
];
/// Words before a name that are no part of it.
const ADVERBS: &[&str] = &[
    "特に",
    "元々",
    "いわゆる",
    "単に",
    "一般に",
    "通常",
    "また",
    "しばしば",
    "あるいは",
];
/// Turns that a name follows.
const BEFORE_NAME: &[&str] = &["称为", "稱為", "叫做", "称作"];
/// Ends of a sentence that says what its subject is, and how surely it defines.
const PREDICATES: &[(&str, u8)] = &[
    ("のことである。", 5),
    ("のことを指す。", 5),
    ("を指す。", 4),
    ("である。", 3),
    ("です。", 3),
    ("からなる。", 3),
];
/// Ends that judge or place instead: “有用である”, “一つである”.
const VAGUE: &[&str] = &[
    "必要",
    "単純",
    "考え方",
    "点",
    "通り",
    "倍",
    "ずつ",
    "最適",
    "程度",
    "前提",
    "目的",
    "理由",
    "原因",
    "違い",
    "利点",
    "欠点",
    "重要",
    "可能",
    "有用",
    "有効",
    "簡単",
    "困難",
    "問題",
    "同様",
    "同じ",
    "一つ",
    "明らか",
    "十分",
    "シンプル",
    "一般的",
    "効率的",
    "場合",
    "例",
    "的",
    "自明",
    "便利",
    "有名",
    "ため",
    "から",
    "もの",
    "こと",
    "ところ",
    "よう",
    "はず",
    "良い",
    "よい",
    "ない",
    "未満",
    "以上",
    "以下",
    "ほう",
    "不可欠",
    "有利",
    "不利",
    "頻出",
    "主流",
    "盛ん",
    "独立",
    "無限",
];
/// Characters of what is said of a subject at least.
const SAID_MIN: usize = 10;
/// Characters of a term.
const TERM: std::ops::RangeInclusive<usize> = 2..=20;

/// The terms a sentence defines.
pub(super) fn definitions(sentence: &Sentence) -> Vec<Found> {
    let text = &sentence.plain;
    let subjects = subjects(text).into_iter().chain(predicated(text));
    let names = names(text).into_iter().map(|range| (range, 5));
    subjects
        .chain(names)
        .map(|(range, strength)| (bare(text, range), strength))
        .filter(|(range, _)| is_term(&text[range.clone()]))
        // “A*” is a name as a whole only.
        .filter(|(range, _)| !text[range.end..].starts_with('*'))
        .filter_map(|(range, strength)| Some((words_of(sentence, &range)?, strength)))
        .collect()
}

/// A term's words: pairs of characters, as many as it has.
fn words_of(sentence: &Sentence, range: &Range<usize>) -> Option<Range<usize>> {
    let words = &sentence.words;
    let start = words.partition_point(|word| word.range.start < range.start);
    let end = words.partition_point(|word| word.range.end <= range.end);
    let first = words.get(start).filter(|_| start < end)?;
    (first.range.start == range.start).then_some(start..end)
}

/// A term without what stands in parentheses behind it: 「情報なし探索(Blind Search)」.
fn bare(text: &str, range: Range<usize>) -> Range<usize> {
    let term = text.get(range.clone()).unwrap_or_default();
    let end = term.find(['(', '（', '[', '［']).unwrap_or(term.len());
    // A heading that the layout ran into the sentence stands before what it repeats.
    let closed = term.rfind([')', '）']).map_or(0, |at| at + 1);
    let repeats = end < closed && term.get(closed..).is_some_and(|rest| rest.contains(is_cjk));
    if repeats {
        return range.start..range.start;
    }
    let kept = term[..end].trim_end();
    let adverb = ADVERBS.iter().find(|adverb| kept.starts_with(**adverb));
    let start = adverb.map_or(0, |adverb| adverb.len());
    let start = start + kept[start..].len()
        - kept[start..]
            .trim_start_matches([' ', '「', '『', '“'])
            .len();
    let kept = kept.trim_end_matches(['」', '』', '”', ' ']);
    // 「追加効果 add」: its sign behind a name.
    let sign = kept.rfind(' ').filter(|&at| kept[..at].contains(is_cjk));
    let kept = sign.map_or(kept, |at| &kept[..at]);
    range.start + start..range.start + kept.len().max(start)
}

fn subjects(text: &str) -> Vec<Found> {
    AFTER_SUBJECT
        .iter()
        .filter_map(|&(cue, strength)| {
            let mut places = text.match_indices(cue).map(|(at, _)| at);
            let at = places.find(|&at| is_subject(text, at, at + cue.len()))?;
            let said = cue != "とは" || OUTRIGHT.iter().any(|end| text.ends_with(end));
            said.then_some(())?;
            Some((after_mark(text, at)..at, strength))
        })
        .collect()
}

/// Not within 「…することは」, nor before 「とは限らない」, 「とは異なり」.
fn is_subject(text: &str, at: usize, end: usize) -> bool {
    let before = text[..at].chars().next_back();
    let rest = &text[end..];
    let other = ["限ら", "異な", "いえ", "言え", "違"];
    before.is_some_and(|c| !is_hiragana(c) || text[..at].ends_with("なし"))
        && !other.iter().any(|word| rest.starts_with(word))
}

/// Where the clause that ends at `end` begins.
fn after_mark(text: &str, end: usize) -> usize {
    let marks = text[..end].char_indices().rev();
    let mut clause = marks.filter(|&(_, c)| matches!(c, '、' | '，' | '。' | '：' | ':'));
    clause.next().map_or(0, |(at, mark)| at + mark.len_utf8())
}

/// “X は … である。”: what the whole sentence says something of.
fn predicated(text: &str) -> Option<Found> {
    let (said, strength) = PREDICATES
        .iter()
        .find_map(|&(end, strength)| Some((text.strip_suffix(end)?, strength)))?;
    let at = said
        .find('は')
        .filter(|&at| !said[at..].starts_with("はず") && !said[..at].ends_with('と'))?;
    let (subject, rest) = (&said[..at], &said[at + 'は'.len_utf8()..]);
    let vague = VAGUE.iter().any(|vague| rest.ends_with(vague));
    let tells = rest.chars().count() >= SAID_MIN;
    let bare = subject.split(['(', '（']).next().unwrap_or_default();
    let circular = rest.ends_with(bare);
    (!subject.contains('、') && !vague && tells && !circular).then_some((0..at, strength))
}

fn names(text: &str) -> Vec<Range<usize>> {
    let before = AFTER_NAME.iter().filter_map(|cue| {
        let at = text.find(cue)?;
        // 「… と呼ぶ場合もある」 does not always hold.
        let always = !text[at + cue.len()..].starts_with("場合");
        let mut opened = text[..at].char_indices().rev();
        let (start, mark) = opened.find(|&(_, c)| matches!(c, 'を' | 'は'))?;
        always.then_some(start + mark.len_utf8()..at)
    });
    let after = BEFORE_NAME.iter().filter_map(|cue| {
        let at = text.find(cue)? + cue.len();
        let length = text[at..].find(['，', '。', '、', '；']);
        Some(at..length.map_or(text.len(), |length| at + length))
    });
    before.chain(after).collect()
}

/// Whether a text may be a term: not too long, and not mostly grammar.
fn is_term(text: &str) -> bool {
    let grammar = text.chars().filter(|&c| is_hiragana(c)).count();
    let characters = text.chars().count();
    let particle = text.starts_with(is_hiragana) || text.ends_with(['の', 'に', 'を', 'が', 'も']);
    TERM.contains(&characters)
        && grammar * 2 < characters
        && !particle
        && !is_described(text)
        && !has_particles(text)
        && !text.contains(['の', '\\', '=', '∈'])
}

/// “可能なアクション”: an adjective and what it tells of.
fn is_described(text: &str) -> bool {
    text.match_indices('な')
        .any(|(at, mark)| !text[at + mark.len()..].starts_with('し'))
}

/// “ＩＷにおける木”: two marks of grammar in a row, but for 「なし」 and the like.
fn has_particles(text: &str) -> bool {
    let characters: Vec<_> = text.chars().collect();
    let pairs = characters.windows(2);
    let grammar = pairs.filter(|pair| pair.iter().all(|&c| is_hiragana(c)));
    let mut grammar =
        grammar.filter(|pair| !matches!(pair, ['な', 'し'] | ['あ', 'り'] | ['つ', 'き']));
    grammar.next().is_some()
}
