//! What language models cost, and what may be spent on them.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use ultudy_app::spending::{Kept, Prices, Spending};
use ultudy_domain::usage::{Budget, Period, Price, Whose, micros};
use ultudy_llm::model::Provider;

use super::{ConfigError, EmbeddingsConfig, LlmConfig, Settings};

const DEFAULTS: &str = include_str!("../../../../prices.default.toml");
/// Longest that anything is kept, in days: ten years.
const DAYS_MAX: u64 = 3_660;
/// The budgets, by their settings.
const BUDGETS: [(&str, Whose, Period); 4] = [
    ("LLM_BUDGET_USER_DAY", Whose::User, Period::Day),
    ("LLM_BUDGET_USER_MONTH", Whose::User, Period::Month),
    ("LLM_BUDGET_DAY", Whose::All, Period::Day),
    ("LLM_BUDGET_MONTH", Whose::All, Period::Month),
];

/// The names of the settings that are of no use without a model.
pub(super) fn budget_settings() -> impl Iterator<Item = &'static str> {
    BUDGETS.into_iter().map(|(name, ..)| name)
}

/// What the models that are asked cost and may cost.
pub(super) fn spending(
    settings: &Settings,
    llm: Option<&LlmConfig>,
    embeddings: &EmbeddingsConfig,
) -> Result<Spending, ConfigError> {
    let prices = prices(settings)?;
    let budgets = budgets(settings)?;
    let days = |name| {
        let days = settings.positive(name)?;
        match i64::try_from(days) {
            Ok(days) if days <= DAYS_MAX as i64 => Ok(TimeDelta::days(days)),
            _ => Err(settings.error(name, "must be at most 3660 days")),
        }
    };
    let kept = Kept {
        calls: days("LLM_CALLS_KEPT_DAYS")?,
        days: days("LLM_USAGE_KEPT_DAYS")?,
    };
    let has_budget = !budgets.is_empty();
    let dearest = llm.filter(|_| has_budget);
    let dearest = dearest.map(|llm| dearest_of(settings, &prices, llm));
    if let EmbeddingsConfig::Model(model) = embeddings
        && has_budget
    {
        // Its price must be known.
        price(settings, &prices, model.provider, &model.model)?;
    }
    Ok(Spending {
        prices,
        budgets,
        dearest: dearest.transpose()?,
        is_on: llm.is_some(),
        kept: Some(kept),
    })
}

fn prices(settings: &Settings) -> Result<Prices, ConfigError> {
    let unreadable = |reason: String| ConfigError {
        name: "prices.default.toml".into(),
        value: String::new(),
        reason,
    };
    let mut defaults: BTreeMap<String, BTreeMap<String, String>> =
        toml::from_str(DEFAULTS).map_err(|error| unreadable(error.to_string()))?;
    let batches = defaults.remove("batch").unwrap_or_default().into_iter();
    let batches = batches.map(|(provider, percent)| {
        let percent = percent.parse().ok().filter(|it| (0..=100).contains(it));
        let reason = || unreadable(format!("[batch] {provider} must be a number of percent"));
        Ok((provider.clone(), percent.ok_or_else(reason)?))
    });
    let batches = batches.collect::<Result<Vec<(String, i64)>, ConfigError>>()?;
    let defaults = defaults.into_iter().flat_map(|(provider, models)| {
        let models = models.into_iter();
        models.map(move |(model, price)| format!("{provider}:{model}={price}"))
    });
    let all = defaults.chain(settings.list("LLM_PRICES"));
    let all = all.map(|entry| {
        entry_of(&entry).ok_or_else(|| {
            let reason = "must be PROVIDER:MODEL=READ/WRITTEN, in US dollars a million tokens, separated \
                          by commas, such as openai:gpt-4.1-mini=0.40/1.60,compatible:llama3=0/0";
            settings.error("LLM_PRICES", reason)
        })
    });
    Ok(Prices::new(all.collect::<Result<Vec<_>, _>>()?).with_batches(batches))
}

fn entry_of(entry: &str) -> Option<((String, String), Price)> {
    // A model's name may hold colons and what not.
    let (name, price) = entry.rsplit_once('=')?;
    let (provider, model) = name.trim().split_once(':')?;
    let (read, written) = price.split_once('/')?;
    let price = Price {
        read: micros(read.trim()).ok()?,
        written: micros(written.trim()).ok()?,
    };
    let provider = Provider::named(provider)?;
    let model = (!model.is_empty()).then(|| model.to_owned())?;
    Some(((provider.name().to_owned(), model), price))
}

fn budgets(settings: &Settings) -> Result<Vec<Budget>, ConfigError> {
    let mut budgets = Vec::new();
    for (name, whose, period) in BUDGETS {
        let text = settings.text(name);
        if text.is_empty() {
            continue;
        }
        let limit_micros = micros(&text).map_err(|_| {
            let reason = "must be an amount in US dollars such as 0.50, or not set for no limit";
            settings.error(name, reason)
        })?;
        budgets.push(Budget {
            whose,
            period,
            limit_micros,
        });
    }
    Ok(budgets)
}

fn dearest_of(settings: &Settings, prices: &Prices, llm: &LlmConfig) -> Result<Price, ConfigError> {
    let mut dearest = Price {
        read: 0,
        written: 0,
    };
    let of_tasks = llm.by_task.values().map(|name| (llm.first.provider, name));
    let others = std::iter::once(&llm.first).chain(&llm.fallbacks);
    let others = others.map(|model| (model.provider, &model.model));
    for (provider, name) in others.chain(of_tasks) {
        let price = price(settings, prices, provider, name)?;
        dearest.read = dearest.read.max(price.read);
        dearest.written = dearest.written.max(price.written);
    }
    Ok(dearest)
}

