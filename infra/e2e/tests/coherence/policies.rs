//! What a function may reach is what its settings name: no right without a use, no use without a right.

use local::template::model::Function;

use super::stack;

/// The settings by which the code finds a resource, and what reaching it takes.
fn needs(setting: &str) -> Option<&'static str> {
    match setting {
        "TABLE_NAME" => Some("dynamodb:"),
        "USER_POOL_ID" => Some("cognito-idp:"),
        "MAIL_FROM" => Some("ses:"),
        "IMPORTS_BUCKET" | "IMAGES_BUCKET" => Some("s3:"),
        setting if setting.ends_with("_QUEUE_URL") => Some("sqs:SendMessage"),
        setting if setting.ends_with("_SERVICE_URL") => Some("execute-api:"),
        _ => None,
    }
}

fn actions(function: &Function) -> impl Iterator<Item = &str> {
    function.policies.iter().filter(|statement| statement.allow).flat_map(|s| s.actions.iter().map(String::as_str))
}

#[test]
fn a_function_may_reach_what_its_settings_name() {
    for function in stack().functions {
        for need in function.environment.keys().filter_map(|setting| needs(setting)) {
            assert!(actions(&function).any(|a| a.starts_with(need)), "{} may not {need}", function.name);
        }
    }
}

#[test]
fn a_function_may_reach_nothing_that_its_settings_do_not_name() {
    // Logs, and the queue or stream that feeds a function, are the platform's doing.
    let platform = ["logs:", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
    let reads_stream =
        ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream", "dynamodb:ListStreams"];
    for function in stack().functions {
        let named: Vec<_> = function.environment.keys().filter_map(|setting| needs(setting)).collect();
        // A publisher also writes to the queue of what it could not send.
        for action in actions(&function).filter(|a| !platform.iter().chain(&reads_stream).any(|p| a.starts_with(p))) {
            assert!(named.iter().any(|need| action.starts_with(need)), "{} needs no {action}", function.name);
        }
    }
}

#[test]
fn no_right_is_for_everything() {
    for function in stack().functions {
        for statement in function.policies.iter().filter(|s| s.allow) {
            assert!(!statement.actions.iter().any(|a| a.contains('*')), "{}: {:?}", function.name, statement.actions);
            let listing = statement.actions == ["dynamodb:ListStreams"];
            assert!(listing || !statement.resources.iter().any(|r| r == "*"), "{}: a resource is *", function.name);
        }
    }
}

#[test]
fn each_call_to_another_service_names_the_routes_it_may_call() {
    let callers = stack().functions.into_iter().flat_map(|f| {
        let statements = f.policies.clone().into_iter().filter(|s| s.actions == ["execute-api:Invoke"]);
        statements.flat_map(|s| s.resources).map(move |resource| (f.name.clone(), resource)).collect::<Vec<_>>()
    });
    let mut seen = 0;
    for (name, resource) in callers {
        seen += 1;
        assert!(resource.contains("/internal/"), "{name} may call all of {resource}");
    }
    assert!(seen >= 5, "cart, order, analytics and tech-product call others");
}
