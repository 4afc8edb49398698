"""Around every call of ministack's Cognito: what it changed is stored before it is answered, and what differs from
Cognito is put right.

Challenges in flight (SRP, new password) end with the process; everything a client was told is done is kept.
"""

import sys

import cognito_store
import trigger

# These may wait for a trigger, so they do not hold the lock while they run.
MAY_INVOKE_A_TRIGGER = {
    "AdminConfirmSignUp", "AdminCreateUser", "AdminInitiateAuth", "AdminResetUserPassword", "AdminRespondToAuthChallenge",
    "ConfirmForgotPassword", "ConfirmSignUp", "ForgotPassword", "GetTokensFromRefreshToken", "InitiateAuth",
    "ResendConfirmationCode", "RespondToAuthChallenge", "SignUp", "UpdateUserAttributes",
}
# One is added by each log-in and read by a global sign-out, which ends older refresh tokens by their date as well.
SESSIONS_REMEMBERED = 200


def install(cognito, file, invoke_url):
    trigger.invoke_url = invoke_url
    sys.modules["ministack.services.lambda_svc"] = trigger
    import ministack.services

    ministack.services.lambda_svc = trigger
    store = cognito_store.Store(cognito, file)
    cognito._run_idp_handler = stored(cognito, store)
    cognito._resolve_user = touching(cognito._resolve_user)
    cognito._user_from_token = touching(cognito._user_from_token)
    cognito._refresh_auth_user = refusing_expired(cognito)


def stored(cognito, store):
    original = cognito._run_idp_handler

    def run(handler, action, data):
        trigger.one_answer_per_request()
        cognito_store.touched.set(set())
        try:
            if action in MAY_INVOKE_A_TRIGGER:
                answer = original(handler, action, data)
            else:
                with store.lock:
                    answer = original(handler, action, data)
        except trigger.TriggerError as error:
            answer = cognito.error_response_json(error.code, error.message, 400)
        store.save()
        return answer

    return run


def touching(find):
    """Users found by other means than their key are remembered for storing as well."""

    def found(*arguments):
        result = find(*arguments)
        user = result[0] if isinstance(result, tuple) else result
        if user:
            pool = next(argument for argument in arguments if isinstance(argument, dict))
            pool["_users"].touch(user["Username"])
            sessions = user.get("_origin_jtis", [])
            del sessions[:-SESSIONS_REMEMBERED]
        return result

    return found


def refusing_expired(cognito):
    """ministack takes a refresh token for as long as it exists; Cognito until it expires."""
    original = cognito._refresh_auth_user

    def refresh(pool, pool_id, client_id, token):
        user, error = original(pool, pool_id, client_id, token)
        if error is None and cognito._token_claims(token).get("exp", 0) <= cognito.time.time():
            return None, cognito.error_response_json("NotAuthorizedException", "Refresh Token has expired", 400)
        return user, error

    return refresh
