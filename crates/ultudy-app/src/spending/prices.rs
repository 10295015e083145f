//! What models cost.

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, PoisonError},
};

use ultudy_domain::usage::Price;

/// The prices that are known, by provider and model.
#[derive(Debug, Default)]
pub struct Prices {
    known: HashMap<(String, String), Price>,
    /// What a batch costs of that, in percent, by provider.
    batches: HashMap<String, i64>,
    /// Of which models it was said that they have none.
    told: Mutex<HashSet<(String, String)>>,
}

impl Prices {
    /// These: provider and model, and what it costs. The last one of a model counts.
    #[must_use]
    pub fn new(all: impl IntoIterator<Item = ((String, String), Price)>) -> Self {
        Self {
            known: all.into_iter().collect(),
            batches: HashMap::new(),
            told: Mutex::default(),
        }
    }

    /// The same, where batches of these providers cost so many percent of it.
    #[must_use]
    pub fn with_batches(self, percent: impl IntoIterator<Item = (String, i64)>) -> Self {
        Self {
            batches: percent.into_iter().collect(),
            ..self
        }
    }

    /// What a model costs that is asked in a batch: of a provider of which that is not known, as much as
    /// else.
    #[must_use]
    pub fn of_batch(&self, provider: &str, model: &str) -> Option<Price> {
        let percent = self.batches.get(provider).copied().unwrap_or(100);
        let part = |micros: i64| {
            let part = i128::from(micros) * i128::from(percent);
            i64::try_from((part + 99) / 100).unwrap_or(i64::MAX)
        };
        self.of_call(provider, model).map(|price| Price {
            read: part(price.read),
            written: part(price.written),
        })
    }

    /// What a model costs. One of a date (`gpt-4.1-mini-2025-04-14`, `claude-haiku-4-5-20251001`) costs
    /// what the model does, unless it has a price of its own.
    #[must_use]
    pub fn of(&self, provider: &str, model: &str) -> Option<Price> {
        let named = |model: &str| {
            let key = (provider.to_owned(), model.to_owned());
            self.known.get(&key).copied()
        };
        named(model).or_else(|| named(undated(model)?))
    }

    /// The same of a call; that a model has none is said once in the log.
    pub(crate) fn of_call(&self, provider: &str, model: &str) -> Option<Price> {
        let price = self.of(provider, model);
        if price.is_none() {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            if told.insert((provider.to_owned(), model.to_owned())) {
                tracing::warn!(
                    provider,
                    model,
                    "no price is known of this model: its tokens are counted, its cost is not; LLM_PRICES \
                     can name it"
                );
            }
        }
        price
    }
}

/// The name without its date, if it ends with one.
fn undated(model: &str) -> Option<&str> {
    let digits = |text: &str, count: usize| {
        text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let (rest, last) = model.rsplit_once('-')?;
    if digits(last, 8) {
        return Some(rest);
    }
    let (rest, month) = rest.rsplit_once('-')?;
    let (rest, year) = rest.rsplit_once('-')?;
    (digits(last, 2) && digits(month, 2) && digits(year, 4)).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Price = Price {
        read: 1,
        written: 2,
    };
    const DEAR: Price = Price {
        read: 10,
        written: 20,
    };

    #[test]
    fn a_batch_costs_its_part_and_is_never_cheaper_than_that() {
        let prices = [
            ("openai", "m", DEAR),
            ("openai", "cheap", CHEAP),
            ("other", "m", DEAR),
        ];
        let prices = prices.map(|(of, model, price)| ((of.to_owned(), model.to_owned()), price));
        let prices = Prices::new(prices).with_batches([("openai".to_owned(), 50)]);
        let half = |read, written| Some(Price { read, written });
        assert_eq!(prices.of_batch("openai", "m-2026-01-01"), half(5, 10));
        assert_eq!(prices.of_batch("openai", "cheap"), half(1, 1));
        assert_eq!(prices.of_batch("other", "m"), Some(DEAR));
        assert_eq!(prices.of_batch("openai", "unknown"), None);
    }

    #[test]
    fn a_model_of_a_date_costs_what_the_model_does_unless_it_has_its_own() {
        let prices = [
            ("openai", "gpt-5", CHEAP),
            ("anthropic", "claude-haiku-4-5", CHEAP),
            ("openai", "gpt-5-2027-01-01", DEAR),
        ];
        let prices = prices.map(|(of, model, price)| ((of.to_owned(), model.to_owned()), price));
        let prices = Prices::new(prices);
        for (provider, model, expected) in [
            ("openai", "gpt-5", Some(CHEAP)),
            ("openai", "gpt-5-2025-08-07", Some(CHEAP)),
            ("openai", "gpt-5-2027-01-01", Some(DEAR)),
            ("anthropic", "claude-haiku-4-5-20251001", Some(CHEAP)),
            ("openai", "gpt-5-mini", None),
            ("openai", "gpt-5-2025-08", None),
            ("compatible", "gpt-5", None),
            ("openai", "20251001", None),
        ] {
            assert_eq!(prices.of(provider, model), expected, "{model}");
        }
    }
}
