use std::collections::BTreeSet;

use aws_sdk_iam::{
    Client,
    types::{AccessKeyMetadata, StatusType, SummaryKeyType},
};
use domain::{
    Cause, Fact, Known, Listing, Tags, Unread,
    iam::{AccessKey, AccountSummary, Iam, User},
};
use futures::{StreamExt as _, stream};

use crate::{
    ApiCaller, Target,
    api_caller::{
        Answer::{Is, Not},
        unknown_value,
    },
};

/// The error code of a user that was deleted since it was listed.
pub(crate) const GONE: &str = "NoSuchEntity";

/// How many users are looked at side by side; the pace bounds the requests themselves.
const SIDE_BY_SIDE: usize = 64;

pub(crate) async fn read(target: &Target, reader: &ApiCaller, facts: &BTreeSet<Fact>) -> Iam {
    let client = Client::new(&target.in_region(target.home()));
    let wants = |fact| facts.contains(&fact);
    let summary = async {
        if wants(Fact::AccountSummary) {
            summary(&client, reader).await.into()
        } else {
            Known::Unread(Unread::not_asked("iam:GetAccountSummary"))
        }
    };
    let users = async {
        if wants(Fact::AccessKeys) || wants(Fact::UserTags) {
            users(&client, reader, facts).await
        } else {
            Listing::unread(Unread::not_asked("iam:ListUsers"))
        }
    };
    let (summary, users) = futures::join!(summary, users);
    Iam { summary, users }
}

async fn summary(client: &Client, reader: &ApiCaller) -> Result<AccountSummary, Unread> {
    let action = "iam:GetAccountSummary";
    let answer = reader.ask(action, || client.get_account_summary().send()).await?;
    let map = answer.summary_map.unwrap_or_default();
    let value = |key: &SummaryKeyType| {
        let told = map.get(key).copied();
        told.ok_or_else(|| Cause::Failed(format!("the answer has no `{}`", key.as_str())))
    };
    let strange =
        |key: &SummaryKeyType, value| unknown_value(&format!("`{}`", key.as_str()), value);
    let flag = |key: &SummaryKeyType| match value(key)? {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(strange(key, other)),
    };
    let gap = |cause| reader.gap(action, cause);
    let keys = SummaryKeyType::AccountAccessKeysPresent;
    let keys = value(&keys).and_then(|told| u32::try_from(told).map_err(|_| strange(&keys, told)));
    let mfa = flag(&SummaryKeyType::AccountMfaEnabled).map_err(gap);
    let password = flag(&SummaryKeyType::AccountPasswordPresent).map_err(|cause| {
        // Only where there is no second factor does anything depend on it.
        if mfa == Ok(true) { reader.unread(action, cause) } else { gap(cause) }
    });
    Ok(AccountSummary {
        root_access_keys: keys.map_err(gap).into(),
        root_mfa: mfa.into(),
        root_password: password.into(),
    })
}

async fn users(client: &Client, reader: &ApiCaller, facts: &BTreeSet<Fact>) -> Listing<User> {
    let Listing { items, unread } = list_users(client, reader).await;
    let read = stream::iter(items)
        .map(|user| details(client, reader, facts, user))
        .buffered(SIDE_BY_SIDE)
        .filter_map(async |user| user)
        .collect()
        .await;
    Listing { items: read, unread }
}

async fn list_users(client: &Client, reader: &ApiCaller) -> Listing<aws_sdk_iam::types::User> {
    let (mut items, mut marker) = (Vec::new(), None);
    loop {
        match page_of_users(client, reader, marker).await {
            Err(unread) => return Listing { items, unread: Some(unread) },
            Ok(page) => {
                items.extend(page.users);
                match page.marker {
                    Ok(next) => marker = next,
                    Err(unread) => return Listing { items, unread: Some(unread) },
                }
            }
        }
        if marker.is_none() {
            return items.into();
        }
    }
}

/// A part of the list of users, and where it goes on.
pub(crate) struct Page {
    pub(crate) users: Vec<aws_sdk_iam::types::User>,
    pub(crate) marker: Result<Option<String>, Unread>,
}

