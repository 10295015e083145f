//! An answer as it comes.

use std::{
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use futures_util::Stream;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio_util::sync::{CancellationToken, DropGuard};
use ultudy_domain::cited_text::{CitedText, Pages};
use ultudy_llm::Bill;

use super::{
    Answered, AnsweredBy, CitedSource,
    material::Material,
    quoted::{self, Why},
};
use crate::{App, limits::Place, spending::Account, tutor::Tutor};

/// Questions that were answered: `by`.
const ANSWERED: &str = "ultudy_questions_answered_total";

/// What is said where the material says nothing.
const NOTHING: &str = "Your material says nothing about this.";

/// What whoever listens is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// From what the answer is made; once, first.
    Sources(Vec<CitedSource>),
    /// More of the text.
    Text(String),
    /// The text begins anew: what was told of it so far is not part of the answer.
    Restart,
    /// All of it; once, last.
    Done(Answered),
}

/// The events of an answer. Whoever drops it ends the work on it, the call of a model included.
pub struct Answering {
    events: UnboundedReceiver<Event>,
    _stop: DropGuard,
}

impl Stream for Answering {
    type Item = Event;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.events.poll_recv(context)
    }
}

impl Answering {
    /// The material does not say: nobody is asked.
    pub(super) fn nothing() -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let teller = Teller::new(sender, Vec::new());
        teller.tell(Event::Sources(Vec::new()));
        teller.finish(NOTHING, AnsweredBy::Nothing);
        Self {
            events,
            _stop: CancellationToken::new().drop_guard(),
        }
    }

    /// Begins to answer.
    pub(super) fn begin(app: &App, owner_id: &str, material: Material, place: Place) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let stop = CancellationToken::new();
        let (app, stopped) = (app.clone(), stop.clone());
        let owner_id = owner_id.to_owned();
        tokio::spawn(async move {
            let answering = answer(&app, &owner_id, material, place, sender);
            stopped.run_until_cancelled(answering).await;
        });
        Self {
            events,
            _stop: stop.drop_guard(),
        }
    }
}

async fn answer(
    app: &App,
    owner_id: &str,
    material: Material,
    mut place: Place,
    sender: UnboundedSender<Event>,
) {
    let pages = material.sources.iter().map(|source| Pages {
        start: source.page_start,
        end: source.page_end,
    });
    let teller = Teller::new(sender, pages.collect());
    teller.tell(Event::Sources(material.sources.clone()));
    let Some(tutor) = &app.tutor else {
        place.keep();
        let text = quoted::answer(&material, Why::NoModel);
        return teller.finish(&text, AnsweredBy::Quotations);
    };
    let account = Account::open(app, owner_id, material.made_for);
    // It counts whatever comes of it, also if nobody listens to the end: it is paid for.
    place.use_up();
    let asked = asked(tutor, &material, &teller, account.bill()).await;
    if !account.is_used() {
        place.give_back().await;
    }
    let was_refused = account.was_refused();
    account.close().await;
    match asked {
        Ok(text) => teller.finish(&text, AnsweredBy::Model),
        Err(()) => {
            let why = match was_refused {
                true => Why::BudgetSpent,
                false => Why::Failed,
            };
            let text = quoted::answer(&material, why);
            teller.finish(&text, AnsweredBy::Quotations);
        }
    }
}

/// What the model answers.
async fn asked(
    tutor: &Tutor,
    material: &Material,
    teller: &Teller,
    bill: &Bill,
) -> Result<String, ()> {
    let told = |text: &str| teller.told(text);
    let patience = tutor.answer_patience;
    let asking = tutor
        .answerer
        .answer(&material.input, patience, &told, bill);
    asking.await.map_err(|error| {
        tracing::info!(%error, "a question is answered without the model, since it gave no answer");
    })
}

/// Tells of a text as it grows.
struct Teller {
    sender: UnboundedSender<Event>,
    pages: Vec<Pages>,
    so_far: Mutex<SoFar>,
}

