//! The database: one thread, one connection, what waits in the mailbox committed together.

mod queues;
mod receipt;
mod receive;
mod redrive;
mod schema;
mod send;
mod settle;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rusqlite::Connection;
use tokio::sync::oneshot;
use tracing::error;

use super::SqsError;
use super::long_poll::LongPoll;
use crate::clock::Clock;

pub(super) use queues::Queue;

/// Requests that one commit takes at most: keeps the first of them from waiting for long.
const GROUP_MAX: usize = 256;

/// Tells a caller of its result, once the commit is known to have worked or not.
type Answer = Box<dyn FnOnce(Result<(), &SqsError>)>;
type Request = Box<dyn FnOnce(&Store) -> Answer + Send>;

/// Sends requests to the thread. The thread ends when the last mailbox is dropped.
#[derive(Clone)]
pub(super) struct Mailbox {
    requests: Sender<Request>,
}

/// What the thread has at hand.
pub(super) struct Store {
    pub(super) connection: Connection,
    pub(super) clock: Clock,
    pub(super) base_url: String,
    queues: RefCell<HashMap<String, Arc<Queue>>>,
    /// Never below the messages in flight, by queue: counted anew only when it reaches the limit.
    in_flight_at_most: RefCell<HashMap<i64, i64>>,
    purged_ms: RefCell<HashMap<i64, i64>>,
    to_wake: RefCell<HashSet<String>>,
    next_receipt: Cell<u64>,
}

impl Mailbox {
    /// Opens the file, or a database in memory, and starts the thread.
    pub(super) fn open(
        file: Option<&Path>,
        clock: Clock,
        base_url: String,
        long_poll: Arc<LongPoll>,
    ) -> Result<Self, SqsError> {
        let store = Store {
            connection: schema::open(file)?,
            clock,
            base_url,
            queues: RefCell::default(),
            in_flight_at_most: RefCell::default(),
            purged_ms: RefCell::default(),
            to_wake: RefCell::default(),
            next_receipt: Cell::default(),
        };
        let (requests, mailbox) = channel();
        thread::Builder::new()
            .name("sqs".to_owned())
            .spawn(move || work(&store, &mailbox, &long_poll))
            .map_err(|error| SqsError::Internal(error.to_string()))?;
        Ok(Self { requests })
    }

    /// Runs a request on the thread, whole or not at all, and returns when it is committed.
    pub(super) async fn run<R: Send + 'static>(
        &self,
        request: impl FnOnce(&Store) -> Result<R, SqsError> + Send + 'static,
    ) -> Result<R, SqsError> {
        let (answer, answered) = oneshot::channel();
        let request: Request = Box::new(move |store| {
            let result = store.whole_or_nothing(request);
            Box::new(move |committed| {
                let result = match committed {
                    Ok(()) => result,
                    Err(error) => Err(SqsError::Internal(error.to_string())),
                };
                // A caller that went away does not want to know.
                let _gone = answer.send(result);
            })
        });
        let closed = || SqsError::Internal("the queues' database takes no requests".to_owned());
        self.requests.send(request).map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }
}

impl Store {
    /// Whoever waits for this queue should look again after the commit.
    fn wake(&self, queue: &str) {
        self.to_wake.borrow_mut().insert(queue.to_owned());
    }

    fn whole_or_nothing<R>(&self, request: impl FnOnce(&Self) -> Result<R, SqsError>) -> Result<R, SqsError> {
        self.connection.prepare_cached("SAVEPOINT request")?.execute([])?;
        let result = request(self);
        if result.is_err() {
            self.connection.prepare_cached("ROLLBACK TO request")?.execute([])?;
            self.queues.borrow_mut().clear();
        }
        self.connection.prepare_cached("RELEASE request")?.execute([])?;
        result
    }

    /// Runs the requests in one transaction. Without one nothing is run, and the callers learn it from their requests being
    /// dropped.
    fn commit_together(&self, requests: Vec<Request>) -> Result<(), SqsError> {
        self.connection.execute_batch("BEGIN IMMEDIATE")?;
        let answers: Vec<Answer> = requests.into_iter().map(|request| request(self)).collect();
        let committed = self.connection.execute_batch("COMMIT").map_err(SqsError::from);
        if committed.is_err() {
            // Fails when SQLite has rolled back by itself, which is as good.
            let _rolled_back = self.connection.execute_batch("ROLLBACK");
            self.queues.borrow_mut().clear();
        }
        for answer in answers {
            answer(committed.as_ref().copied());
        }
        committed
    }
}

fn work(store: &Store, mailbox: &Receiver<Request>, long_poll: &LongPoll) {
    while let Ok(first) = mailbox.recv() {
        let mut requests = vec![first];
        requests.extend(mailbox.try_iter().take(GROUP_MAX - 1));
        if let Err(cause) = store.commit_together(requests) {
            error!(error = ?cause, "the queues' database did not commit");
        }
        for queue in store.to_wake.take() {
            long_poll.ring(&queue);
        }
    }
}
