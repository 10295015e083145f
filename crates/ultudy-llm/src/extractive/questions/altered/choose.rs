//! Which three wrong statements stand beside the right one.

use super::contrasts::Class;
use super::site::{Change, Site, changes};

/// Wrong statements of a question.
const WRONG: usize = 3;
/// What two sites must be worth together.
const WORTH_MIN: u32 = 6;
/// Bytes between two sites that speak of one thing: “the smallest upper bound”.
const SAME_PHRASE: usize = 2;
/// Bytes behind a negation that it may be about.
const DENIED: usize = 12;
/// Combinations the variant chooses from.
const CHOICE: usize = 3;

/// How much of a statement can be changed so that it is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// What a definition says: whatever differs is wrong.
    Definiens,
    /// A definition with the term, of which something may also not be said.
    Definition,
    /// What is so: a weaker statement is true as well.
    Fact,
}

/// The changes that make each wrong statement. Either two places change, each alone and both
/// together, so that no statement is the one all others are like; or one place has three other
/// ways.
pub(super) fn wrong(
    text: &str,
    sites: &[Site],
    scope: Scope,
    turn: usize,
) -> Option<Vec<Vec<Change>>> {
    let fits = |site: &&Site| match scope {
        Scope::Definiens => true,
        Scope::Definition => site.class != Class::Truth,
        // What is denied, or counted otherwise, may be so as well.
        Scope::Fact => !site.weak && is_plain(site.class),
    };
    let usable: Vec<_> = sites.iter().filter(fits).collect();
    let mut choices: Vec<(u32, Vec<Vec<Change>>)> = Vec::new();
    for (at, site) in usable.iter().enumerate() {
        if site.ways.len() >= WRONG && site.class != Class::Junction {
            let ways = (0..WRONG).map(|way| changes(site, way));
            choices.push((site.worth * 2, ways.collect()));
        }
        let others = usable.get(at + 1..).unwrap_or_default();
        let fitting = others.iter().filter(|other| are_apart(text, site, other));
        choices.extend(fitting.filter_map(|other| {
            let worth = site.worth + other.worth;
            (worth >= WORTH_MIN).then(|| (worth, both(site, other)))
        }));
    }
    choices.sort_by_key(|(worth, _)| std::cmp::Reverse(*worth));
    let best = choices.first()?.0;
    let good = choices.iter().take_while(|(worth, _)| *worth == best);
    let good = good.count().min(CHOICE);
    let chosen = choices.into_iter().nth(turn % good.max(1))?;
    Some(chosen.1)
}

/// Whether what differs by a class of change is wrong of itself.
pub(super) fn is_plain(class: Class) -> bool {
    matches!(class, Class::Order | Class::Kind)
}

fn both(left: &Site, right: &Site) -> Vec<Vec<Change>> {
    let [left, right] = [changes(left, 0), changes(right, 0)];
    vec![left.clone(), right.clone(), [left, right].concat()]
}

/// Whether a statement changed at both is as wrong as one changed at either.
fn are_apart(text: &str, left: &Site, right: &Site) -> bool {
    let written = |site: &Site| {
        site.places
            .first()
            .and_then(|place| text.get(place.clone()))
    };
    let swapped = |from: &Site, to: &Site| {
        let mut ways = from.ways.iter().filter_map(|way| way.first());
        ways.any(|way| written(to).is_some_and(|written| way.eq_ignore_ascii_case(written)))
    };
    let mirrors = |site: &Site| matches!(site.class, Class::Order | Class::Swap);
    let mirrored = mirrors(left) && mirrors(right);
    let denies = |site: &Site| site.class == Class::Truth;
    // “not open” is as good as “closed”, and “not given as output” as “given as input”.
    let near = left.distance(right) <= DENIED;
    let reverses = |site: &Site| denies(site) || site.class == Class::Order;
    let cancels =
        denies(left) && (reverses(right) || near) || denies(right) && (reverses(left) || near);
    // “Zero in few places” is as good as “nonzero in most”.
    let counts = |site: &Site| denies(site) || site.class == Class::Quantity;
    let cancels = cancels
        || is_negation(text, left) && counts(right)
        || is_negation(text, right) && counts(left)
        || is_negation(text, left) && is_negation(text, right);
    !left.overlaps(right)
        && !cancels
        && (!mirrored || (left.class == right.class && left.distance(right) <= SAME_PHRASE))
        && !swapped(left, right)
        && left.ways.first() != right.ways.first()
}

/// Whether a site puts what is not so for what is, in one word: “unbounded”, “nonzero”.
fn is_negation(text: &str, site: &Site) -> bool {
    let written = site
        .places
        .first()
        .and_then(|place| text.get(place.clone()));
    let written = written.unwrap_or_default().to_lowercase();
    let mut ways = site.ways.iter().flatten();
    site.class == Class::Kind
        && ways.any(|way| {
            let way = way.to_lowercase();
            !way.is_empty() && (written.ends_with(&way) || way.ends_with(&written))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a bc def gh, ij klm no pq rst";

    fn site(at: usize, ways: &[&str], class: Class) -> Site {
        Site {
            places: std::iter::once(at..at + 1).collect(),
            ways: ways.iter().map(|way| vec![(*way).to_owned()]).collect(),
            class,
            weak: class == Class::Junction,
            worth: 4,
        }
    }

    #[test]
    fn two_places_give_three_wrong_statements() {
        let sites = [site(0, &["x"], Class::Kind), site(20, &["y"], Class::Truth)];
        let wrong = wrong(TEXT, &sites, Scope::Definiens, 0).unwrap();
        let lengths: Vec<_> = wrong.iter().map(Vec::len).collect();
        assert_eq!(lengths, [1, 1, 2]);
    }

    #[test]
    fn one_place_does_with_three_ways() {
        let sites = [site(0, &["3", "1", "4"], Class::Number)];
        assert_eq!(wrong(TEXT, &sites, Scope::Definition, 0).unwrap().len(), 3);
    }

    #[test]
    fn what_may_be_true_again_is_no_wrong_statement() {
        let mirrored = [site(0, &["x"], Class::Order), site(9, &["y"], Class::Order)];
        assert_eq!(wrong(TEXT, &mirrored, Scope::Definiens, 0), None);
        let weak = [
            site(0, &["x"], Class::Kind),
            site(9, &["y"], Class::Junction),
        ];
        assert_eq!(wrong(TEXT, &weak, Scope::Fact, 0), None);
    }
}