struct SoFar {
    /// As it was written.
    raw: String,
    /// As it is shown.
    shown: String,
    cited: CitedText,
}

impl SoFar {
    fn new(pages: &[Pages]) -> Self {
        Self {
            raw: String::new(),
            shown: String::new(),
            cited: CitedText::new(pages.to_vec()),
        }
    }
}

impl Teller {
    fn new(sender: UnboundedSender<Event>, pages: Vec<Pages>) -> Self {
        Self {
            so_far: Mutex::new(SoFar::new(&pages)),
            sender,
            pages,
        }
    }

    fn tell(&self, event: Event) {
        // Nobody listens any more: the work is stopped, too.
        let _ = self.sender.send(event);
    }

    /// The text is this by now. Where it does not go on from what it was, it begins anew.
    fn told(&self, text: &str) {
        let mut so_far = self.so_far();
        self.go_on(&mut so_far, text);
    }

    /// The text is this.
    fn finish(&self, text: &str, by: AnsweredBy) {
        let mut so_far = self.so_far();
        self.go_on(&mut so_far, text);
        let rest = so_far.cited.finish();
        self.show(&mut so_far, rest);
        let name = match by {
            AnsweredBy::Model => "model",
            AnsweredBy::Quotations => "quotations",
            AnsweredBy::Nothing => "nothing",
        };
        metrics::counter!(ANSWERED, "by" => name).increment(1);
        self.tell(Event::Done(Answered {
            text: so_far.shown.trim().to_owned(),
            cited: so_far.cited.cited().iter().copied().collect(),
            by,
        }));
    }

    fn go_on(&self, so_far: &mut SoFar, text: &str) {
        // White space around it makes no difference.
        let text = text.trim_start();
        if !text.starts_with(&so_far.raw) && text.trim_end() != so_far.raw.trim_end() {
            if !so_far.shown.is_empty() {
                self.tell(Event::Restart);
            }
            *so_far = SoFar::new(&self.pages);
        }
        let Some(new) = text.get(so_far.raw.len()..) else {
            return;
        };
        so_far.raw.push_str(new);
        let piece = so_far.cited.push(new);
        self.show(so_far, piece);
    }

    fn show(&self, so_far: &mut SoFar, piece: String) {
        if !piece.is_empty() {
            so_far.shown.push_str(&piece);
            self.tell(Event::Text(piece));
        }
    }

    fn so_far(&self) -> MutexGuard<'_, SoFar> {
        self.so_far.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(told: &[&str], end: &str) -> Vec<Event> {
        let (sender, mut events) = mpsc::unbounded_channel();
        let teller = Teller::new(sender, vec![Pages { start: 1, end: 1 }]);
        for text in told {
            teller.told(text);
        }
        teller.finish(end, AnsweredBy::Model);
        drop(teller);
        std::iter::from_fn(|| events.try_recv().ok()).collect()
    }

    fn text(text: &str) -> Event {
        Event::Text(text.into())
    }

    #[test]
    fn what_is_new_is_told_and_citations_once_they_are_known() {
        let told = events(
            &["A", "A cell", "A cell [", "A cell [1] [7"],
            "A cell [1] [7].",
        );
        let done = Event::Done(Answered {
            text: "A cell [1].".into(),
            cited: vec![1],
            by: AnsweredBy::Model,
        });
        assert_eq!(
            told,
            [text("A"), text(" cell"), text(" [1]"), text("."), done]
        );
    }

    #[test]
    fn another_text_begins_anew() {
        let told = events(&["A cell"], "Enzymes [1]");
        assert_eq!(
            told[..3],
            [text("A cell"), Event::Restart, text("Enzymes [1]")]
        );
        // Even one that is longer than what was told.
        let told = events(&["A", "Bones and more"], "Bones and more");
        assert_eq!(
            told[..3],
            [text("A"), Event::Restart, text("Bones and more")]
        );
        // What was told whole is not told again.
        let told = events(&["\nA cell.\n"], "A cell.");
        assert_eq!(told.len(), 2, "{told:?}");
    }
}
