use std::{
    borrow::Cow,
    collections::BTreeSet,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use domain::{Cause, Receipt, ReceiptOutcome, Service, Unread};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::{
    ConcurrencyLimits, Target,
    api_error::{ApiError, Kind, NO_ANSWER},
    concurrency::{ConcurrencyLimit, back_off},
};

/// How often a throttled request is sent: at four in ten throttled, one in ten thousand is lost.
const THROTTLED_ATTEMPTS: u32 = 10;

/// How often a request is sent that fails in a way that may pass.
const TRANSIENT_ATTEMPTS: u32 = 4;

/// What AWS answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer<T> {
    /// The value.
    Is(T),
    /// One of the error codes that the caller took for an answer: there is no such thing.
    Not(&'static str),
}

/// A value that AWS answers and this version does not know: what it means is not known either, and so it stands for
/// no other one.
pub(crate) fn unknown_value(name: &str, value: impl std::fmt::Display) -> Cause {
    Cause::Failed(format!("{name} is `{value}`, which this version does not know"))
}

/// Sends the requests of one service in one region, and keeps the receipt.
pub(crate) struct ApiCaller {
    pace: Arc<ConcurrencyLimit>,
    region: Cow<'static, str>,
    watch: Box<dyn Fn(u32) + Send + Sync>,
    stop: CancellationToken,
    tally: Mutex<Tally>,
    /// How long no answer may come while one is waited for, and when the last one did.
    patience: Duration,
    heard: Mutex<Instant>,
    given_up: AtomicBool,
}

#[derive(Debug, Default)]
struct Tally {
    calls: u32,
    answered: BTreeSet<&'static str>,
    denied: BTreeSet<&'static str>,
    /// The first reason for a gap that is not a denial.
    error: Option<String>,
    notes: BTreeSet<String>,
}

impl ApiCaller {
    pub(crate) fn new(
        target: &Target,
        limits: &ConcurrencyLimits,
        region: &str,
        service: Service,
    ) -> Self {
        let (watch, watched) = (Arc::clone(&target.watch), region.to_owned());
        Self {
            watch: Box::new(move |calls| watch(&watched, service, calls)),
            patience: target.patience,
            ..Self::unwatched(target.stop.clone(), limits.of(service), region)
        }
    }

    /// One that nobody watches: of what no audit reads.
    pub(crate) fn unwatched(
        stop: CancellationToken,
        pace: Arc<ConcurrencyLimit>,
        region: &str,
    ) -> Self {
        Self {
            pace,
            region: region.to_owned().into(),
            watch: Box::new(|_| {}),
            stop,
            tally: Mutex::default(),
            patience: Duration::MAX,
            heard: Mutex::new(Instant::now()),
            given_up: AtomicBool::new(false),
        }
    }

    /// The region it reads in.
    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    /// Sends a request until it is answered, and counts every sending.
    ///
    /// An error code of `answers` is an answer. Anything else that keeps coming is a gap: it is
    /// returned, and stands in the receipt.
    pub(crate) async fn call<T, E, F, A>(
        &self,
        action: &'static str,
        answers: &[&'static str],
        request: F,
    ) -> Result<Answer<T>, Unread>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Fn() -> A + Sync,
        A: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
        T: Send,
    {
        let answer = self.attempt(action, answers, request).await;
        answer.map_err(|cause| self.gap(action, cause))
    }

    /// The same for somebody who can ask elsewhere: what keeps coming is no gap yet.
    pub(crate) async fn attempt<T, E, F, A>(
        &self,
        action: &'static str,
        answers: &[&'static str],
        request: F,
    ) -> Result<Answer<T>, Cause>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Fn() -> A + Sync,
        A: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
        T: Send,
    {
        let mut attempt = 0;
        loop {
            if self.given_up.load(Ordering::Relaxed) {
                return Err(Cause::Failed(self.silent()));
            }
            attempt += 1;
            let queued = Instant::now();
            let permit = tokio::select! {
                biased;
                () = self.stop.cancelled() => None,
                permit = self.pace.enter() => permit,
            };
            let Some(permit) = permit else {
                return Err(Cause::Stopped);
            };
            self.waited_our_turn(queued.elapsed());
            self.count();
            let result = tokio::select! {
                biased;
                () = self.stop.cancelled() => return Err(Cause::Stopped),
                result = request() => result,
                () = self.silence() => {
                    self.pace.leave(permit);
                    return Err(self.give_up());
                }
            };
            self.hear(&result);
            let trouble = match result {
                Ok(value) => {
                    self.pace.leave(permit);
                    self.tally().answered.insert(action);
                    return Ok(Answer::Is(value));
                }
                Err(error) => ApiError::new(&error),
            };
            tracing::debug!(action, region = %self.region, attempt, code = trouble.code, "trouble");
            if let Some(code) = answers.iter().find(|code| **code == trouble.code) {
                self.pace.leave(permit);
                return Ok(Answer::Not(code));
            }
            let attempts = match trouble.kind {
                Kind::Denied => {
                    self.pace.leave(permit);
                    return Err(Cause::Denied);
                }
                Kind::Other => {
                    self.pace.leave(permit);
                    return Err(Cause::Failed(trouble.text));
                }
                Kind::Throttled => {
                    self.pace.slow_down(permit);
                    THROTTLED_ATTEMPTS
                }
                Kind::Transient => {
                    self.pace.leave(permit);
                    TRANSIENT_ATTEMPTS
                }
            };
            if attempt >= attempts {
                let throttled = trouble.kind == Kind::Throttled;
                return Err(if throttled { Cause::Throttled } else { Cause::Failed(trouble.text) });
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = self.silence() => return Err(self.give_up()),
                () = tokio::time::sleep(back_off(attempt)) => {}
            }
        }
    }

    /// Whatever AWS says is an answer; a broken connection is none.
    fn hear<T, E>(&self, result: &Result<T, SdkError<E, HttpResponse>>) {
        let silent = matches!(
            result,
            Err(SdkError::TimeoutError(_)
                | SdkError::DispatchFailure(_)
                | SdkError::ConstructionFailure(_))
        );
        if !silent {
            *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        }
    }

    /// Leaves the time in the queue of our own requests out: nobody was asked then.
    fn waited_our_turn(&self, waited: Duration) {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let later = heard.checked_add(waited).unwrap_or(*heard);
        *heard = later.min(Instant::now());
    }

    /// Gives up the rest of the region: what is asked after this is not sent.
    fn give_up(&self) -> Cause {
        self.given_up.store(true, Ordering::Relaxed);
        Cause::Failed(self.silent())
    }

    /// Ends when no answer has come for as long as one is waited for.
    async fn silence(&self) {
        loop {
            let heard = *self.heard.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(end) = heard.checked_add(self.patience) else {
                return std::future::pending().await;
            };
            if end <= Instant::now() {
                return;
            }
            tokio::time::sleep_until(end).await;
        }
    }

    fn silent(&self) -> String {
        let (region, seconds) = (&self.region, self.patience.as_secs());
        format!(
            "{NO_ANSWER}: `{region}` was silent for {seconds} seconds, and the rest of it was given up"
        )
    }

    /// The same where no error code is an answer.
    pub(crate) async fn ask<T, E, F, A>(
        &self,
        action: &'static str,
        request: F,
    ) -> Result<T, Unread>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Fn() -> A + Sync,
        A: Future<Output = Result<T, SdkError<E, HttpResponse>>> + Send,
        T: Send,
    {
        match self.call(action, &[], request).await? {
            Answer::Is(value) => Ok(value),
            Answer::Not(code) => Err(self.gap(action, Cause::Failed(code.into()))),
        }
    }

    /// Where a list goes on; nothing at its end.
    ///
    /// # Errors
    ///
    /// When the answer says that there is more and not where: the list is longer than what was read.
    pub(crate) fn next(
        &self,
        action: &'static str,
        is_truncated: bool,
        marker: Option<String>,
    ) -> Result<Option<String>, Unread> {
        if !is_truncated {
            return Ok(None);
        }
        let why = "the answer says that the list goes on, and not where";
        let marker = marker.filter(|marker| !marker.is_empty());
        marker.map(Some).ok_or_else(|| self.gap(action, Cause::Failed(why.into())))
    }

    /// Waits between requests.
    pub(crate) async fn wait(&self, action: &'static str, time: Duration) -> Result<(), Unread> {
        tokio::select! {
            () = self.stop.cancelled() => Err(self.gap(action, Cause::Stopped)),
            () = tokio::time::sleep(time) => Ok(()),
        }
    }

    /// Something that was not read, and that nothing depends on so far: the receipt does not tell it.
    pub(crate) fn unread(&self, action: &'static str, cause: Cause) -> Unread {
        Unread { action: action.into(), cause, region: self.region.clone() }
    }

    /// Notes a gap in the receipt.
    pub(crate) fn gap(&self, action: &'static str, cause: Cause) -> Unread {
        self.gap_of(self.unread(action, cause), action)
    }

    /// Notes a gap of another region than the reader's.
    pub(crate) fn gap_in(&self, action: &'static str, cause: Cause, region: String) -> Unread {
        self.gap_of(Unread { action: action.into(), cause, region: region.into() }, action)
    }

    fn gap_of(&self, unread: Unread, action: &'static str) -> Unread {
        let mut tally = self.tally();
        match &unread.cause {
            Cause::Denied => {
                tally.denied.insert(action);
            }
            Cause::NotAsked => {}
            _ => {
                tally.error.get_or_insert_with(|| unread.to_string());
            }
        }
        unread
    }

    /// Tells something in the receipt that is no gap.
    pub(crate) fn note(&self, note: String) {
        self.tally().notes.insert(note);
    }

    /// What has been read so far of a service, and what has not.
    pub(crate) fn receipt(&self, service: Service) -> Receipt {
        let tally = self.tally();
        let outcome = match (&tally.error, tally.denied.is_empty()) {
            (Some(_), _) => ReceiptOutcome::Failed,
            (None, false) => ReceiptOutcome::Denied,
            (None, true) => ReceiptOutcome::Done,
        };
        Receipt {
            region: self.region.to_string(),
            service,
            outcome,
            calls: tally.calls,
            denied: tally.denied.iter().map(|action| (*action).into()).collect(),
            error: tally.error.clone(),
            notes: tally.notes.iter().cloned().collect(),
        }
    }

    /// The actions that AWS answered at least once: an error code tells less, for some come before permissions are
    /// looked at.
    pub(crate) fn answered(&self) -> BTreeSet<String> {
        self.tally().answered.iter().map(|action| (*action).into()).collect()
    }

    fn count(&self) {
        let calls = {
            let mut tally = self.tally();
            tally.calls += 1;
            tally.calls
        };
        (self.watch)(calls);
    }

    fn tally(&self) -> std::sync::MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
