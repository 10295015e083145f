//! How a lesson comes to be written: one call where its text fits, else one a part, some at once, and
//! one for what is said of the whole; each part's answer checked, and once asked again for what was
//! wrong with it.

use std::{
    collections::VecDeque,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
};

use futures_util::{StreamExt as _, future::BoxFuture, stream};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use super::{
    Models,
    chain::{self, Made, Unfit, Work},
    draft::Overview,
    failure,
    grounding::Source,
    kept::Kept,
    lesson::{self, Checked},
    metrics, parts,
    prompt::{self, Material},
};
use crate::{Bill, Call, GenerateError, LessonInput, MadeLesson, Task};

/// Characters of an answer after which it is taken for two thirds done: lessons have some 10,000.
const USUAL: f32 = 10_000.0;
/// Parts of a lesson that are written at once.
const AT_ONCE: usize = 3;
/// Most parts that a text is cut into before anybody is asked.
const PARTS_MAX: usize = 64;
/// How often a part that is too long for a model is halved.
const HALVINGS_MAX: u32 = 5;
/// Parts that are remembered for a lesson that failed by another part, and is tried again.
const REMEMBERED: usize = 128;

type Progress<'a> = &'a (dyn Fn(f32) + Send + Sync);

/// What was written on parts of lessons that are not done.
#[derive(Default)]
pub(super) struct Written(Mutex<VecDeque<(PartKey, Part)>>);

type PartKey = [u8; 32];

/// A part that is written, and who wrote it.
#[derive(Clone)]
struct Part {
    checked: Checked,
    provider: &'static str,
    model: String,
    /// What it took.
    calls: Vec<Call>,
}

/// A part, and by what it is remembered, if it is one of several.
struct Piece {
    key: Option<PartKey>,
    part: Part,
}

impl Written {
    fn find(&self, key: &PartKey) -> Option<Part> {
        let written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found = written.iter().filter(|(known, _)| known == key);
        found.next().map(|(_, part)| part.clone())
    }

    fn keep(&self, key: PartKey, part: Part) {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.push_back((key, part));
        while written.len() > REMEMBERED {
            written.pop_front();
        }
    }

    fn forget(&self, keys: &[PartKey]) {
        let mut written = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        written.retain(|(key, _)| !keys.contains(key));
    }
}

/// What all calls of a lesson have in common.
struct Asking<'a> {
    bill: &'a Bill,
    /// The generation that it is.
    generation: Option<String>,
    /// How far each part is.
    shares: Vec<AtomicU32>,
    progress: Progress<'a>,
    /// What a batch brought of the first model, until it is looked at.
    given: Mutex<Option<String>>,
}

impl Asking<'_> {
    /// By what a part of this text is remembered: for this generation only, for what was written and paid for
    /// one student need not be for another. None where it would not be known again.
    fn key(&self, text: &str) -> Option<PartKey> {
        let generation = self.generation.as_ref()?;
        let digest = Sha256::new().chain_update(generation).chain_update([0]);
        Some(digest.chain_update(text).finalize().into())
    }

    /// What a batch brought, once.
    fn given(&self) -> Option<String> {
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        given.take()
    }

    fn told(&self, place: usize, text: &str) {
        #[allow(clippy::cast_precision_loss, reason = "a share need not be exact")]
        let received = text.len() as f32;
        self.reached(place, 1.0 - (-received / USUAL).exp());
    }

    fn reached(&self, place: usize, share: f32) {
        // Floats that are not negative are in the order of their bits.
        self.shares[place].fetch_max(share.to_bits(), Ordering::Relaxed);
        let shares = self.shares.iter();
        let sum: f32 = shares
            .map(|share| f32::from_bits(share.load(Ordering::Relaxed)))
            .sum();
        #[allow(clippy::cast_precision_loss, reason = "some dozens")]
        let all = self.shares.len() as f32;
        (self.progress)(sum / all);
    }
}

