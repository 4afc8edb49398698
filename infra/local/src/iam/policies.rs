//! Statements of the template's policies, and the decision they lead to.

use std::collections::HashMap;

use super::actions::{Request, Scope};
use super::denial::AccessDenied;
use super::pattern::matches;
use crate::template::model::{Source, Stack, Statement};

/// Who signed a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Principal {
    /// The operator: may do everything.
    Admin,
    /// A function, by its name.
    Function(String),
}

/// What the policies say to one action on one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A statement allows it and none denies it.
    Allow,
    /// No statement allows it.
    ImplicitDeny,
    /// A statement denies it, whatever others allow.
    ExplicitDeny,
}

/// The statements of every function.
#[derive(Debug, Clone, Default)]
pub struct Policies {
    by_function: HashMap<String, Vec<Statement>>,
    scope: Scope,
}

impl Policies {
    /// The policies of the template's functions, and what SAM adds to a role for its event sources.
    pub fn of(stack: &Stack) -> Self {
        let scope = Scope { region: stack.region.clone(), account: stack.account.clone() };
        let mut by_function: HashMap<String, Vec<Statement>> =
            stack.functions.iter().map(|function| (function.name.clone(), function.policies.clone())).collect();
        for mapping in &stack.mappings {
            let added = match &mapping.source {
                Source::Queue(name) => queue_execution_role(&scope.arn("sqs", name)),
                Source::Stream(table) => {
                    stream_execution_role(&scope.arn("dynamodb", &format!("table/{table}/stream/*")))
                }
            };
            by_function.entry(mapping.function.clone()).or_default().push(added);
        }
        Self { by_function, scope }
    }

    /// Whether `principal` may do `action` (`dynamodb:GetItem`) on `resource` (an ARN).
    pub fn allows(&self, principal: &Principal, action: &str, resource: &str) -> Decision {
        let Principal::Function(name) = principal else { return Decision::Allow };
        let action = action.to_ascii_lowercase();
        let mut decision = Decision::ImplicitDeny;
        for statement in self.by_function.get(name).into_iter().flatten() {
            // Actions ignore case, ARNs do not: IAM's own rule.
            let about_action = statement.actions.iter().any(|pattern| matches(&pattern.to_ascii_lowercase(), &action));
            if about_action && statement.resources.iter().any(|pattern| matches(pattern, resource)) {
                if !statement.allow {
                    return Decision::ExplicitDeny;
                }
                decision = Decision::Allow;
            }
        }
        decision
    }

    /// Whether `principal` may send `request`: every action it needs is allowed.
    pub fn authorize(&self, principal: &Principal, request: &Request<'_>) -> Result<(), AccessDenied> {
        let Principal::Function(function) = principal else { return Ok(()) };
        for needed in request.needs(&self.scope) {
            let decisions =
                needed.any_of.iter().map(|resource| (self.allows(principal, &needed.action, resource), resource));
            let decisions: Vec<_> = decisions.collect();
            let denied = decisions.iter().find(|(decision, _)| *decision == Decision::ExplicitDeny);
            let allowed = decisions.iter().any(|(decision, _)| *decision == Decision::Allow);
            if let Some((decision, resource)) = denied.or(if allowed { None } else { decisions.first() }) {
                let user = format!("arn:aws:sts::{}:assumed-role/{function}-role/{function}", self.scope.account);
                return Err(AccessDenied::new(&user, &needed.action, resource, *decision));
            }
        }
        Ok(())
    }
}

/// `AWSLambdaSQSQueueExecutionRole`, on the one queue.
fn queue_execution_role(queue_arn: &str) -> Statement {
    allow(&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], queue_arn)
}

/// `AWSLambdaDynamoDBExecutionRole`, on the one stream.
fn stream_execution_role(stream_arn: &str) -> Statement {
    let actions =
        ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"];
    allow(&actions, stream_arn)
}

fn allow(actions: &[&str], resource: &str) -> Statement {
    let actions = actions.iter().map(|&action| action.to_owned()).collect();
    Statement { allow: true, actions, resources: vec![resource.to_owned()] }
}
