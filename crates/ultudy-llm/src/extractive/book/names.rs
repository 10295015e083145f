//! The form an index names a concept by.

use super::phrases::Candidate;

/// Characters of a name at most.
const NAME_MAX: usize = 80;

/// The commonest singular form, or the commonest of all where there is no singular.
pub(super) fn of(candidate: &Candidate) -> Option<String> {
    let commonest = candidate.forms.iter().map(|form| form.count).max()?;
    let best = candidate
        .forms
        .iter()
        .rev()
        .max_by_key(|form| (form.singular && form.count * 5 >= commonest, form.count))?;
    let name = best.written.trim();
    (2..=NAME_MAX)
        .contains(&name.chars().count())
        .then(|| name.to_owned())
}