impl Models {
    /// The lesson, of what was `given` as the first model's answer, if that can be used. Dropped, it makes
    /// no calls any more.
    pub(super) async fn make(
        &self,
        input: LessonInput,
        given: Option<String>,
        progress: Progress<'_>,
        bill: &Bill,
    ) -> Result<MadeLesson, GenerateError> {
        let title = input.title.clone();
        let (pages, variant) = (parts::pages(&input), input.variant);
        let generation = input.generation.clone();
        let whole = Material::new(&title, input.language.as_deref(), pages, variant);
        // Calls are many, and wait for minutes: their texts are with the model by then.
        drop(input);
        let language = whole.language().map(str::to_owned);
        let empty = whole.on(Vec::new());
        let texts = parts::split(whole.into_pages(), parts::budget(self.context_tokens));
        if texts.len() > PARTS_MAX {
            return Err(failure::too_long());
        }
        let is_whole = texts.len() == 1;
        let materials = texts.into_iter().map(|pages| packed(&empty.on(pages)));
        let materials = materials.collect::<Result<Vec<_>, _>>()?;
        let places = materials.len();
        let asking = Asking {
            bill,
            generation,
            // The last one is what is said of the whole.
            shares: (0..places + usize::from(!is_whole))
                .map(|_| AtomicU32::new(0))
                .collect(),
            progress,
            // It is on the whole.
            given: Mutex::new(given.filter(|_| is_whole)),
        };
        let (written, keys) = self.parts(materials, &asking, is_whole).await?;
        let mut written = written.into_iter();
        let first = written.next().ok_or_else(failure::nothing_taught)?;
        let (provider, model) = (first.provider, first.model);
        let mut all = vec![first.checked];
        all.extend(written.map(|part| part.checked));
        let checked = match all.len() {
            1 => all.pop().unwrap_or_default(),
            _ => {
                let place = asking.shares.len() - 1;
                let language = language.as_deref();
                self.joined(&title, language, all, &asking, place).await
            }
        };
        self.written.forget(&keys);
        Ok(MadeLesson {
            content: checked.lesson(&title),
            provider,
            model,
        })
    }

    /// What was written on each of these that teaches anything, and by what it is remembered.
    async fn parts(
        &self,
        materials: Vec<Kept>,
        asking: &Asking<'_>,
        is_whole: bool,
    ) -> Result<(Vec<Part>, Vec<PartKey>), GenerateError> {
        let has_failed = AtomicBool::new(false);
        let calls = materials.into_iter().enumerate().map(|(place, material)| {
            let has_failed = &has_failed;
            async move {
                // What was begun is paid for and let end; nothing more is begun.
                if has_failed.load(Ordering::Relaxed) {
                    return Ok(Vec::new());
                }
                let written = self.part(material, asking, place, !is_whole, 0).await;
                match &written {
                    Ok(_) if !is_whole => asking.reached(place, 1.0),
                    Ok(_) => {}
                    Err(_) => has_failed.store(true, Ordering::Relaxed),
                }
                written
            }
        });
        let calls: Vec<_> = calls.collect();
        let done: Vec<_> = stream::iter(calls).buffered(AT_ONCE).collect().await;
        let (mut written, mut keys) = (Vec::new(), Vec::new());
        for part in done {
            for piece in part? {
                keys.extend(piece.key);
                written.push(piece.part);
            }
        }
        Ok((written, keys))
    }

