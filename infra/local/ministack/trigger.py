"""Cognito's triggers, invoked through the host's Invoke API. A log-in whose trigger fails gets no token.

Stands in for ministack's own Lambda: the three functions below have the names under which its Cognito looks them up.
Time-out, tries and error codes follow "Customizing user pool workflows with Lambda triggers" in the Cognito guide.
"""

import http.client
import json
from contextvars import ContextVar
from urllib.parse import quote, urlsplit

ANSWER_WITHIN_SECONDS = 5
TRIES = 3

invoke_url = None
_answers = ContextVar("answers", default=None)


class TriggerError(Exception):
    """What Cognito tells the caller when a trigger did not do its work."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
        self.message = message


def one_answer_per_request():
    """From here on, the same event is sent once: Cognito asks one time for the access and the id token."""
    _answers.set({})


def _get_func_record_for_ref(arn):
    name = arn.split(":function:")[-1].split(":")[0]
    return {"name": name}, {"name": name}, name


def _execution_record_for_config(record, _config):
    return record


def _execute_function_with_config_scope(record, event):
    answers = _answers.get()
    body = json.dumps(event, sort_keys=True)
    if answers is None:
        return {"body": _invoke(record["name"], event["triggerSource"], body)}
    if body not in answers:
        answers[body] = _invoke(record["name"], event["triggerSource"], body)
    return {"body": answers[body]}


def _invoke(function, source, body):
    trigger = "PreTokenGeneration" if source.startswith("TokenGeneration_") else source.split("_")[0]
    status, error, payload = _post(function, trigger, body)
    if status != 200:
        code = json.loads(payload or b"{}").get("__type") or f"status {status}"
        raise TriggerError("UnexpectedLambdaException", f"{trigger} invocation failed due to error {code}.")
    try:
        answer = json.loads(payload)
    except ValueError:
        answer = None
    if error is not None:
        reason = answer.get("errorMessage", error) if isinstance(answer, dict) else error
        raise TriggerError("UserLambdaValidationException", f"{trigger} failed with error {reason}.")
    if not isinstance(answer, dict) or not isinstance(answer.get("response"), dict):
        raise TriggerError("InvalidLambdaResponseException", "Unrecognizable lambda output")
    return answer


def _post(function, trigger, body):
    where = urlsplit(invoke_url)
    for _ in range(TRIES):
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=ANSWER_WITHIN_SECONDS)
        try:
            connection.request("POST", f"/2015-03-31/functions/{quote(function)}/invocations", body)
            answer = connection.getresponse()
            return answer.status, answer.getheader("x-amz-function-error"), answer.read()
        except TimeoutError:
            continue
        except OSError as cause:
            raise TriggerError("UnexpectedLambdaException", f"{trigger} invocation failed: {cause}.") from cause
        finally:
            connection.close()
    raise TriggerError("UnexpectedLambdaException", f"{trigger} invocation failed due to error Timeout.")
