use aws_config::SdkConfig;
use contracts::Event;
use domain::Date;
use dynamodb::{OutboxRow, Query, Table};
use lambda::{Failure, Settings};

/// Events of one outbox partition and day that are held at once: an eighth of a day.
const PARTITION_MAX: usize = 1_000_000;

/// Sends every event of the days again.
pub(crate) async fn run(settings: &Settings, aws: &SdkConfig, from: Date, to: Date) -> Result<(), Failure> {
    let table = Table::new(aws_sdk_dynamodb::Client::new(aws), settings.require("TABLE_NAME")?);
    let sqs = aws_sdk_sqs::Client::new(aws);
    let mut day = from;
    while day <= to {
        let (mut events, mut messages) = (0_u64, 0_u64);
        for partition in OutboxRow::partitions(day) {
            for row in table.query_all::<OutboxRow>(Query::partition(partition), PARTITION_MAX).await? {
                messages += send(settings, &sqs, &row.event).await?;
                events += 1;
            }
        }
        println!("{day}: {events} events, {messages} messages");
        day = day.tomorrow()?;
    }
    Ok(())
}

async fn send(settings: &Settings, sqs: &aws_sdk_sqs::Client, text: &str) -> Result<u64, Failure> {
    let event: Event = serde_json::from_str(text)?;
    let mut sent = 0;
    for service in event.fact.subscribers() {
        sqs.send_message().queue_url(settings.queue_url(*service)?).message_body(text).send().await?;
        sent += 1;
    }
    Ok(sent)
}
