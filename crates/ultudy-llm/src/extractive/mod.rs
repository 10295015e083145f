//! Lessons without a model: every sentence is a quotation of the source.

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use ultudy_domain::lesson::LessonContent;

use crate::{GenerateError, Generator, GeneratorIdentity, LessonInput};

/// The extractive generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extractive;

#[async_trait]
impl Generator for Extractive {
    fn identity(&self) -> GeneratorIdentity {
        GeneratorIdentity {
            provider: "extractive",
            model: "extractive".into(),
            version: 1,
        }
    }

    async fn lesson(
        &self,
        _input: &LessonInput,
        _progress: &(dyn Fn(f32) + Send + Sync),
        _cancel: &CancellationToken,
    ) -> Result<LessonContent, GenerateError> {
        todo!()
    }
}
