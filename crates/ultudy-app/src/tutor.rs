//! Models that are asked while a student waits: what they may take, and what they have said of late.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;
use ultudy_domain::grading::verdict::Verdict;
use ultudy_llm::{Answerer, Bill, GenerateError, Grader, GradingInput};

/// How long a verdict is remembered: whoever sends the same answer again is not charged again.
const REMEMBERED: Duration = Duration::from_secs(600);
/// Most verdicts that are.
const VERDICTS_MAX: u64 = 2_000;

/// The models that are asked while somebody waits.
pub struct Tutor {
    grader: Arc<dyn Grader>,
    grading_patience: Duration,
    /// Answers questions.
    pub answerer: Arc<dyn Answerer>,
    /// How long an answer may take.
    pub answer_patience: Duration,
    verdicts: Cache<[u8; 32], Arc<OnceCell<Verdict>>>,
}

impl Tutor {
    /// Asks these, and waits for a verdict or an answer no longer than that.
    #[must_use]
    pub fn new(
        (grader, grading_patience): (Arc<dyn Grader>, Duration),
        (answerer, answer_patience): (Arc<dyn Answerer>, Duration),
    ) -> Self {
        let verdicts = Cache::builder().max_capacity(VERDICTS_MAX);
        Self {
            grader,
            grading_patience,
            answerer,
            answer_patience,
            verdicts: verdicts.time_to_live(REMEMBERED).build(),
        }
    }

    /// The verdict on an answer of this owner, if it is known.
    pub(crate) fn known(&self, owner_id: &str, input: &GradingInput) -> Option<Verdict> {
        self.verdicts.get(&key(owner_id, input))?.get().cloned()
    }

    /// The verdict on an answer of this owner: asked for once, however many ask at the same time.
    pub(crate) async fn verdict(
        &self,
        owner_id: &str,
        input: &GradingInput,
        bill: &Bill,
    ) -> Result<Verdict, GenerateError> {
        let place = self.verdicts.get_with(key(owner_id, input), Arc::default);
        let ask = || self.grader.verdict(input, self.grading_patience, bill);
        place.get_or_try_init(ask).await.cloned()
    }
}

fn key(owner_id: &str, input: &GradingInput) -> [u8; 32] {
    let mut hash = Sha256::new();
    let texts = [
        owner_id,
        &input.question,
        &input.expected_answer,
        &input.answer,
        input.language.unwrap_or_default(),
    ];
    for text in texts
        .into_iter()
        .chain(input.key_points.iter().map(String::as_str))
    {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    hash.finalize().into()
}
