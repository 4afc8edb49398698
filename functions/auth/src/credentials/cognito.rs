use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_cognitoidentityprovider::types::{AuthFlowType, AuthenticationResultType, MessageActionType};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::UserId;
use futures::FutureExt;
use futures::future::BoxFuture;
use hmac::Mac;
use lambda::{Base, MissingSetting};
use tokio::sync::OnceCell;

use super::{Credentials, CredentialsError, Tokens};
use crate::domain::{CodeKey, mac};

/// A Cognito user pool with a confidential client; the user's name there is our id.
pub struct Cognito {
    client: Client,
    pool_id: String,
    client_id: String,
    client_secret: OnceCell<String>,
}

/// The name and the secret's proof of it, as Cognito wants them.
const USERNAME: &str = "USERNAME";
const SECRET_HASH: &str = "SECRET_HASH";

impl Cognito {
    /// From what the start of a function finds: `USER_POOL_ID`, `TOKEN_CLIENT_ID`.
    pub fn of(base: &Base) -> Result<Self, MissingSetting> {
        let (pool, client) = (base.settings.require("USER_POOL_ID")?, base.settings.require("TOKEN_CLIENT_ID")?);
        Ok(Self::new(Client::new(&base.aws), pool, client))
    }

    /// The pool `pool_id` by its client `client_id`, whose secret is read when it is first needed.
    pub fn new(client: Client, pool_id: &str, client_id: &str) -> Self {
        let (pool_id, client_id) = (pool_id.to_owned(), client_id.to_owned());
        Self { client, pool_id, client_id, client_secret: OnceCell::new() }
    }

    async fn secret(&self) -> Result<&str, CredentialsError> {
        let read = || async {
            let call = self.client.describe_user_pool_client().user_pool_id(&self.pool_id).client_id(&self.client_id);
            let answer = call.send().await.map_err(|e| failure(&e))?;
            let secret = answer.user_pool_client.and_then(|client| client.client_secret);
            secret.ok_or_else(|| CredentialsError::Unavailable("the client has no secret".into()))
        };
        Ok(self.client_secret.get_or_try_init(read).await?)
    }

    async fn secret_hash(&self, user: UserId) -> Result<String, CredentialsError> {
        let name = format!("{user}{}", self.client_id);
        Ok(STANDARD.encode(mac(self.secret().await?.as_bytes(), &[name.as_bytes()]).finalize().into_bytes()))
    }

    async fn initiate(
        &self,
        user: UserId,
        flow: AuthFlowType,
        name: &str,
        value: &str,
    ) -> Result<Tokens, CredentialsError> {
        let call = self
            .client
            .admin_initiate_auth()
            .user_pool_id(&self.pool_id)
            .client_id(&self.client_id)
            .auth_flow(flow)
            .auth_parameters(USERNAME, user.to_string())
            .auth_parameters(SECRET_HASH, self.secret_hash(user).await?)
            .auth_parameters(name, value);
        let answer = call.send().await.map_err(|e| failure(&e))?;
        let unexpected = || CredentialsError::Unavailable(format!("a challenge: {:?}", answer.challenge_name));
        tokens(answer.authentication_result.as_ref().ok_or_else(unexpected)?)
    }

    async fn put(&self, user: UserId, password: &str) -> Result<(), CredentialsError> {
        let create = self.client.admin_create_user().user_pool_id(&self.pool_id).username(user.to_string());
        if let Err(error) = create.message_action(MessageActionType::Suppress).send().await
            && error.code() != Some("UsernameExistsException")
        {
            return Err(failure(&error));
        }
        let set = self.client.admin_set_user_password().user_pool_id(&self.pool_id).username(user.to_string());
        set.password(password).permanent(true).send().await.map_err(|e| failure(&e))?;
        Ok(())
    }

    async fn delete(&self, user: UserId) -> Result<(), CredentialsError> {
        let call = self.client.admin_delete_user().user_pool_id(&self.pool_id).username(user.to_string());
        match call.send().await {
            Err(error) if error.code() != Some("UserNotFoundException") => Err(failure(&error)),
            _ => Ok(()),
        }
    }
}

impl Credentials for Cognito {
    fn set<'a>(&'a self, user: UserId, password: &'a str) -> BoxFuture<'a, Result<(), CredentialsError>> {
        self.put(user, password).boxed()
    }

    fn remove(&self, user: UserId) -> BoxFuture<'_, Result<(), CredentialsError>> {
        self.delete(user).boxed()
    }

    fn sign_in<'a>(&'a self, user: UserId, password: &'a str) -> BoxFuture<'a, Result<Tokens, CredentialsError>> {
        self.initiate(user, AuthFlowType::AdminUserPasswordAuth, "PASSWORD", password).boxed()
    }

    fn refresh<'a>(&'a self, user: UserId, refresh: &'a str) -> BoxFuture<'a, Result<Tokens, CredentialsError>> {
        self.initiate(user, AuthFlowType::RefreshTokenAuth, "REFRESH_TOKEN", refresh).boxed()
    }

    fn code_key(&self) -> BoxFuture<'_, Result<CodeKey, CredentialsError>> {
        async { Ok(CodeKey::derive(self.secret().await?)) }.boxed()
    }
}

fn tokens(result: &AuthenticationResultType) -> Result<Tokens, CredentialsError> {
    let access = result.access_token().ok_or_else(|| CredentialsError::Unavailable("no access token".into()))?;
    Ok(Tokens {
        access: access.to_owned(),
        expires_in_seconds: result.expires_in(),
        refresh: result.refresh_token().map(str::to_owned),
    })
}

/// What a refused call means. A wrong password and an unknown user look the same on purpose.
fn failure<E>(error: &SdkError<E>) -> CredentialsError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    match error.code() {
        Some("NotAuthorizedException" | "UserNotFoundException" | "UserNotConfirmedException") => {
            CredentialsError::Refused
        }
        Some("UserLambdaValidationException") => {
            CredentialsError::Withheld(error.message().unwrap_or_default().to_owned())
        }
        Some(code) => CredentialsError::Unavailable(format!("{code}: {}", error.message().unwrap_or_default())),
        None => CredentialsError::Unavailable(DisplayErrorContext(error).to_string()),
    }
}
