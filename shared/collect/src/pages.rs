//! Lists, read page by page to their ends: written once, for every list of every service.

use aws_smithy_runtime_api::client::{orchestrator::HttpResponse, result::SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use domain::{Cause, Unread};
use inventory::{Gap, Listing};

use crate::{
    ApiCaller,
    api_caller::Answer::{Is, Not},
};

/// One page of a list, as an answer tells it.
pub(crate) struct Page<T> {
    /// What is on it; why one of it is missing.
    pub(crate) items: Vec<Result<T, Unread>>,
    /// Where the list goes on; nothing on the last page.
    pub(crate) next: Result<Option<String>, Unread>,
}

impl ApiCaller {
    /// What an answer lists under a name. One that does not have it says nothing, not that there is nothing.
    pub(crate) fn listed<T>(
        &self,
        action: &'static str,
        name: &str,
        list: Option<Vec<T>>,
    ) -> impl Iterator<Item = Result<T, Unread>> {
        let missing = || self.gap(action, Cause::Failed(format!("the answer has no `{name}`")));
        let missing = list.is_none().then(missing).map(Err);
        list.into_iter().flatten().map(Ok).chain(missing)
    }

    /// Reads a list to its end. What came before it broke off is kept, and the gap says why the rest did not.
    pub(crate) async fn pages<O, T, E, F, A>(
        &self,
        action: &'static str,
        request: F,
        page: impl Fn(O) -> Page<T>,
    ) -> Listing<T>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Fn(Option<String>) -> A + Sync,
        A: Future<Output = Result<O, SdkError<E, HttpResponse>>> + Send,
        O: Send,
    {
        self.pages_unless(action, &[], request, page).await.unwrap_or_default()
    }

    /// The same of what may be gone: nothing where an error code of `gone` is the answer.
    pub(crate) async fn pages_unless<O, T, E, F, A>(
        &self,
        action: &'static str,
        gone: &[&'static str],
        request: F,
        page: impl Fn(O) -> Page<T>,
    ) -> Option<Listing<T>>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
        F: Fn(Option<String>) -> A + Sync,
        A: Future<Output = Result<O, SdkError<E, HttpResponse>>> + Send,
        O: Send,
    {
        let mut list = Listing::from(Vec::new());
        let mut token: Option<String> = None;
        let gap = |unread| Gap { parent: None, unread };
        loop {
            let next = match self.call(action, gone, || request(token.clone())).await {
                Ok(Not(_)) => return None,
                Err(unread) => Err(unread),
                Ok(Is(answer)) => {
                    let page = page(answer);
                    for item in page.items {
                        match item {
                            Ok(item) => list.items.push(item),
                            Err(unread) => list.gaps.push(gap(unread)),
                        }
                    }
                    page.next
                }
            };
            match next {
                Ok(None) => return Some(list),
                Ok(next) if next == token => {
                    let why = "the answer says that the list goes on where it was read already";
                    list.gaps.push(gap(self.gap(action, Cause::Failed(why.into()))));
                    return Some(list);
                }
                Ok(next) => token = next,
                Err(unread) => {
                    list.gaps.push(gap(unread));
                    return Some(list);
                }
            }
        }
    }
}