    /// What was written on this; in halves, if it is more than the models read at once.
    fn part<'a>(
        &'a self,
        material: Kept,
        asking: &'a Asking<'_>,
        place: usize,
        is_part: bool,
        halvings: u32,
    ) -> BoxFuture<'a, Result<Vec<Piece>, GenerateError>> {
        Box::pin(async move {
            let key: Option<PartKey> = match is_part {
                true => asking.key(&unpacked(&material)?),
                false => None,
            };
            if let Some(part) = key.and_then(|key| self.written.find(&key)) {
                asking.bill.used_again(&part.calls);
                return Ok(vec![Piece { key, part }]);
            }
            let bill = asking.bill.tab();
            let error = match self.ask(&material, asking, place, &bill).await {
                Ok(mut part) => {
                    part.calls = bill.tabbed();
                    if let Some(key) = key {
                        self.written.keep(key, part.clone());
                    }
                    return Ok(vec![Piece { key, part }]);
                }
                Err(error) => error,
            };
            match error {
                GenerateError::Permanent { code, .. }
                    if code == failure::NOTHING_TAUGHT && is_part =>
                {
                    Ok(Vec::new())
                }
                GenerateError::Permanent { code, .. }
                    if code == failure::TOO_LONG && halvings < HALVINGS_MAX =>
                {
                    let whole = read(&unpacked(&material)?)?;
                    let empty = whole.on(Vec::new());
                    let halves = parts::halves(whole.into_pages()).ok_or(error)?;
                    let mut written = Vec::new();
                    for pages in halves {
                        let half = packed(&empty.on(pages))?;
                        written.extend(self.part(half, asking, place, true, halvings + 1).await?);
                    }
                    Ok(written)
                }
                error => Err(error),
            }
        })
    }

    /// Asks for one part, and once more for what was wrong with it.
    async fn ask(
        &self,
        material: &Kept,
        asking: &Asking<'_>,
        place: usize,
        bill: &Bill,
    ) -> Result<Part, GenerateError> {
        let told = |text: &str| asking.told(place, text);
        let work = Work {
            question: &prompt::LESSON,
            pictures: &[],
            deadline: Instant::now() + self.total_timeout,
            time: self.total_timeout,
            told: &told,
            bill,
        };
        let check = |text: String| {
            let material = material.clone();
            self.checking
                .done(move || lesson::checked(&text, &mut source(&material)?))
        };
        let chain = self.chain(Task::Lesson);
        let given = match asking.given() {
            Some(answer) => Some(check(answer).await),
            None => None,
        };
        let made = match given {
            Some(Ok(value)) => Made {
                value,
                provider: self.first,
                model: self.identity.model.clone(),
            },
            Some(Err(Unfit::NothingTaught)) => return Err(failure::nothing_taught()),
            Some(Err(Unfit::Unsound(reason))) => {
                tracing::info!(
                    reason,
                    "an answer of a batch cannot be used: the model is asked"
                );
                chain.ask_and_wait(material, &work, check).await?
            }
            None => chain.ask_and_wait(material, &work, check).await?,
        };
        let Made {
            mut value,
            provider,
            model,
        } = made;
        if value.needs_repair() {
            let outcome = self.repair(&mut value, material, &work).await;
            metrics::repaired(outcome);
        }
        Ok(Part {
            checked: value,
            provider: provider.name(),
            model,
            calls: Vec::new(),
        })
    }

    /// Asks once more for what was wrong, in the time that is left; what was right stays whatever comes.
    async fn repair(
        &self,
        checked: &mut Checked,
        material: &Kept,
        work: &Work<'_>,
    ) -> &'static str {
        let written = unpacked(material).and_then(|text| read(&text));
        let names = checked.concepts.iter().map(|it| it.name.as_str()).collect();
        let Ok(Ok(asked)) = written.map(|it| it.with_faults(names, &checked.faults)) else {
            return "failed";
        };
        let Ok(asked) = Kept::pack(&asked) else {
            return "failed";
        };
        let work = Work {
            question: &prompt::REPAIR,
            told: &|_| {},
            ..*work
        };
        let before = &*checked;
        let check = |text: String| {
            let (material, mut better) = (material.clone(), before.clone());
            self.checking.done(move || {
                let mut source = source(&material)?;
                source.is_told_in(&better.overview.explanation);
                let is_better = lesson::repaired(&text, &source, &mut better)?;
                Ok((better, is_better))
            })
        };
        let chain = self.chain(Task::Lesson);
        let made = chain.ask_and_wait(&asked, &work, check).await;
        match made.map(|made| made.value) {
            Ok((better, true)) => {
                *checked = better;
                "better"
            }
            Ok((_, false)) => "no_better",
            // Said in the log when it was asked.
            Err(_) => "failed",
        }
    }

    /// One of several parts; what is said of the whole by a model, else as the parts say it.
    async fn joined(
        &self,
        title: &str,
        language: Option<&str>,
        mut all: Vec<Checked>,
        asking: &Asking<'_>,
        place: usize,
    ) -> Checked {
        let concepts = parts::concepts(&mut all);
        let overviews: Vec<Overview> = all.into_iter().map(|part| part.overview).collect();
        let names = concepts.iter().map(|it| it.name.as_str()).collect();
        let asked = prompt::parts(title, language, overviews.iter().collect(), names);
        let told = |text: &str| asking.told(place, text);
        let work = Work {
            question: &prompt::OVERVIEW,
            pictures: &[],
            deadline: Instant::now() + self.total_timeout,
            time: self.total_timeout,
            told: &told,
            bill: asking.bill,
        };
        let check = |text: &str| {
            let written: Option<Overview> = serde_json::from_str(text).ok();
            let overview = written.and_then(|written| lesson::overview(&written));
            overview.ok_or(Unfit::Unsound("no summary or explanation"))
        };
        let asked = asked.ok().and_then(|asked| Kept::pack(&asked).ok());
        let made = match asked {
            Some(asked) => {
                let chain = self.chain(Task::Lesson);
                chain.ask(&asked, &work, check).await.ok()
            }
            None => None,
        };
        let overview = match made {
            Some(made) => made.value,
            None => parts::joined(overviews),
        };
        Checked::of(overview, concepts)
    }
}

fn source(material: &Kept) -> Result<Source, Unfit> {
    let text = material.unpack().ok();
    let material = text.and_then(|text| Material::read(&text).ok());
    let material = material.ok_or(Unfit::Unsound("its text is lost"))?;
    Ok(Source::new(material.into_pages()))
}

fn packed(material: &Material) -> Result<Kept, GenerateError> {
    let written = material
        .written()
        .map_err(|error| chain::unwritten(&error))?;
    Kept::pack(&written).map_err(|error| chain::unwritten(&error))
}

fn unpacked(material: &Kept) -> Result<String, GenerateError> {
    material.unpack().map_err(|error| chain::unwritten(&error))
}

fn read(text: &str) -> Result<Material, GenerateError> {
    Material::read(text).map_err(|error| chain::unwritten(&error))
}
