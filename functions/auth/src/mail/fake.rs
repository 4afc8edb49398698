//! A mailbox in memory.

use std::sync::Mutex;

use futures::FutureExt;
use futures::future::BoxFuture;

use super::{Mail, MailError, Mailer};
use crate::domain::{Code, Email};

#[derive(Default)]
pub(crate) struct Mailbox {
    mails: Mutex<Vec<(Email, Mail)>>,
    state: Mutex<(bool, bool)>,
}

impl Mailbox {
    /// Refuses everything from now on, or takes it again.
    pub(crate) fn refuse(&self, refuse: bool) {
        self.state.lock().unwrap().0 = refuse;
    }

    /// Takes the next mail and never answers, as when the function is killed there.
    pub(crate) fn crash_after_next(&self) {
        self.state.lock().unwrap().1 = true;
    }

    pub(crate) fn to(&self, email: &str) -> Vec<Mail> {
        let mails = self.mails.lock().unwrap();
        mails.iter().filter(|(to, _)| to.as_str() == email).map(|(_, mail)| mail.clone()).collect()
    }

    /// The code in the last mail to `email`.
    pub(crate) fn code(&self, email: &str) -> Code {
        let text = self.to(email).last().expect("there is a mail").text.clone();
        let mut words = text.split(|c: char| !c.is_ascii_digit());
        words.find_map(|word| word.parse().ok()).expect("there is a code")
    }
}

impl Mailer for Mailbox {
    fn send<'a>(&'a self, to: &'a Email, mail: Mail) -> BoxFuture<'a, Result<(), MailError>> {
        async move {
            if self.state.lock().unwrap().0 {
                return Err(MailError("refused for the test".into()));
            }
            self.mails.lock().unwrap().push((to.clone(), mail));
            if std::mem::take(&mut self.state.lock().unwrap().1) {
                std::future::pending::<()>().await;
            }
            Ok(())
        }
        .boxed()
    }
}
