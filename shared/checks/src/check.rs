use std::collections::BTreeSet;

use domain::{
    Context, Fact, Judgement, Service, Severity,
    ec2::Instance,
    iam::{AccessKey, AccountSummary},
    s3::Bucket,
};

use crate::{Lang, Texts, frameworks, texts};

/// One requirement, and how to decide whether a resource meets it.
#[derive(Debug)]
pub struct Check {
    /// Stable name, `<service>_<file name>`; never reused.
    pub id: &'static str,
    /// How bad a failure is.
    pub severity: Severity,
    /// How bad it can be at worst, where the rule tells degrees apart; else the same.
    pub worst: Severity,
    /// AWS documentation of the setting.
    pub reference: &'static str,
    /// The decision itself.
    pub rule: Rule,
}

/// A decision, by the kind of resource it looks at.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// Looks at the account as a whole.
    Account(fn(&AccountSummary, &Context) -> Judgement),
    /// Looks at one access key of a user.
    AccessKey(fn(&AccessKey, &Context) -> Judgement),
    /// Looks at how public one S3 bucket can be.
    BucketExposure(fn(&Bucket, &Context) -> Judgement),
    /// Looks at how one S3 bucket encrypts.
    BucketEncryption(fn(&Bucket, &Context) -> Judgement),
    /// Looks at one EC2 instance.
    Instance(fn(&Instance, &Context) -> Judgement),
}

impl Rule {
    /// The fact that has to be read for it.
    #[must_use]
    pub const fn fact(self) -> Fact {
        match self {
            Self::Account(_) => Fact::AccountSummary,
            Self::AccessKey(_) => Fact::AccessKeys,
            Self::BucketExposure(_) => Fact::BucketExposure,
            Self::BucketEncryption(_) => Fact::BucketEncryption,
            Self::Instance(_) => Fact::Instances,
        }
    }
}

impl Check {
    /// The service it belongs to.
    #[must_use]
    pub const fn service(&self) -> Service {
        self.rule.fact().service()
    }

    /// The IAM actions that reading its facts may use, in alphabetical order.
    #[must_use]
    pub fn actions(&self) -> BTreeSet<&'static str> {
        self.rule.fact().actions().iter().copied().collect()
    }

    /// Its texts.
    #[must_use]
    pub fn texts(&self, lang: Lang) -> &'static Texts {
        texts::of(self, lang)
    }

    /// The requirements of frameworks it answers, as `<name>-<version>:<requirement>`.
    #[must_use]
    pub fn frameworks(&self) -> &'static [String] {
        frameworks::of(self)
    }
}
