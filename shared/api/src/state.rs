use std::sync::Arc;

use store::Store;

use crate::{rate::Rate, settings::Settings};

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    pub(crate) rate: Arc<Rate>,
}
