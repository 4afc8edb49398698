//! Statements of the template's policies, and the decision they lead to.

use std::collections::HashMap;

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
}

impl Policies {
    /// The policies of the template's functions, and what SAM adds to a role for its event sources.
    pub fn of(stack: &Stack) -> Self {
        let mut by_function: HashMap<String, Vec<Statement>> =
            stack.functions.iter().map(|function| (function.name.clone(), function.policies.clone())).collect();
        for mapping in &stack.mappings {
            let added = match &mapping.source {
                Source::Queue(name) => {
                    queue_execution_role(&format!("arn:aws:sqs:{}:{}:{name}", stack.region, stack.account))
                }
                Source::Stream(table) => stream_execution_role(&format!(
                    "arn:aws:dynamodb:{}:{}:table/{table}/stream/*",
                    stack.region, stack.account
                )),
            };
            by_function.entry(mapping.function.clone()).or_default().push(added);
        }
        Self { by_function }
    }

    /// Whether `principal` may do `action` (`dynamodb:GetItem`) on `resource` (an ARN).
    pub fn allows(&self, principal: &Principal, action: &str, resource: &str) -> Decision {
        let Principal::Function(name) = principal else { return Decision::Allow };
        let statements = self.by_function.get(name).map_or(&[][..], Vec::as_slice);
        let mut decision = Decision::ImplicitDeny;
        for statement in statements {
            // Actions ignore case, ARNs do not: IAM's own rule.
            let about_action = statement
                .actions
                .iter()
                .any(|pattern| matches(&pattern.to_ascii_lowercase(), &action.to_ascii_lowercase()));
            if about_action && statement.resources.iter().any(|pattern| matches(pattern, resource)) {
                if !statement.allow {
                    return Decision::ExplicitDeny;
                }
                decision = Decision::Allow;
            }
        }
        decision
    }
}

/// `AWSLambdaSQSQueueExecutionRole`, on the one queue.
fn queue_execution_role(queue_arn: &str) -> Statement {
    allow(&["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], queue_arn)
}

/// `AWSLambdaDynamoDBExecutionRole`, on the one stream.
fn stream_execution_role(stream_arn: &str) -> Statement {
    allow(
        &["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"],
        stream_arn,
    )
}

fn allow(actions: &[&str], resource: &str) -> Statement {
    Statement {
        allow: true,
        actions: actions.iter().map(|&action| action.to_owned()).collect(),
        resources: vec![resource.to_owned()],
    }
}

/// IAM's wildcards: `*` is any run of characters, `?` any single one. Linear in the text for each `*`.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p, t));
            p += 1;
        } else if pattern.get(p).is_some_and(|&c| c == '?' || c == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((star_p, star_t)) = star {
            p = star_p + 1;
            t = star_t + 1;
            star = Some((star_p, star_t + 1));
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}
