//! What a user's lessons came to, as they are shown it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use ultudy_domain::usage::{Period, Totals, Whose};
use ultudy_store::{budgets, usage};
use uuid::Uuid;

use crate::{App, Result};

/// Most courses and lessons that are listed.
const LISTED: i64 = 100;

/// What asking language models for a user has come to. Money is in micro-dollars (millionths of a US
/// dollar), days are in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct MyUsage {
    /// This day.
    pub today: Totals,
    /// This calendar month.
    pub month: Totals,
    /// The month's first day.
    pub since: NaiveDate,
    /// This month, by day, the latest first.
    pub days: Vec<Day>,
    /// This month, by model and by what it was asked for.
    pub models: Vec<Model>,
    /// This month, by course, the dearest first; at most 100.
    pub courses: Vec<OfCourse>,
    /// This month, by lesson, the dearest first, with questions and answers on what it is of; at most 100.
    pub lessons: Vec<OfLesson>,
    /// What the user may spend.
    pub budgets: Vec<OwnBudget>,
}

/// A day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Day {
    /// Which.
    pub day: NaiveDate,
    #[serde(flatten)]
    /// What it came to.
    pub totals: Totals,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Model {
    /// Whose.
    pub provider: String,
    /// Its name.
    pub model: String,
    /// What it was asked for.
    pub task: String,
    #[serde(flatten)]
    /// What that came to.
    pub totals: Totals,
}

/// A course.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OfCourse {
    /// The course; none where there is none.
    pub course_id: Option<Uuid>,
    /// Its name; none if it is gone.
    pub name: Option<String>,
    #[serde(flatten)]
    /// What its calls came to.
    pub totals: Totals,
}

/// A lesson, or a document or section that was asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OfLesson {
    /// Its document.
    pub document_id: Option<Uuid>,
    /// Its section; none for one on the whole document.
    pub section_id: Option<Uuid>,
    /// What that is called; none if it is gone.
    pub name: Option<String>,
    #[serde(flatten)]
    /// What its calls came to.
    pub totals: Totals,
}

/// A budget of the user's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct OwnBudget {
    /// For what time.
    pub period: Period,
    /// What may be spent within it.
    pub limit_micros: i64,
    /// What has been.
    pub spent_micros: i64,
    /// What calls under way are expected to cost.
    pub reserved_micros: i64,
    /// Whether four fifths of it are spent.
    pub warning: bool,
    /// When it is begun anew.
    pub ends_at: DateTime<Utc>,
}

/// What a user's lessons came to this month.
///
/// # Errors
/// The database's.
pub async fn my_usage(app: &App, owner_id: &str) -> Result<MyUsage> {
    let now = app.clock.now();
    let (today, since) = (now.date_naive(), Period::Month.first_day(now));
    let begun = since.and_time(chrono::NaiveTime::MIN).and_utc();
    let mut tx = app.store.read(owner_id).await?;
    let rows = usage::by_day(&mut tx, since).await?;
    let courses = usage::by_course(&mut tx, begun, LISTED).await?;
    let lessons = usage::by_lesson(&mut tx, begun, LISTED).await?;
    let own = app.spending.budgets.iter().copied();
    let own: Vec<_> = own.filter(|it| it.whose == Whose::User).collect();
    let standings = budgets::standings(&mut tx, &own, now).await?;
    drop(tx);
    let (mut days, mut models) = (Vec::<Day>::new(), Vec::<Model>::new());
    let (mut of_today, mut month) = (Totals::default(), Totals::default());
    for row in rows {
        month = month.and(row.totals);
        if row.day == today {
            of_today = of_today.and(row.totals);
        }
        match days.last_mut().filter(|last| last.day == row.day) {
            Some(last) => last.totals = last.totals.and(row.totals),
            None => days.push(Day {
                day: row.day,
                totals: row.totals,
            }),
        }
        let is_same = |model: &&mut Model| {
            (&model.provider, &model.model, &model.task) == (&row.provider, &row.model, &row.task)
        };
        match models.iter_mut().find(is_same) {
            Some(model) => model.totals = model.totals.and(row.totals),
            None => models.push(Model {
                provider: row.provider,
                model: row.model,
                task: row.task,
                totals: row.totals,
            }),
        }
    }
    let courses = courses.into_iter().map(|of| OfCourse {
        course_id: of.id,
        name: of.name,
        totals: of.totals,
    });
    let lessons = lessons.into_iter().map(|of| OfLesson {
        document_id: of.id,
        section_id: of.section_id,
        name: of.name,
        totals: of.totals,
    });
    let budgets = standings.into_iter().map(|standing| OwnBudget {
        period: standing.budget.period,
        limit_micros: standing.budget.limit_micros,
        spent_micros: standing.spent_micros,
        reserved_micros: standing.reserved_micros,
        warning: standing.is_warned_of(),
        ends_at: standing.budget.period.ends(now),
    });
    Ok(MyUsage {
        today: of_today,
        month,
        since,
        days,
        models,
        courses: courses.collect(),
        lessons: lessons.collect(),
        budgets: budgets.collect(),
    })
}
