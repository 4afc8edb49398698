//! SES: the identity a mail is sent from.

use super::{Needed, Request, Scope, needed, text};
use crate::ses;

pub(super) fn needs(request: &Request<'_>, scope: &Scope) -> Vec<Needed> {
    if request.path != ses::SEND_EMAIL_PATH {
        return vec![needed("ses:Unknown", "*")];
    }
    let body = request.json();
    let from = ses::address(text(&body, "FromEmailAddress").unwrap_or_default());
    let domain = from.rsplit('@').next().unwrap_or_default();
    // Either the address or its domain is the verified identity.
    let any_of = [from, domain].map(|identity| scope.arn("ses", &format!("identity/{identity}"))).to_vec();
    let mut needs = vec![Needed { action: "ses:SendEmail".to_owned(), any_of, from: Some(from.to_owned()) }];
    if let Some(set) = text(&body, "ConfigurationSetName") {
        let set = needed("ses:SendEmail", scope.arn("ses", &format!("configuration-set/{set}")));
        needs.push(Needed { from: Some(from.to_owned()), ..set });
    }
    needs
}
