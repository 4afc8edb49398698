//! Lambda: the function that is invoked.

use percent_encoding::percent_decode_str;

use super::{Needed, Request, Scope, needed};

pub(super) fn needs(request: &Request<'_>, scope: &Scope) -> Vec<Needed> {
    let function =
        request.path.strip_prefix("/2015-03-31/functions/").and_then(|rest| rest.strip_suffix("/invocations"));
    let Some(function) = function else { return vec![needed("lambda:Unknown", "*")] };
    let function = percent_decode_str(function).decode_utf8_lossy();
    let arn = if function.starts_with("arn:") {
        function.into_owned()
    } else {
        scope.arn("lambda", &format!("function:{function}"))
    };
    vec![needed("lambda:InvokeFunction", arn)]
}
