//! What the text says of a term, as a statement to be told from others.

use super::super::definiens::Form;
use super::super::sound::{DEFINES, has_letters};
use super::super::{LENGTH_MAX, Maker};
use super::choose::Scope;
use crate::extractive::frames::{Frame, Shape};
use crate::extractive::phrases::fill;
use crate::extractive::quotes::escaped;
use crate::extractive::study::{Study, Support};
use crate::extractive::terms::Term;
use crate::extractive::text::fold;

/// Bytes from which on a statement's opening goes into the question.
const LONG: usize = 110;
/// Bytes of an opening at least.
const OPENING_MIN: usize = 24;
/// What an opening ends with.
const ENDS: [&str; 6] = [", ", "、", "; ", ". ", "。", ": "];
/// What follows an opening.
const STARTS: [&str; 9] = [
    " if ",
    " when ",
    " where ",
    " which ",
    " that ",
    " such that ",
    " because ",
    " si ",
    " que ",
];
/// Sentences that are tried beside the definition.
const TRIED_MAX: usize = 6;

/// A statement about a term.
pub(super) struct Statement {
    pub question: String,
    /// The statement's Markdown, as far as the question does not have it.
    pub text: String,
    /// Whether the question has the beginning.
    opened: bool,
    /// How much of it can be changed.
    pub scope: Scope,
    pub sentence: usize,
    pub pages: [u32; 2],
    /// Its quotation with pages.
    pub quote: String,
}

impl Statement {
    /// A sentence as it stands.
    pub(super) fn whole(study: &Study, at: usize) -> Self {
        let sentence = study.sentence(at);
        Self {
            question: String::new(),
            text: sentence.quote.clone(),
            opened: false,
            scope: Scope::Fact,
            sentence: at,
            pages: sentence.pages,
            quote: study.quoted(at),
        }
    }

    /// The statement as an option.
    pub(super) fn shown(&self, text: &str) -> String {
        if self.opened {
            format!("… {text}")
        } else {
            super::super::meaning::capitalised(text)
        }
    }
}