/// What is not known to cost anything would pass every budget.
fn price(
    settings: &Settings,
    prices: &Prices,
    provider: Provider,
    name: &str,
) -> Result<Price, ConfigError> {
    let provider = provider.name();
    prices.of(provider, name).ok_or_else(|| {
        let reason = format!(
            "must hold the price of {provider}:{name}, since there is a budget: \
             {provider}:{name}=READ/WRITTEN in US dollars a million tokens (0/0 if it costs nothing)"
        );
        settings.error("LLM_PRICES", reason)
    })
}

#[cfg(test)]
mod tests {
    use super::{super::tests::read, *};

    const WHOLE: [(&str, &str); 3] = [
        ("LLM_PROVIDER", "openai"),
        ("OPENAI_API_KEY", "sk"),
        ("LLM_MODEL", "gpt-4.1-mini"),
    ];

    fn with<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        [&WHOLE[..], more].concat()
    }

    #[test]
    fn well_known_models_have_a_price_and_settings_go_before_it() {
        let spending = read(&WHOLE).unwrap().spending;
        let price = spending.prices.of("openai", "gpt-4.1-mini").unwrap();
        assert_eq!((price.read, price.written), (400_000, 1_600_000));
        assert!(spending.prices.of("openai", "my-own").is_none());
        let half = spending.prices.of_batch("openai", "gpt-4.1-mini").unwrap();
        assert_eq!((half.read, half.written), (200_000, 800_000));
        let set = "openai:gpt-4.1-mini=0.5/2, compatible:llama3:8b = 0/0";
        let spending = read(&with(&[("LLM_PRICES", set)])).unwrap().spending;
        let price = spending.prices.of("openai", "gpt-4.1-mini").unwrap();
        assert_eq!((price.read, price.written), (500_000, 2_000_000));
        assert!(spending.prices.of("compatible", "llama3:8b").is_some());
        assert!(spending.budgets.is_empty() && spending.dearest.is_none());
    }

    #[test]
    fn budgets_are_amounts_and_need_prices() {
        let spending = read(&with(&[
            ("LLM_BUDGET_USER_DAY", "0.50"),
            ("LLM_BUDGET_MONTH", "200"),
        ]));
        let spending = spending.unwrap().spending;
        let budgets: Vec<_> = spending
            .budgets
            .iter()
            .map(|it| (it.whose, it.period, it.limit_micros))
            .collect();
        let expected = [
            (Whose::User, Period::Day, 500_000),
            (Whose::All, Period::Month, 200_000_000),
        ];
        assert_eq!(budgets, expected);
        assert_eq!(spending.dearest.unwrap().written, 1_600_000);
        let unpriced = [("LLM_FALLBACK", "openai:my-own"), ("LLM_BUDGET_DAY", "1")];
        let refused = read(&with(&unpriced)).unwrap_err().to_string();
        assert!(refused.contains("openai:my-own=READ/WRITTEN"), "{refused}");
    }

    #[test]
    fn vectors_have_a_price_and_may_have_a_budget_alone() {
        let vectors = [
            ("EMBEDDINGS_PROVIDER", "openai"),
            ("OPENAI_API_KEY", "sk"),
            ("LLM_BUDGET_USER_DAY", "0.10"),
        ];
        let spending = read(&vectors).unwrap().spending;
        assert!(spending.dearest.is_none());
        let price = spending.prices.of("openai", "text-embedding-3-small");
        assert_eq!(price.unwrap().read, 20_000);
        let unpriced = [&vectors[..], &[("OPENAI_EMBEDDING_MODEL", "my-own")]].concat();
        let refused = read(&unpriced).unwrap_err().to_string();
        assert!(refused.contains("openai:my-own=READ/WRITTEN"), "{refused}");
        let without = read(&[("LLM_BUDGET_USER_DAY", "0.10")]).unwrap_err();
        assert!(without.to_string().contains("of no use"), "{without}");
        let gemini = [
            ("EMBEDDINGS_PROVIDER", "gemini"),
            ("GEMINI_API_KEY", "k"),
            vectors[2],
        ];
        assert_eq!(read(&gemini).unwrap().spending.budgets.len(), 1);
    }

    #[test]
    fn what_cannot_be_taken_is_named() {
        for (name, value, reason) in [
            ("LLM_PRICES", "gpt-4.1=1/2", "PROVIDER:MODEL=READ/WRITTEN"),
            ("LLM_PRICES", "openai:m=1", "PROVIDER:MODEL=READ/WRITTEN"),
            ("LLM_PRICES", "openai:m=-1/2", "PROVIDER:MODEL=READ/WRITTEN"),
            ("LLM_PRICES", "chatgpt:m=1/2", "PROVIDER:MODEL=READ/WRITTEN"),
            ("LLM_BUDGET_DAY", "1,50", "amount in US dollars"),
            ("LLM_BUDGET_USER_MONTH", "$5", "amount in US dollars"),
            ("LLM_CALLS_KEPT_DAYS", "0", "at least 1"),
            ("LLM_USAGE_KEPT_DAYS", "4000", "at most 3660"),
        ] {
            let refused = read(&with(&[(name, value)])).unwrap_err().to_string();
            assert!(
                refused.starts_with(name) && refused.contains(reason),
                "{refused}"
            );
        }
        let refused = read(&[("LLM_BUDGET_DAY", "1")]).unwrap_err().to_string();
        assert!(refused.contains("without LLM_PROVIDER"), "{refused}");
    }
}
