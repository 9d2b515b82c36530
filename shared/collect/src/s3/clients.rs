use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use aws_sdk_s3::{Client, config::Builder};

use crate::Target;

/// A client for every region that holds a bucket, made once each.
pub(crate) struct Clients<'a> {
    target: &'a Target,
    made: Mutex<BTreeMap<String, Client>>,
}

impl<'a> Clients<'a> {
    pub(crate) fn new(target: &'a Target) -> Self {
        Self { target, made: Mutex::default() }
    }

    pub(crate) fn of(&self, region: &str) -> Client {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = made.get(region) {
            return client.clone();
        }
        let config = self.target.in_region(region);
        // A custom endpoint is one host name: there are no `bucket.host` names below it.
        let path_style = config.endpoint_url().is_some();
        let client = Client::from_conf(Builder::from(&config).force_path_style(path_style).build());
        made.insert(region.to_owned(), client.clone());
        client
    }

    /// The region that S3 does not name.
    pub(crate) fn home(&self) -> &'static str {
        self.target.home()
    }

    /// The region to ask about a bucket whose region the list did not tell, where any will do: a
    /// custom endpoint is one address for all regions.
    pub(crate) fn any_region(&self) -> Option<String> {
        self.target.config.endpoint_url()?;
        Some(self.target.near().to_owned())
    }
}
