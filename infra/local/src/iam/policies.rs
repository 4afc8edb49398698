//! Statements of the template's policies, and the decision they lead to.

use std::collections::HashMap;

use super::actions::{Request, Scope};
use super::denial::AccessDenied;
use super::event_source::{RoleLacks, event_source_needs};
use super::pattern::matches;
use crate::template::model::{Stack, Statement};

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
    /// The policies of the template's functions, and what SAM adds for its event sources to a role that it makes.
    pub fn of(stack: &Stack) -> Self {
        let scope = Scope { region: stack.region.clone(), account: stack.account.clone() };
        let mut by_function: HashMap<String, Vec<Statement>> =
            stack.functions.iter().map(|function| (function.name.clone(), function.policies.clone())).collect();
        for function in stack.functions.iter().filter(|function| !function.has_own_role) {
            for mapping in stack.mappings.iter().filter(|mapping| mapping.function == function.name) {
                let added = event_source_needs(mapping, &scope).into_iter().map(|(action, resource)| Statement {
                    allow: true,
                    actions: vec![action.to_owned()],
                    resources: vec![resource],
                    from_address: None,
                });
                by_function.entry(function.name.clone()).or_default().extend(added);
            }
        }
        Self { by_function, scope }
    }

    /// Whether the role of every function lets Lambda read its event sources and write to their destinations. Lambda
    /// asks the same before it makes a mapping.
    pub fn check_event_sources(&self, stack: &Stack) -> Result<(), RoleLacks> {
        for mapping in &stack.mappings {
            let principal = Principal::Function(mapping.function.clone());
            for (action, resource) in event_source_needs(mapping, &self.scope) {
                if self.allows(&principal, action, &resource) != Decision::Allow {
                    return Err(RoleLacks { mapping: mapping.id.clone(), action, resource });
                }
            }
        }
        Ok(())
    }

    /// Whether `principal` may do `action` (`dynamodb:GetItem`) on `resource` (an ARN).
    pub fn allows(&self, principal: &Principal, action: &str, resource: &str) -> Decision {
        self.decide(principal, action, resource, None)
    }

    /// The same for a request that sends a mail `from` an address.
    fn decide(&self, principal: &Principal, action: &str, resource: &str, from: Option<&str>) -> Decision {
        let Principal::Function(name) = principal else { return Decision::Allow };
        let action = action.to_ascii_lowercase();
        let mut decision = Decision::ImplicitDeny;
        for statement in self.by_function.get(name).into_iter().flatten() {
            // Actions ignore case, ARNs do not: IAM's own rule.
            let about_action = statement.actions.iter().any(|pattern| matches(&pattern.to_ascii_lowercase(), &action));
            // A request without the key does not meet a condition on it: IAM's own rule as well.
            let from_allowed =
                statement.from_address.as_ref().is_none_or(|of| from.is_some_and(|f| of.iter().any(|a| a == f)));
            if about_action && from_allowed && statement.resources.iter().any(|pattern| matches(pattern, resource)) {
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
            let decisions = needed
                .any_of
                .iter()
                .map(|resource| (self.decide(principal, &needed.action, resource, needed.from.as_deref()), resource));
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
