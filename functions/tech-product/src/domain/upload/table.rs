//! Tables as spreadsheets write them: separated by commas, semicolons or tabs.

use std::collections::HashSet;
use std::io::{BufRead, Read};

use csv::{ErrorKind, ReaderBuilder, StringRecord};
use serde_json::{Map, Value};

use super::bounded::Passed;
use super::{Collector, UploadFault};
use crate::domain::{Mapping, REQUIRED};

/// Told apart by which of them a header has most; of as many, the later one.
const DELIMITERS: [u8; 3] = [b'\t', b';', b','];
/// Columns that are told when one is missing.
const COLUMNS_TOLD: usize = 30;

/// Makes a line of each record below the header. `before` are the lines before the header.
pub(super) fn rows(
    mut table: impl BufRead,
    before: u64,
    mapping: &Mapping,
    passed: &Passed,
    lines: &mut Collector,
) -> Result<(), UploadFault> {
    let header = header(&mut table)?;
    let mut reader = ReaderBuilder::new().delimiter(delimiter(&header)).from_reader(header.chain(table));
    let told = |error: csv::Error| fault(error, before);
    let columns: Vec<String> = reader.headers().map_err(told)?.iter().map(|name| name.trim().to_owned()).collect();
    check(&columns, mapping, before + 1)?;
    let mut record = StringRecord::new();
    loop {
        passed.next_row();
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                let line = before + record.position().map_or(0, csv::Position::line);
                row(&columns, &record, line, lines)?;
            }
            Err(error) => match *error.kind() {
                // Not JSON, so that the row is refused as one that cannot be read, with these words.
                ErrorKind::UnequalLengths { ref pos, expected_len, len } => {
                    let line = before + pos.as_ref().map_or(0, csv::Position::line);
                    let cells = if len == 1 { "cell" } else { "cells" };
                    lines.push(format!("line {line}: {len} {cells}, the header has {expected_len}").as_bytes())?;
                }
                _ => return Err(fault(error, before)),
            },
        }
    }
}

fn row(columns: &[String], record: &StringRecord, line: u64, lines: &mut Collector) -> Result<(), UploadFault> {
    let cells = || record.iter().map(str::trim);
    if cells().all(str::is_empty) {
        return Ok(());
    }
    if cells().any(is_lost) {
        return Err(UploadFault::NotUtf8(line));
    }
    let named = columns.iter().zip(cells()).filter(|(name, _)| !name.is_empty());
    let row: Map<String, Value> = named.map(|(name, cell)| (name.clone(), Value::from(cell))).collect();
    lines.push(Value::Object(row).to_string().as_bytes())
}

/// The first record as it is written.
fn header(table: &mut impl BufRead) -> std::io::Result<Vec<u8>> {
    let (mut header, mut quoted) = (Vec::new(), false);
    for byte in table.bytes() {
        let byte = byte?;
        header.push(byte);
        quoted ^= byte == b'"';
        if !quoted && matches!(byte, b'\n' | b'\r') {
            break;
        }
    }
    Ok(header)
}

/// What separates its cells, wherever no quotes are around it.
fn delimiter(header: &[u8]) -> u8 {
    let header = String::from_utf8_lossy(header);
    let outside = || header.split('"').step_by(2);
    let times = |delimiter: &u8| outside().map(|text| text.matches(char::from(*delimiter)).count()).sum::<usize>();
    DELIMITERS.into_iter().max_by_key(times).unwrap_or(b',')
}

/// Whether each required field has its column, and no column its name from another.
fn check(columns: &[String], mapping: &Mapping, line: u64) -> Result<(), UploadFault> {
    if columns.iter().all(String::is_empty) {
        return Err(UploadFault::NoHeader);
    }
    if columns.iter().any(|name| is_lost(name)) {
        return Err(UploadFault::NotUtf8(line));
    }
    let mut met = HashSet::new();
    if let Some(twice) = columns.iter().find(|name| !name.is_empty() && !met.insert(name.as_str())) {
        return Err(UploadFault::ColumnTwice(twice.clone()));
    }
    let missing = REQUIRED.into_iter().filter(|field| !stands(columns, mapping.path(*field)));
    let missing: Vec<_> = missing
        .map(|field| match mapping.path(field) {
            path if path == field.name() => path.to_owned(),
            path => format!("{path} (mapped to {})", field.name()),
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let there = columns.iter().filter(|name| !name.is_empty()).take(COLUMNS_TOLD).cloned().collect::<Vec<_>>();
    Err(UploadFault::NoColumn { missing: missing.join(", "), there: there.join(", ") })
}

/// Whether a row of these columns can have something at `path`: a cell, or a part of one that is a list.
fn stands(columns: &[String], path: &str) -> bool {
    let part_of = |(column, place): (&str, &str)| {
        place.parse::<usize>().is_ok() && !column.contains('.') && columns.iter().any(|name| name == column)
    };
    columns.iter().any(|name| name == path) || path.rsplit_once('.').is_some_and(part_of)
}

/// What is left of text that was read in another encoding, on its way here or before.
fn is_lost(text: &str) -> bool {
    text.contains(['\0', char::REPLACEMENT_CHARACTER])
}

fn fault(error: csv::Error, before: u64) -> UploadFault {
    match error.into_kind() {
        ErrorKind::Io(error) => error.into(),
        ErrorKind::Utf8 { pos, .. } => UploadFault::NotUtf8(before + pos.map_or(0, |pos| pos.line())),
        // Nothing else comes of reading records.
        _ => UploadFault::NoHeader,
    }
}