impl Maker<'_> {
    /// What the text says of a term, its definition first.
    pub(super) fn statements(
        &self,
        index: usize,
        subject: &Term,
        support: &[Support],
        frame: Option<&Frame>,
    ) -> Vec<Statement> {
        let mut statements = Vec::new();
        statements.extend(frame.and_then(|frame| self.of_frame(subject, frame)));
        statements.extend(self.of_gloss(index, subject));
        let others = support.iter().filter(|found| self.is_statement(found));
        let others = others.take(TRIED_MAX);
        statements.extend(others.map(|found| self.of_sentence(subject, found)));
        statements
    }

    fn of_frame(&self, subject: &Term, frame: &Frame) -> Option<Statement> {
        let whole = self.of_whole_frame(frame)?;
        Some(self.opened(Statement {
            question: self.which(&subject.name),
            scope: Scope::Definition,
            ..whole
        }))
    }

    /// All that a frame says, if that is not too long.
    pub(super) fn of_whole_frame(&self, frame: &Frame) -> Option<Statement> {
        let text = fold(&frame.bare);
        let fits = frame.shape != Shape::Outline && text.chars().count() <= LENGTH_MAX;
        fits.then(|| Statement {
            text,
            pages: frame.pages,
            quote: self.quoted_frame(frame),
            ..Statement::whole(self.study, frame.sentence)
        })
    }

    fn of_gloss(&self, index: usize, subject: &Term) -> Option<Statement> {
        let gloss = self.gloss(index)?;
        let whole = Statement {
            question: self.which(&subject.name),
            scope: Scope::Definition,
            ..Statement::whole(self.study, gloss.sentence)
        };
        let Some(says) = gloss.says.as_deref() else {
            return Some(self.opened(whole));
        };
        if gloss.form == Form::If {
            let text = &self.study.text;
            let (head, _) = text.cut_at(gloss.sentence, gloss.definiens.start)?;
            return Some(Statement {
                question: fill(
                    self.study.phrases.which_end,
                    &[head.trim_end_matches([',', ' '])],
                ),
                text: says.to_owned(),
                opened: true,
                scope: Scope::Definiens,
                ..whole
            });
        }
        let name = self.name_in_full(gloss, subject);
        Some(Statement {
            question: fill(self.study.phrases.what_is, &[&name]),
            text: says.to_owned(),
            scope: Scope::Definiens,
            ..whole
        })
    }

    fn of_sentence(&self, subject: &Term, found: &Support) -> Statement {
        self.opened(Statement {
            question: self.which(&subject.name),
            scope: if found.defines >= DEFINES {
                Scope::Definition
            } else {
                Scope::Fact
            },
            ..Statement::whole(self.study, found.sentence)
        })
    }

    pub(super) fn which(&self, subject: &str) -> String {
        fill(self.study.phrases.which_statement, &[&escaped(subject)])
    }

    /// Whether a sentence says something about its term that can be understood alone.
    fn is_statement(&self, found: &Support) -> bool {
        let sentence = self.study.sentence(found.sentence);
        found.clean
            && found.sentence < self.study.text.own
            && self.study.complete[found.sentence]
            && self.is_subject(found)
            && sentence.plain.chars().count() <= LENGTH_MAX
            && !Self::is_vague_sentence(sentence)
            && !sentence.is_about_the_book()
            && !has_letters(sentence)
            && !leans(&sentence.plain)
    }

    /// A long statement with its opening in the question.
    fn opened(&self, statement: Statement) -> Statement {
        if statement.text.len() < LONG {
            return statement;
        }
        let sites = self.sites(&statement, "");
        let places = sites.iter().flat_map(|site| &site.places);
        let first = places.map(|place| place.start).min();
        let Some(head) = first.and_then(|first| statement.text.get(..first)) else {
            return statement;
        };
        let ends = ENDS.iter().filter_map(|mark| {
            let at = head.rfind(mark)?;
            Some(at + mark.len())
        });
        let starts = STARTS.iter().filter_map(|mark| Some(head.rfind(mark)? + 1));
        let cut = ends.chain(starts).max();
        let Some((head, tail)) = cut.and_then(|at| statement.text.split_at_checked(at)) else {
            return statement;
        };
        if head.len() < OPENING_MIN || !is_closed(head) {
            return statement;
        }
        Statement {
            question: fill(self.study.phrases.which_end, &[head.trim_end()]),
            text: tail.to_owned(),
            opened: true,
            ..statement
        }
    }
}

/// Whether no emphasis, code, formula or bracket goes on behind a beginning.
fn is_closed(head: &str) -> bool {
    let even = |mark: &str| head.matches(mark).count().is_multiple_of(2);
    let open = head.matches(['(', '[', '（', '「']).count();
    let closed = head.matches([')', ']', '）', '」']).count();
    even("*") && even("_") && even("$") && even("`") && open == closed
}

/// Whether a sentence goes on from what was said before it.
pub(super) fn leans(plain: &str) -> bool {
    const OPENINGS: [&str; 58] = [
        "because of the",
        "one ",
        "both ",
        "the arguments for",
        "as a consequence",
        "in particular",
        "other ",
        "another ",
        "going back",
        "similarly",
        "however",
        "thus",
        "hence",
        "therefore",
        "also",
        "then ",
        "this ",
        "these ",
        "that ",
        "those ",
        "the issue",
        "on the other",
        "for example",
        "moreover",
        "furthermore",
        "instead",
        "finally",
        "again",
        "alternatively",
        "in contrast",
        "in practice",
        "in general",
        "the problem",
        "the method",
        "the notion",
        "the idea",
        "they ",
        "it ",
        "such ",
        "so ",
        "but ",
        "and ",
        "or ",
        "daher",
        "also ",
        "dabei",
        "damit",
        "dies",
        "insbesondere",
        "außerdem",
        "donc",
        "ainsi",
        "de plus",
        "por tanto",
        "además",
        "しかし",
        "また",
        "この",
    ];
    const WITHIN: [&str; 12] = [
        ", however",
        " them up",
        " this ",
        " these ",
        "the underlying",
        "way of proceeding",
        " dies",
        "との違い",
        "からだ。",
        "からである。",
        "上述",
        "前述",
    ];
    let lower = plain.to_lowercase();
    OPENINGS.iter().any(|opening| lower.starts_with(opening))
        || WITHIN.iter().any(|turn| lower.contains(turn))
}
