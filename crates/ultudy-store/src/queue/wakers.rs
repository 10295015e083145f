//! Who waits for jobs in this process.

use tokio::sync::Notify;
use ultudy_domain::job::QueueName;

/// Wakes the waiting workers of this process, by queue. A wake that nobody waits for is
/// kept for the next who does, so none is lost between a claim and a wait.
#[derive(Debug, Default)]
pub(super) struct Wakers {
    uploads: Notify,
    lessons: Notify,
}

impl Wakers {
    pub(super) fn of(&self, queue: QueueName) -> &Notify {
        match queue {
            QueueName::UploadProcessing => &self.uploads,
            QueueName::LessonGeneration => &self.lessons,
        }
    }

    pub(super) fn wake(&self, queue: QueueName) {
        self.of(queue).notify_one();
    }
}
