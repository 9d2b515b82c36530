//! A large account: 50,000 resources, half of which are as they should be.

use domain::{Account, GLOBAL, Partition, Receipt, ReceiptOutcome, Service};
use inventory::{
    Facts, Resource as _, ServiceSnapshot, Snapshot, Tags,
    ec2::{Ec2, Instance, MetadataOptions},
    s3::{Bucket, PublicAccessBlock, S3},
};
use jiff::Timestamp;

pub(crate) const FINDINGS: usize = 100_000;
/// Two checks look at each instance, and two at each bucket.
const RESOURCES: usize = FINDINGS / 4;
const REGIONS: [&str; 5] =
    ["us-east-1", "eu-west-1", "eu-central-1", "ap-northeast-2", "ap-southeast-1"];

fn tags(number: usize) -> Tags {
    [("owner", number % 40), ("Name", number), ("cost-center", number % 7)]
        .map(|(key, value)| (key.to_owned(), format!("{key}-{value}")))
        .into_iter()
        .collect()
}

fn part(region: &str, service: Service, facts: Facts) -> ServiceSnapshot {
    let receipt = Receipt {
        region: region.into(),
        service,
        outcome: ReceiptOutcome::Done,
        calls: 9,
        denied: Vec::new(),
        notes: Vec::new(),
        error: None,
    };
    ServiceSnapshot {
        receipt,
        facts: facts.into(),
        taken_at: None,
        answered: std::collections::BTreeSet::new(),
    }
}

pub(crate) fn large() -> Snapshot {
    let instance = |number: usize| Instance {
        id: format!("i-{number:017x}"),
        metadata: MetadataOptions {
            endpoint: true.into(),
            tokens_required: number.is_multiple_of(2).into(),
        }
        .into(),
        public_ipv4: if number.is_multiple_of(2) { vec![[1, 2, 3, 4].into()] } else { Vec::new() },
        tags: tags(number),
        ..Instance::secure()
    };
    let bucket = |number: usize| Bucket {
        name: format!("bucket-of-a-large-account-{number}"),
        region: REGIONS[number % REGIONS.len()].into(),
        block_public: if number.is_multiple_of(2) {
            PublicAccessBlock::NONE.into()
        } else {
            PublicAccessBlock::ALL.into()
        },
        encryption: if number.is_multiple_of(2) {
            Bucket::secure().encryption
        } else {
            None.into()
        },
        tags: Some(tags(number)),
        ..Bucket::secure()
    };
    let mut parts: Vec<_> = REGIONS
        .iter()
        .enumerate()
        .map(|(place, region)| {
            let numbers = (place..RESOURCES).step_by(REGIONS.len());
            let instances = numbers.map(instance).collect::<Vec<_>>().into();
            part(region, Service::Ec2, Ec2 { instances }.into())
        })
        .collect();
    let buckets = (0..RESOURCES).map(bucket).collect::<Vec<_>>().into();
    let s3 = S3 { block_public: PublicAccessBlock::NONE.into(), buckets };
    parts.push(part(GLOBAL, Service::S3, s3.into()));
    let account = Account { partition: Partition::Aws, id: "111122223333".parse().unwrap() };
    let now = Timestamp::now();
    Snapshot { version: Snapshot::VERSION, account, started_at: now, finished_at: now, parts }
}
