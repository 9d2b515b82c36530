use domain::{GLOBAL, Service, Unread};
use inventory::{Read, Resource, ServiceFacts};

use crate::{
    Context, Judgement, Regions,
    context::{Evaluation, facts_of},
    evaluate::{Sink, Subject},
    judgement::{not_applicable, seen},
};

/// How a check goes over what was read: over each resource, once a region, or once an account.
#[expect(private_interfaces, reason = "only this crate evaluates")]
pub trait Rule: Sync {
    /// The service that it looks at.
    fn service(&self) -> Service;
    /// The CloudFormation type of what it judges.
    fn resource_type(&self) -> &'static str;
    /// What has to be read besides to know the tags of what it judges.
    fn tags(&self) -> Option<Read> {
        None
    }
    /// Judges everything that there is of it in an account.
    fn evaluate(&self, evaluation: &Evaluation<'_>, sink: &mut Sink<'_>);
    /// What it says of a secure resource; nothing where it judges more than a resource.
    fn of_secure(&self, _: &Context<'_>) -> Option<Judgement> {
        None
    }
}

/// The type that settings of a region or an account are told under; CloudFormation has none.
const ACCOUNT: &str = "AWS::::Account";

/// Judges every resource of a kind.
///
/// Every list that could not be read to its end gets one `unknown` finding more, on an ARN that ends in `*` or
/// on the parent whose parts could not be listed.
pub struct Each<R>(pub fn(&R, &Context<'_>) -> Judgement);

#[expect(private_interfaces, reason = "only this crate evaluates")]
impl<R: Resource> Rule for Each<R> {
    fn service(&self) -> Service {
        R::Service::SERVICE
    }

    fn resource_type(&self) -> &'static str {
        R::TYPE
    }

    fn tags(&self) -> Option<Read> {
        R::TAGS
    }

    fn of_secure(&self, context: &Context<'_>) -> Option<Judgement> {
        Some((self.0)(&R::secure(), context))
    }

    fn evaluate(&self, evaluation: &Evaluation<'_>, sink: &mut Sink<'_>) {
        let mut is_there = false;
        for part in evaluation.parts_of(self.service()) {
            is_there = true;
            if part.is_applicable() {
                let context = evaluation.context(&part.receipt.region, Some(part));
                self.region(facts_of(part), &context, sink);
            }
        }
        if !is_there {
            self.region(Err(Unread::NOT_ASKED), &evaluation.context(GLOBAL, None), sink);
        }
    }
}

impl<R: Resource> Each<R> {
    fn region(
        &self,
        facts: Result<&R::Service, Unread>,
        context: &Context<'_>,
        sink: &mut Sink<'_>,
    ) {
        let at = &context.at;
        let unlisted = |arn, unread, sink: &mut Sink<'_>| {
            let subject = Subject { arn, kind: R::TYPE, part: None, region: at.region, tags: None };
            sink.find(subject, Err(unread));
        };
        let facts = match facts {
            Ok(facts) => facts,
            Err(unread) => return unlisted(R::arn_of_any(at), unread, sink),
        };
        let list = R::all(facts);
        for one in &list.items {
            let (arn, region) = (one.arn(at), one.region(at));
            let subject =
                Subject { arn, kind: R::TYPE, part: one.part(), region, tags: one.tags() };
            sink.find(subject, (self.0)(one, context));
        }
        for gap in &list.gaps {
            let arn = gap.parent.clone().unwrap_or_else(|| R::arn_of_any(at));
            unlisted(arn, gap.unread.clone(), sink);
        }
    }
}

/// Judges the account once for every region in which a service is read; a global service once.
pub struct Once<S>(pub fn(&S, &Context<'_>) -> Judgement);

#[expect(private_interfaces, reason = "only this crate evaluates")]
impl<S: ServiceFacts> Rule for Once<S> {
    fn service(&self) -> Service {
        S::SERVICE
    }

    fn resource_type(&self) -> &'static str {
        ACCOUNT
    }

    fn evaluate(&self, evaluation: &Evaluation<'_>, sink: &mut Sink<'_>) {
        let mut is_there = false;
        for part in evaluation.parts_of(S::SERVICE) {
            is_there = true;
            let context = evaluation.context(&part.receipt.region, Some(part));
            let judgement = if part.is_applicable() {
                facts_of(part).and_then(|facts| (self.0)(facts, &context))
            } else {
                not_applicable(seen("region_not_enabled"))
            };
            sink.find(account(&context), judgement);
        }
        if !is_there {
            sink.find(account(&evaluation.context(GLOBAL, None)), Err(Unread::NOT_ASKED));
        }
    }
}

/// Judges the account once, over all regions in which a service is read. A region that was not read is a gap in
/// what it sees.
pub struct Overall<S>(pub fn(&Regions<'_, S>, &Context<'_>) -> Judgement);

#[expect(private_interfaces, reason = "only this crate evaluates")]
impl<S: ServiceFacts> Rule for Overall<S> {
    fn service(&self) -> Service {
        S::SERVICE
    }

    fn resource_type(&self) -> &'static str {
        ACCOUNT
    }

    fn evaluate(&self, evaluation: &Evaluation<'_>, sink: &mut Sink<'_>) {
        let oldest = evaluation.parts_of(S::SERVICE).min_by_key(|part| part.taken_at);
        let context = evaluation.context(GLOBAL, oldest);
        sink.find(account(&context), (self.0)(&Regions::of(evaluation), &context));
    }
}

/// The account as a whole, in the region that is judged.
fn account<'a>(context: &Context<'a>) -> Subject<'a> {
    let at = context.at;
    Subject {
        arn: at.global_arn("iam", "root"),
        kind: ACCOUNT,
        part: None,
        region: at.region,
        tags: None,
    }
}
