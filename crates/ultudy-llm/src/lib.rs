//! Generators: what turns a section's text into a lesson.
//!
//! [`Generator`] is the seam; [`extractive`] needs no model, no key and no network, [`model`]
//! asks a language model. [`embeddings`] make texts comparable by what they mean.

mod answerer;
mod bill;
pub mod embeddings;
pub mod extractive;
mod generator;
mod grader;
pub mod model;
mod transcriber;

pub use answerer::{AnswerInput, AnswerKind, Answerer, Source, Told};
pub use bill::{Bill, Call, Payer, Planned, Task, Unpaid};
pub use generator::{
    BatchRequest, GenerateError, Generator, GeneratorIdentity, LessonInput, LessonPart, MadeLesson,
};
pub use grader::{Grader, GradingInput};
pub use transcriber::Transcriber;
