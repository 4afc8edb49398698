//! The demo people. Their passwords are drawn at the first start and kept beside the data they open.

use std::time::{Duration, Instant};

use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::process::Command;

use crate::{Api, Failure, Place};

/// Whom to sign in as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Buys.
    Shopper,
    /// Owns the demo stores.
    Vendor,
    /// Runs the platform.
    Admin,
}

/// Somebody's address and password.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Person {
    /// To sign in with.
    pub email: String,
    /// Drawn at the first start.
    pub password: String,
}

/// Everybody.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct People {
    /// Buys.
    pub shopper: Person,
    /// Owns the demo stores.
    pub vendor: Person,
    /// Runs the platform.
    pub admin: Person,
    /// Shoppers who wrote the reviews.
    pub reviewers: Vec<Person>,
}

const FILE: &str = "people.json";
const REVIEWERS: usize = 6;
/// How long a mail with a code may take.
const MAIL_WITHIN: Duration = Duration::from_secs(30);

impl Person {
    fn drawn(name: &str) -> Self {
        Self { email: format!("{name}@demo.example"), password: password() }
    }

    /// The API as this person; the token lasts fifteen minutes.
    pub async fn sign_in(&self, place: &Place) -> Result<Api, Failure> {
        let api = place.api()?;
        let token = self.token(&api).await?;
        Ok(api.with(&token))
    }

    /// An access token.
    pub async fn token(&self, api: &Api) -> Result<String, Failure> {
        let signed_in = api.post("/v1/auth/login", &json!({"email": self.email, "password": self.password})).await?;
        let token = signed_in["access_token"].as_str();
        token.map(str::to_owned).ok_or_else(|| Failure::Other("the log-in answered no token".to_owned()))
    }

    /// Registers with the code from the mailbox, unless that happened before, and signs in.
    pub async fn join(&self, place: &Place, role: &str) -> Result<Api, Failure> {
        if let Ok(api) = self.sign_in(place).await {
            return Ok(api);
        }
        let api = place.api()?;
        let register = json!({"email": self.email, "password": self.password, "role": role, "locale": "uz"});
        api.post("/v1/auth/register", &register).await?;
        let code = self.code(place).await?;
        let verify = json!({"email": self.email, "code": code, "password": self.password});
        api.post("/v1/auth/verify-email", &verify).await?;
        self.sign_in(place).await
    }

    async fn code(&self, place: &Place) -> Result<String, Failure> {
        let (mailbox, until) = (place.control()?, Instant::now() + MAIL_WITHIN);
        let path = format!("/mailbox?limit=1&to={}", self.email.replace('@', "%40"));
        while Instant::now() < until {
            let mails = mailbox.get(&path).await?;
            let text = mails[0]["text"].as_str().unwrap_or_default();
            if let Some(code) = text.split(|c: char| !c.is_ascii_digit()).find(|run| run.len() == 6) {
                return Ok(code.to_owned());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Err(Failure::Other(format!("no code arrived for {}", self.email)))
    }

    /// Makes this person the super admin, as an operator does, and signs in.
    pub async fn rule(&self, place: &Place) -> Result<Api, Failure> {
        if let Ok(api) = self.sign_in(place).await {
            return Ok(api);
        }
        let failed = |error: std::io::Error| Failure::File("operator".to_owned(), error);
        let operator = std::env::current_exe().map_err(failed)?.with_file_name("operator");
        let made = Command::new(operator)
            .args(["super-admin", "--email", &self.email])
            .env("SUPER_ADMIN_PASSWORD", &self.password)
            .envs(place.settings("um-dev-auth-public"))
            .env("AWS_ENDPOINT_URL", place.text("endpoint_url")?)
            .env("AWS_REGION", place.text("region")?)
            .env("AWS_ACCESS_KEY_ID", place.text("access_key_id")?)
            .env("AWS_SECRET_ACCESS_KEY", place.text("secret_access_key")?)
            .output()
            .await
            .map_err(failed)?;
        if !made.status.success() {
            return Err(Failure::Other(format!("no super admin: {}", String::from_utf8_lossy(&made.stderr))));
        }
        self.sign_in(place).await
    }
}

impl People {
    /// Those who were drawn before; none before the first seed.
    pub fn known(place: &Place) -> Result<Option<Self>, Failure> {
        let file = place.file(FILE);
        let name = file.display().to_string();
        match std::fs::read_to_string(file) {
            Ok(text) => serde_json::from_str(&text).map(Some).map_err(|error| Failure::Content(name, error)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Failure::File(name, error)),
        }
    }

    /// Those who were drawn before, or new ones, written down before anybody registers.
    pub fn known_or_drawn(place: &Place) -> Result<Self, Failure> {
        if let Some(known) = Self::known(place)? {
            return Ok(known);
        }
        let reviewers = (1..=REVIEWERS).map(|n| Person::drawn(&format!("reviewer-{n}"))).collect();
        let [shopper, vendor, admin] = ["shopper", "vendor", "admin"].map(Person::drawn);
        let people = Self { shopper, vendor, admin, reviewers };
        people.write(place)?;
        Ok(people)
    }

    /// Whoever has that role.
    pub const fn with(&self, role: Role) -> &Person {
        match role {
            Role::Shopper => &self.shopper,
            Role::Vendor => &self.vendor,
            Role::Admin => &self.admin,
        }
    }

    /// Readable for the owner of the folder alone.
    fn write(&self, place: &Place) -> Result<(), Failure> {
        use std::io::Write;
        use std::os::unix::fs::OpenOptionsExt;
        let file = place.file(FILE);
        let name = file.display().to_string();
        let failed = |error| Failure::File(name.clone(), error);
        let text = serde_json::to_string_pretty(self).map_err(|error| Failure::Content(name.clone(), error))?;
        let new = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file);
        new.and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed)
    }
}

/// Sixteen characters of all four classes, without those that look alike.
fn password() -> String {
    let classes = ["ABCDEFGHJKLMNPQRSTUVWXYZ", "abcdefghijkmnpqrstuvwxyz", "23456789", "-_.!"];
    let mut drawn: Vec<char> =
        (0..16).filter_map(|at| fastrand::choice(classes[at % classes.len()].chars().collect::<Vec<_>>())).collect();
    fastrand::shuffle(&mut drawn);
    drawn.into_iter().collect()
}