pub(crate) async fn page_of_users(
    client: &Client,
    reader: &ApiCaller,
    marker: Option<String>,
) -> Result<Page, Unread> {
    let action = "iam:ListUsers";
    let page = reader
        .ask(action, || client.list_users().set_marker(marker.clone()).max_items(1000).send())
        .await?;
    let marker = reader.next(action, page.is_truncated, page.marker);
    Ok(Page { users: page.users, marker })
}

/// A user with what was asked of it; nothing where it is gone.
async fn details(
    client: &Client,
    reader: &ApiCaller,
    facts: &BTreeSet<Fact>,
    user: aws_sdk_iam::types::User,
) -> Option<User> {
    let name = user.user_name;
    let access_keys = if facts.contains(&Fact::AccessKeys) {
        access_keys(client, reader, &name).await?
    } else {
        Listing::unread(Unread::not_asked("iam:ListAccessKeys"))
    };
    // A user without keys has none that anybody has to be asked about.
    let keyless = access_keys.items.is_empty() && access_keys.unread.is_none();
    let tags = if facts.contains(&Fact::UserTags) && !keyless {
        tags(client, reader, &name).await
    } else {
        None
    };
    Some(User { name, arn: user.arn, access_keys, tags })
}

/// The keys of a user; nothing where it is gone.
pub(crate) async fn access_keys(
    client: &Client,
    reader: &ApiCaller,
    user: &str,
) -> Option<Listing<AccessKey>> {
    let action = "iam:ListAccessKeys";
    let (mut items, mut marker): (Vec<AccessKey>, Option<String>) = (Vec::new(), None);
    loop {
        let page = reader
            .call(action, &[GONE], || {
                client.list_access_keys().user_name(user).set_marker(marker.clone()).send()
            })
            .await;
        let page = match page {
            Ok(Is(page)) => page,
            Ok(Not(_)) => return None,
            Err(unread) => return Some(Listing { items, unread: Some(unread) }),
        };
        let mut nameless = None;
        for key in page.access_key_metadata {
            match access_key(reader, user, key) {
                Ok(key) => items.push(key),
                Err(unread) => nameless = Some(unread),
            }
        }
        match (reader.next(action, page.is_truncated, page.marker), nameless) {
            (_, Some(unread)) | (Err(unread), _) => {
                return Some(Listing { items, unread: Some(unread) });
            }
            (Ok(None), None) => return Some(items.into()),
            (Ok(next), None) => marker = next,
        }
    }
}

/// A key as it is listed; one that has no id could not be told apart from others.
fn access_key(reader: &ApiCaller, user: &str, key: AccessKeyMetadata) -> Result<AccessKey, Unread> {
    let gap = |cause| reader.gap("iam:ListAccessKeys", cause);
    let Some(id) = key.access_key_id else {
        return Err(gap(Cause::Failed(format!("a key of `{user}` has no id"))));
    };
    let created = key.create_date.and_then(|date| jiff::Timestamp::from_second(date.secs()).ok());
    let created = created.ok_or_else(|| gap(Cause::Failed("a key has no date".into())));
    let mut key_of_user =
        AccessKey { user: user.into(), id, active: false.into(), created: created.into() };
    let name = || format!("the status of key `…{}` of `{user}`", key_of_user.last_four());
    let active = match key.status {
        Some(StatusType::Active) => Ok(true),
        Some(StatusType::Inactive) => Ok(false),
        Some(other) => Err(gap(unknown_value(&name(), other.as_str()))),
        None => Err(gap(Cause::Failed(format!("{} is not told", name())))),
    };
    key_of_user.active = active.into();
    Ok(key_of_user)
}

/// Tags decide no verdict: without them a finding has no owner and no suppression by tag covers it, and the gap
/// shows in the receipt.
async fn tags(client: &Client, reader: &ApiCaller, user: &str) -> Option<Tags> {
    let action = "iam:ListUserTags";
    let (mut tags, mut marker) = (Tags::new(), None);
    loop {
        let page = reader
            .ask(action, || {
                client.list_user_tags().user_name(user).set_marker(marker.clone()).send()
            })
            .await
            .ok()?;
        tags.extend(page.tags.into_iter().map(|tag| (tag.key, tag.value)));
        marker = reader.next(action, page.is_truncated, page.marker).ok()?;
        if marker.is_none() {
            return Some(tags);
        }
    }
}

#[cfg(test)]
mod tests;
