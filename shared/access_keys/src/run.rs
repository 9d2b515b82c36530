use domain::keys::Seen;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How long a reading may take, and who watches it.
#[derive(Clone, Copy)]
pub struct Run<'a> {
    /// When it is cut: what is under way then is dropped, and read again by whoever goes on.
    pub deadline: Instant,
    /// Ends it early: nothing new is begun, and what is under way is waited for, until the deadline.
    pub stop: &'a CancellationToken,
    /// Told how far it is, after each answer.
    pub watch: &'a (dyn Fn(Seen) + Send + Sync),
}

impl<'a> Run<'a> {
    /// A reading that nobody watches.
    #[must_use]
    pub fn unwatched(deadline: Instant, stop: &'a CancellationToken) -> Self {
        Self { deadline, stop, watch: &|_| () }
    }

    /// Waits for one answer; nothing where the time is up, or where it was stopped before.
    pub(crate) async fn wait_for<T>(&self, answer: impl Future<Output = T>) -> Option<T> {
        if self.stop.is_cancelled() {
            return None;
        }
        tokio::time::timeout_at(self.deadline, answer).await.ok()
    }

    /// Sleeps; false where the time is up or it was stopped first.
    pub(crate) async fn sleep(&self, time: std::time::Duration) -> bool {
        tokio::select! {
            biased;
            () = self.stop.cancelled() => false,
            () = tokio::time::sleep_until(self.deadline) => false,
            () = tokio::time::sleep(time) => true,
        }
    }
}
