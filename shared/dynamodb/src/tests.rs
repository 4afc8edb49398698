//! The kit against an embedded DynamoDB.

use contracts::{Actor, Event, Fact, UserRegistered};
use domain::{Clock, CorrelationId, EventId, Locale, PageLimit, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use testing::DynamoDb;

use crate::{
    Adjust, Cursor, Due, Error, Index, IndexSchema, Key, Projection, Query, Row, Stored, Table, TableSchema, Tx,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Jar {
    shelf: String,
    name: String,
    sweets: i64,
    opens: Option<Timestamp>,
}

impl Row for Jar {
    const KIND: &'static str = "jar";

    fn key(&self) -> Key {
        Key::new(format!("SHELF#{}", self.shelf), format!("JAR#{}", self.name))
    }

    fn indexes(&self) -> Vec<(Index, Key)> {
        vec![(Index::Gsi1, Key::new("JARS", self.name.clone()))]
    }

    fn due(&self) -> Option<Due> {
        self.opens.map(Due)
    }
}

const SCHEMA: TableSchema = TableSchema { indexes: &[IndexSchema { index: Index::Gsi1, projection: Projection::All }] };

struct World {
    _db: DynamoDb,
    table: Table,
}

async fn world() -> World {
    let db = DynamoDb::start().await;
    let name = db.create_table(&SCHEMA.properties()).await;
    World { table: Table::new(db.client(), name), _db: db }
}

fn jar(name: &str) -> Jar {
    Jar { shelf: "top".into(), name: name.into(), sweets: 10, opens: None }
}

impl World {
    async fn jar(&self, name: &str) -> Option<Stored<Jar>> {
        self.table.get_consistent(jar(name).key()).await.unwrap()
    }
}

#[tokio::test]
async fn a_second_creator_is_told_what_stands_there() {
    let w = world().await;
    w.table.create(&jar("a")).await.unwrap();
    let mut other = jar("a");
    other.sweets = 3;
    let error = w.table.create(&other).await.unwrap_err();
    let Error::Refused(refusal) = error else { panic!("{error}") };
    assert_eq!(refusal.existing::<Jar>().unwrap().into_row(), jar("a"));
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_may_be_repeated() {
    let w = world().await;
    w.table.create(&jar("a")).await.unwrap();
    w.table.create(&jar("a")).await.unwrap();
}

#[tokio::test]
async fn a_second_writer_is_told_it_is_stale() {
    let w = world().await;
    w.table.create(&jar("a")).await.unwrap();
    let read = w.jar("a").await.unwrap();
    let write = |sweets| Jar { sweets, ..jar("a") };
    let now = w.table.replace(&read, write(1)).await.unwrap();
    assert_eq!(w.table.replace(&read, write(2)).await.unwrap_err().refused(), Some("replace"));
    w.table.replace(&now, write(3)).await.unwrap();
    assert_eq!(w.jar("a").await.unwrap().sweets, 3);
}

#[tokio::test]
async fn of_two_writers_of_the_same_content_one_is_stale_as_well() {
    let w = world().await;
    w.table.create(&jar("a")).await.unwrap();
    let read = w.jar("a").await.unwrap();
    let eaten = || Jar { sweets: read.sweets - 1, ..jar("a") };
    w.table.replace(&read, eaten()).await.unwrap();
    assert_eq!(w.table.replace(&read, eaten()).await.unwrap_err().refused(), Some("replace"));
}

#[tokio::test]
async fn a_transaction_names_the_operation_that_failed_and_writes_nothing() {
    let w = world().await;
    w.table.create(&jar("b")).await.unwrap();
    let tx = Tx::new().create("first", &jar("a")).adjust(
        "take",
        jar("b").key(),
        Adjust::existing().add("sweets", -11).at_least("sweets", 11),
    );
    let error = w.table.commit(tx).await.unwrap_err();
    assert_eq!(error.refused(), Some("take"));
    let Error::Refused(refusal) = error else { unreachable!() };
    assert_eq!((refusal.position, refusal.existing::<Jar>().unwrap().sweets), (1, 10));
    assert_eq!(w.jar("a").await, None);
}

#[tokio::test]
async fn a_counter_never_falls_below_its_floor_however_many_take_at_once() {
    let w = world().await;
    w.table.create(&jar("a")).await.unwrap();
    let take = || async {
        let adjust = Adjust::existing().add("sweets", -1).at_least("sweets", 1);
        w.table.commit(Tx::new().adjust("take", jar("a").key(), adjust)).await
    };
    let taken = futures::future::join_all((0..25).map(|_| take())).await;
    assert_eq!(taken.iter().filter(|t| t.is_ok()).count(), 10);
    assert!(taken.iter().all(|t| t.as_ref().err().is_none_or(|e| e.refused() == Some("take"))));
    assert_eq!(w.jar("a").await.unwrap().sweets, 0);
}

#[tokio::test]
async fn a_replace_that_raced_a_counter_loses() {
    let w = world().await;
    w.table.create(&jar("a")).await.unwrap();
    let read = w.jar("a").await.unwrap();
    let tx = Tx::new().adjust("take", jar("a").key(), Adjust::existing().add("sweets", -1));
    w.table.commit(tx).await.unwrap();
    assert_eq!(w.table.replace(&read, jar("a")).await.unwrap_err().refused(), Some("replace"));
}

#[tokio::test]
async fn an_upsert_begins_a_row_of_its_kind() {
    let w = world().await;
    let add = |n| {
        let adjust =
            Adjust::upsert("jar").set_once("shelf", "top").set_once("name", "a").set_once("opens", None::<i64>);
        Tx::new().adjust("count", jar("a").key(), adjust.add("sweets", n))
    };
    w.table.commit(add(2)).await.unwrap();
    w.table.commit(add(3)).await.unwrap();
    assert_eq!(w.jar("a").await.unwrap().sweets, 5);
}

#[tokio::test]
async fn a_guarded_change_is_carried_out_once_however_often_it_is_tried() {
    let w = world().await;
    w.table.create(&jar("a")).await.unwrap();
    let before = w.jar("a").await.unwrap();
    let one_more = || Adjust::existing().add("sweets", 1).equals("sweets", before.sweets).guarded();
    let tries = (0..5).map(|_| w.table.commit(Tx::new().adjust("sweets", jar("a").key(), one_more())));
    let results = futures::future::join_all(tries).await;
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
    assert!(results.iter().all(|result| result.as_ref().err().is_none_or(|e| e.refused() == Some("sweets"))));
    assert_eq!(w.jar("a").await.unwrap().sweets, before.sweets + 1);
}

#[tokio::test]
async fn a_list_goes_on_where_its_page_ended() {
    let w = world().await;
    for name in ["a", "b", "c"] {
        w.table.create(&jar(name)).await.unwrap();
    }
    let limit = PageLimit::new(2).unwrap();
    for question in [Query::partition("SHELF#top").prefix("JAR#"), Query::partition("JARS").on(Index::Gsi1)] {
        let first = w.table.query::<Jar>(question.clone().limit(limit)).await.unwrap();
        let text = first.next.unwrap().encode("jars", "me");
        let next = Cursor::decode(&text, "jars", "me", &question).unwrap();
        let second = w.table.query::<Jar>(question.after(Some(next))).await.unwrap();
        let names: Vec<_> = first.rows.iter().chain(&second.rows).map(|r| r.name.clone()).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }
}

#[tokio::test]
async fn many_rows_are_read_past_the_limit_of_one_batch() {
    let w = world().await;
    let names: Vec<_> = (0..130).map(|n| format!("{n}")).collect();
    for name in &names {
        w.table.create(&jar(name)).await.unwrap();
    }
    let keys = names.iter().map(|n| jar(n).key()).chain([jar("missing").key()]);
    assert_eq!(w.table.get_many::<Jar>(keys).await.unwrap().len(), 130);
}

#[tokio::test]
async fn only_rows_whose_time_has_come_are_due() {
    let w = world().await;
    let clock = Clock::manual("2026-11-23T06:00:00Z".parse().unwrap());
    let at = |minutes: i64| Some(clock.now() + jiff::SignedDuration::from_mins(minutes));
    for (name, opens) in [("past", at(-1)), ("now", at(0)), ("later", at(1)), ("never", None)] {
        w.table.create(&Jar { opens, ..jar(name) }).await.unwrap();
    }
    let mut due = w.table.due(clock.now(), 25).await.unwrap();
    due.sort_by(|a, b| a.sk.cmp(&b.sk));
    assert_eq!(due, [jar("now").key(), jar("past").key()]);
}

#[tokio::test]
async fn the_same_event_is_told_once() {
    let w = world().await;
    let (user_id, role) = (UserId::derived("u"), contracts::PlatformRole::Customer);
    let fact = Fact::UserRegistered(UserRegistered { user_id, role, locale: Locale::Uz });
    let correlation = CorrelationId::derived("c");
    let event = Event::new(EventId::derived("e"), Timestamp::UNIX_EPOCH, Actor::Guest, correlation, fact);
    let tx = |name| Tx::new().create("jar", &jar(name)).tell(event.clone());
    w.table.commit(tx("a")).await.unwrap();
    assert_eq!(w.table.commit(tx("b")).await.unwrap_err().refused(), Some("outbox"));
    assert_eq!(w.jar("b").await, None);
}

fn event(name: &str) -> Event {
    let (user_id, role) = (UserId::derived("u"), contracts::PlatformRole::Customer);
    let fact = Fact::UserRegistered(UserRegistered { user_id, role, locale: Locale::Uz });
    Event::new(EventId::derived(name), Timestamp::UNIX_EPOCH, Actor::Guest, CorrelationId::derived("c"), fact)
}

impl World {
    /// The ids of the events that the jar carries.
    async fn carried(&self, name: &str) -> Vec<EventId> {
        let key = jar(name).key().into_item();
        let answer = self.table.client().get_item().table_name(self.table.name()).set_key(Some(key)).send();
        let item = answer.await.unwrap().item.unwrap();
        let Some(carried) = item.get("carried") else { return Vec::new() };
        let events: Vec<Event> = serde_json::from_str(carried.as_s().unwrap()).unwrap();
        events.into_iter().map(|event| event.id).collect()
    }
}

#[tokio::test]
async fn a_row_carries_the_events_of_its_last_change_only() {
    let w = world().await;
    w.table.commit(Tx::new().create("jar", &jar("a")).carry(&[event("1"), event("2")])).await.unwrap();
    assert_eq!(w.carried("a").await, [EventId::derived("1"), EventId::derived("2")]);
    let read = w.jar("a").await.unwrap();
    w.table.commit(Tx::new().replace("jar", &read, &Jar { sweets: 1, ..jar("a") }).carry(&[])).await.unwrap();
    assert_eq!(w.carried("a").await, []);
}

#[tokio::test]
async fn only_a_row_that_is_written_carries_events() {
    let w = world().await;
    for tx in [Tx::new(), Tx::new().absent("jar", jar("a").key())] {
        assert!(matches!(w.table.commit(tx.carry(&[event("1")])).await, Err(Error::Row { kind: "carried", .. })));
    }
}
