//! “Which of these does the text not list here?”: items of a list beside one of another, and
//! the steps of one in their order.

mod found;

use super::{Answer, Draft, Maker, WRONG};
use crate::extractive::phrases::fill;
use crate::extractive::quotes;
use found::Item;
pub(super) use found::List;

/// How much longer than another an item may be, as a factor.
const LONGER: usize = 3;

impl Maker<'_> {
    /// The question on the list that a sentence leads to or has, if there is one.
    pub(super) fn listed(&self, sentence: usize) -> Option<Draft> {
        let lists = self.lists.get_or_init(|| self.all_lists());
        let list = lists.iter().find(|list| list.lead == sentence)?;
        let turn = self.study.variant + sentence;
        let order = list.steps.then(|| self.next_step(list, turn)).flatten();
        let order = order.or_else(|| self.first_step(list).filter(|_| list.steps));
        order
            .or_else(|| self.member(lists, list, turn))
            .or_else(|| self.stranger(lists, list, turn))
    }

    /// Which step comes right after another.
    fn next_step(&self, list: &List, turn: usize) -> Option<Draft> {
        let asked = turn % list.items.len().checked_sub(WRONG + 1)?;
        let (item, right) = (list.items.get(asked)?, list.items.get(asked + 1)?);
        let others = list.items.iter().enumerate();
        let others = others.filter(|&(at, _)| at != asked && at != asked + 1);
        let others: Vec<_> = others.map(|(_, item)| item).take(WRONG).collect();
        let question = fill(self.study.phrases.which_next, &[&item.text, &list.opening]);
        (others.len() == WRONG).then(|| self.ordered(list, question, right, &others))
    }

    /// Which step comes first.
    fn first_step(&self, list: &List) -> Option<Draft> {
        let (first, rest) = list.items.split_first()?;
        let others: Vec<_> = rest.iter().take(WRONG).collect();
        let question = fill(self.study.phrases.which_first, &[&list.opening]);
        (others.len() == WRONG).then(|| self.ordered(list, question, first, &others))
    }

    fn ordered(&self, list: &List, question: String, right: &Item, wrong: &[&Item]) -> Draft {
        let reason = fill(self.study.phrases.listed, &[&list.quote]);
        let answer = |item: &Item| Answer {
            text: item.text.clone(),
            reason: reason.clone(),
        };
        self.drafted(
            list,
            question,
            answer(right),
            wrong.iter().map(|item| answer(item)).collect(),
        )
    }

    /// Which item a list has, beside those of others.
    fn member(&self, lists: &[List], list: &List, turn: usize) -> Option<Draft> {
        let right = list.items.get(turn % list.items.len().max(1))?;
        let strangers = strangers(lists, list).into_iter();
        let strangers: Vec<_> = strangers
            .filter(|(_, item)| are_alike(item, right))
            .collect();
        let wrong = strangers.get(..WRONG)?;
        let wrong = wrong
            .iter()
            .map(|(other, item)| self.elsewhere(other, item));
        Some(self.drafted(
            list,
            fill(self.study.phrases.which_listed, &[&list.opening]),
            self.own(list, right),
            wrong.collect(),
        ))
    }

    /// Which item of another list a list does not have.
    fn stranger(&self, lists: &[List], list: &List, turn: usize) -> Option<Draft> {
        let from = turn % list.items.len().max(1);
        let own = list.items.iter().cycle().skip(from).take(list.items.len());
        let (other, stranger, own) =
            strangers(lists, list)
                .into_iter()
                .find_map(|(other, item)| {
                    let alike: Vec<_> = own
                        .clone()
                        .filter(|own| are_alike(own, item))
                        .take(WRONG)
                        .collect();
                    (alike.len() == WRONG).then_some((other, item, alike))
                })?;
        Some(self.drafted(
            list,
            fill(self.study.phrases.which_unlisted, &[&list.opening]),
            self.elsewhere(other, stranger),
            own.into_iter().map(|item| self.own(list, item)).collect(),
        ))
    }

    fn own(&self, list: &List, item: &Item) -> Answer {
        Answer {
            text: item.text.clone(),
            reason: fill(self.study.phrases.listed, &[&list.quote]),
        }
    }

    fn elsewhere(&self, list: &List, item: &Item) -> Answer {
        Answer {
            text: item.text.clone(),
            reason: fill(self.study.phrases.listed_elsewhere, &[&list.quote]),
        }
    }

    fn drafted(&self, list: &List, question: String, right: Answer, wrong: Vec<Answer>) -> Draft {
        let page = quotes::citation(list.pages);
        Draft {
            question,
            right,
            wrong,
            hint: fill(self.study.phrases.look_at, &[&page]),
            pages: list.pages,
        }
    }
}

/// The items of other lists that are surely none of a list's, nearest first: of lists of
/// something else, and that share no word with any of its own.
fn strangers<'l>(lists: &'l [List], list: &List) -> Vec<(&'l List, &'l Item)> {
    let mut others: Vec<_> = lists
        .iter()
        .filter(|other| other.lead != list.lead)
        .collect();
    others.sort_by_key(|other| other.lead.abs_diff(list.lead));
    let foreign = |item: &&Item| {
        let mut own = list.items.iter();
        let shared = own.any(|own| !own.roots.is_disjoint(&item.roots));
        !item.roots.is_empty() && !shared && item.roots.is_disjoint(&list.roots)
    };
    let of_other = |other: &&&List| !other.steps && other.roots != list.roots;
    let found = others.iter().filter(of_other).flat_map(|other| {
        let items = other.items.iter().filter(foreign);
        items.map(move |item| (*other, item))
    });
    found.collect()
}

/// Whether two items are of one form and about as long.
fn are_alike(left: &Item, right: &Item) -> bool {
    let [short, long] = {
        let lengths = [left, right].map(|item| item.text.chars().count());
        [lengths[0].min(lengths[1]), lengths[0].max(lengths[1])]
    };
    let first = |item: &Item| item.text.chars().next().is_some_and(char::is_uppercase);
    left.grammar == right.grammar && first(left) == first(right) && long <= short * LONGER
}
