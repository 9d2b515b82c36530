//! `infraaudit policy generate` from a bucket.

use std::sync::atomic::{AtomicU32, Ordering};

use crate::{
    account::{parameter, whose},
    command::{Done, run},
    logs::{ROLE, gzipped, record},
    recorded::{Answer, Asked, Recorded},
};

fn listing(keys: &[&str], next: Option<&str>) -> Answer {
    let content = |key: &&str| format!("<Contents><Key>{key}</Key><Size>9</Size></Contents>");
    let contents = keys.iter().map(content).collect::<Vec<_>>().concat();
    let next = match next {
        Some(token) => {
            format!(
                "<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>"
            )
        }
        None => "<IsTruncated>false</IsTruncated>".to_owned(),
    };
    Answer::xml(format!("<ListBucketResult>{contents}{next}</ListBucketResult>"))
}

fn generate(server: &Recorded, more: &[&str]) -> Done {
    let url = "s3://trails/AWSLogs/";
    let mut arguments = vec!["policy", "generate", "--cloudtrail", url, "--principal", ROLE];
    arguments.extend(more);
    run(&server.endpoint, &arguments)
}

fn log(n: usize) -> Vec<u8> {
    let records: Vec<String> = (0..400)
        .map(|at| record("sqs", "SendMessage", &format!(r#"{{"queueUrl":"https://sqs.eu-west-1.amazonaws.com/111122223333/q{n}","x":"{at}{}"}}"#, at * 7919 % 1013), ""))
        .collect();
    gzipped(&records)
}

fn bucket(object: impl Fn(&str, &Asked) -> Answer + Send + Sync + 'static) -> Recorded {
    Recorded::start(move |asked| {
        let path = asked.path.replace("%2F", "/");
        if parameter(asked, "Action").as_deref() == Some("GetCallerIdentity") {
            whose()
        } else if !path.contains("list-type=2") {
            object(path.split('?').next().unwrap(), asked)
        } else if path.contains("continuation-token=t") {
            listing(&["AWSLogs/2.json.gz"], None)
        } else {
            assert!(path.contains("prefix=AWSLogs/"), "{path}");
            listing(&["AWSLogs/1.json.gz", "AWSLogs/1/CloudTrail-Digest/d.json.gz"], Some("t"))
        }
    })
}

#[test]
fn every_page_is_read_and_a_broken_object_goes_on_where_it_broke() {
    let breaks = AtomicU32::new(0);
    let server = bucket(move |path, asked| {
        if path.ends_with("/2.json.gz") {
            return Answer::bytes(&log(2));
        }
        let whole = log(1);
        let Some(from) = asked.range.strip_prefix("bytes=").map(|r| r.trim_end_matches('-')) else {
            return Answer::bytes(&whole).breaking_at(whole.len() / 3);
        };
        let rest = &whole[from.parse::<usize>().unwrap()..];
        let answer = Answer::bytes(rest).partial();
        if breaks.fetch_add(1, Ordering::Relaxed) == 0 {
            answer.breaking_at(rest.len() / 2)
        } else {
            answer
        }
    });
    let done = generate(&server, &["--strict"]);
    let policy = done.json(0);
    assert_eq!(policy["Statement"][0]["Action"], "sqs:SendMessage");
    assert_eq!(policy["Statement"][0]["Resource"].as_array().unwrap().len(), 2);
    done.tells("read 800 records of 2 logs: 800 of");
    done.tells("files passed over that are no logs by their names: 1");
    let ranges = server.asked().iter().filter(|asked| !asked.range.is_empty()).count();
    assert_eq!(ranges, 2);
    let digest = server
        .asked()
        .iter()
        .any(|asked| asked.path.contains("Digest") && !asked.path.contains("list-type"));
    assert!(!digest, "a digest is no log");
}

#[test]
fn an_object_that_cannot_be_read_is_told_and_the_others_count() {
    let server = bucket(|path, _| {
        if path.ends_with("/2.json.gz") {
            Answer::bytes(&log(2))
        } else {
            Answer::s3_refusal(403, "AccessDenied")
        }
    });
    let done = generate(&server, &["--strict"]);
    assert_eq!(done.code, 4, "{}", done.stderr);
    done.tells("`s3://trails/AWSLogs/1.json.gz`: it could not be read to its end: `s3:GetObject` was denied");
    done.tells("400 of");
}

#[test]
fn a_bucket_that_may_not_be_listed_is_no_empty_one() {
    let server = Recorded::start(|asked| match parameter(asked, "Action").as_deref() {
        Some("GetCallerIdentity") => whose(),
        _ => Answer::s3_refusal(403, "AccessDenied"),
    });
    let done = generate(&server, &[]);
    assert_eq!((done.code, &*done.stdout), (2, ""));
    done.tells("`s3://trails/AWSLogs/` was not listed to its end: `s3:ListBucket` was denied");
}
