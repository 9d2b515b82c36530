use aws_sdk_iam::{
    Client,
    operation::{
        list_access_keys::ListAccessKeysOutput, list_user_tags::ListUserTagsOutput,
        list_users::ListUsersOutput,
    },
    types::{AccessKeyMetadata, StatusType, SummaryKeyType, User},
};
use domain::{Cause, Tags, Unread};
use futures::{StreamExt as _, stream};
use inventory::{
    Gap, Known, Listing, Reads,
    iam::{ACCESS_KEYS, AccessKey, AccountSummary, Iam, SUMMARY, USER_TAGS},
};

use crate::{ApiCaller, Target, api_caller::unknown_value, pages::Page};

/// The error code of a user that was deleted since it was listed.
pub(crate) const GONE: &str = "NoSuchEntity";

/// How many users are looked at side by side; the pace bounds the requests themselves.
const SIDE_BY_SIDE: usize = 64;

pub(crate) async fn read(target: &Target, caller: &ApiCaller, reads: &Reads) -> Iam {
    let client = Client::new(&target.in_region(target.home()));
    let summary = async {
        if reads.contains(&SUMMARY) {
            summary(&client, caller).await.into()
        } else {
            Known::NotAsked
        }
    };
    let access_keys = async {
        if reads.contains(&ACCESS_KEYS) {
            all_access_keys(&client, caller, reads).await
        } else {
            Listing::default()
        }
    };
    let (summary, access_keys) = futures::join!(summary, access_keys);
    Iam { summary, access_keys }
}

async fn summary(client: &Client, caller: &ApiCaller) -> Result<AccountSummary, Unread> {
    let action = "iam:GetAccountSummary";
    let answer = caller.ask(action, || client.get_account_summary().send()).await?;
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
    let gap = |cause| caller.gap(action, cause);
    let keys = SummaryKeyType::AccountAccessKeysPresent;
    let keys = value(&keys).and_then(|told| u32::try_from(told).map_err(|_| strange(&keys, told)));
    let mfa = flag(&SummaryKeyType::AccountMfaEnabled).map_err(gap);
    let password = flag(&SummaryKeyType::AccountPasswordPresent).map_err(|cause| {
        // Only where there is no second factor does anything depend on it.
        if mfa == Ok(true) { caller.unread(action, cause) } else { gap(cause) }
    });
    Ok(AccountSummary {
        root_access_keys: keys.map_err(gap).into(),
        root_mfa: mfa.into(),
        root_password: password.into(),
    })
}

/// The keys of all users, each with its user's tags.
async fn all_access_keys(client: &Client, caller: &ApiCaller, reads: &Reads) -> Listing<AccessKey> {
    let users = list_users(client, caller).await;
    let mut read = stream::iter(users.items)
        .map(|user| keys_of_user(client, caller, reads, user))
        .buffered(SIDE_BY_SIDE);
    let mut all = Listing { items: Vec::new(), gaps: users.gaps };
    while let Some(keys) = read.next().await {
        all.items.extend(keys.items);
        all.gaps.extend(keys.gaps);
    }
    all
}

async fn list_users(client: &Client, caller: &ApiCaller) -> Listing<User> {
    let action = "iam:ListUsers";
    let request = |marker| client.list_users().set_marker(marker).max_items(1000).send();
    caller
        .pages(action, request, |page: ListUsersOutput| Page {
            next: caller.next(action, page.is_truncated, page.marker),
            items: page.users.into_iter().map(Ok).collect(),
        })
        .await
}

/// A part of the list of users, and where it goes on.
pub(crate) struct UsersPage {
    pub(crate) users: Vec<aws_sdk_iam::types::User>,
    pub(crate) marker: Result<Option<String>, Unread>,
}

pub(crate) async fn page_of_users(
    client: &Client,
    caller: &ApiCaller,
    marker: Option<String>,
) -> Result<UsersPage, Unread> {
    let action = "iam:ListUsers";
    let page = caller
        .ask(action, || client.list_users().set_marker(marker.clone()).max_items(1000).send())
        .await?;
    let marker = caller.next(action, page.is_truncated, page.marker);
    Ok(UsersPage { users: page.users, marker })
}

/// The keys of a user, with its tags; none where it is gone. A user without keys has none that anybody has to
/// be asked about.
async fn keys_of_user(
    client: &Client,
    caller: &ApiCaller,
    reads: &Reads,
    user: User,
) -> Listing<AccessKey> {
    let name = user.user_name;
    let Some(mut keys) = access_keys(client, caller, &name).await else { return Vec::new().into() };
    let mut tags = None;
    if reads.contains(&USER_TAGS) && !keys.items.is_empty() {
        let Some(read) = self::tags(client, caller, &name).await else { return Vec::new().into() };
        tags = read;
    }
    for key in &mut keys.items {
        key.user_arn.clone_from(&user.arn);
        key.tags.clone_from(&tags);
    }
    for gap in &mut keys.gaps {
        *gap = Gap { parent: Some(user.arn.clone()), unread: gap.unread.clone() };
    }
    keys
}

/// The keys of a user; nothing where it is gone.
pub(crate) async fn access_keys(
    client: &Client,
    caller: &ApiCaller,
    user: &str,
) -> Option<Listing<AccessKey>> {
    let action = "iam:ListAccessKeys";
    let request = |marker| client.list_access_keys().user_name(user).set_marker(marker).send();
    caller
        .pages_unless(action, &[GONE], request, |page: ListAccessKeysOutput| {
            let keys = page.access_key_metadata.into_iter();
            Page {
                items: keys.map(|key| access_key(caller, user, key)).collect(),
                next: caller.next(action, page.is_truncated, page.marker),
            }
        })
        .await
}

/// A key as it is listed; one that has no id could not be told apart from others.
fn access_key(caller: &ApiCaller, user: &str, key: AccessKeyMetadata) -> Result<AccessKey, Unread> {
    let gap = |cause| caller.gap("iam:ListAccessKeys", cause);
    let Some(id) = key.access_key_id else {
        return Err(gap(Cause::Failed(format!("a key of `{user}` has no id"))));
    };
    let created = key.create_date.and_then(|date| jiff::Timestamp::from_second(date.secs()).ok());
    let created = created.ok_or_else(|| gap(Cause::Failed("a key has no date".into())));
    let mut key_of_user = AccessKey {
        user: user.into(),
        id,
        active: false.into(),
        created: created.into(),
        user_arn: String::new(),
        tags: None,
    };
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

/// The tags of a user, where they could be read; nothing where it is gone.
///
/// Tags decide no verdict: without them a finding has no owner and no suppression by tag covers it, and the gap
/// shows in the receipt.
async fn tags(client: &Client, caller: &ApiCaller, user: &str) -> Option<Option<Tags>> {
    let action = "iam:ListUserTags";
    let request = |marker| client.list_user_tags().user_name(user).set_marker(marker).send();
    let tags = caller
        .pages_unless(action, &[GONE], request, |page: ListUserTagsOutput| Page {
            next: caller.next(action, page.is_truncated, page.marker),
            items: page.tags.into_iter().map(|tag| Ok((tag.key, tag.value))).collect(),
        })
        .await?;
    Some(tags.gaps.is_empty().then(|| tags.items.into_iter().collect()))
}

#[cfg(test)]
mod tests;
