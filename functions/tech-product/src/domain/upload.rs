//! An uploaded file made into lines of JSON: the one form that imports are kept and worked off in.

use std::io::{BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Bytes of an upload as sent with the request.
pub const SENT_MAX: usize = 4 * 1024 * 1024;
/// Bytes of an upload when unpacked, and of the lines made of it: what a function holds in memory.
pub const UNPACKED_MAX: u64 = 64 * 1024 * 1024;
/// Rows of an upload.
pub const ROWS_MAX: u32 = 100_000;
/// Bytes of a row: what a chunk is read in must hold one.
pub const ROW_BYTES_MAX: usize = 128 * 1024;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[schemars(rename = "ImportFormat")]
pub enum Format {
    /// One JSON object a line.
    Ndjson,
    /// Comma-separated, the first record names the columns.
    Csv,
}

impl Format {
    /// The media type of such a file.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv",
        }
    }

    /// The format of that media type.
    pub fn of_media_type(essence: &str) -> Option<Self> {
        [Self::Ndjson, Self::Csv].into_iter().find(|format| format.media_type() == essence)
    }
}

/// Rows as lines, each ended by a line feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// The lines.
    pub bytes: Vec<u8>,
    /// How many.
    pub rows: u32,
}

/// Why a file is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadFault {
    /// Not what `content-encoding: gzip` promises.
    #[error("the file is not gzip")]
    NotGzip,
    /// Too much when unpacked.
    #[error("more than 64 MB when unpacked")]
    TooLarge,
    /// Too many rows.
    #[error("more than {ROWS_MAX} rows")]
    TooManyRows,
    /// One row is too long.
    #[error("row {0} has more than 128 KB")]
    RowTooLong(u32),
    /// Nothing in it.
    #[error("the file has no rows")]
    Empty,
    /// A CSV whose first record is no header.
    #[error("the first line of the CSV does not name the columns")]
    NoHeader,
}

/// Unpacks `sent` and makes lines of it. Blank lines are no rows; a row that cannot be read stays a line, so that it is
/// counted and refused with its number. What is unpacked is never held: a bomb ends where the limit is.
pub fn to_lines(sent: &[u8], format: Format, gzip: bool) -> Result<Lines, UploadFault> {
    let mut lines = Collector { bytes: Vec::with_capacity(sent.len()), rows: 0 };
    if gzip {
        // One byte more than allowed tells a bomb from a full file.
        let mut unpacked = Counted { of: MultiGzDecoder::new(sent).take(UNPACKED_MAX + 1), failed: false };
        let read = collect(BufReader::new(&mut unpacked), format, &mut lines);
        match (unpacked.failed, unpacked.of.limit()) {
            (true, _) => return Err(UploadFault::NotGzip),
            (false, 0) => return Err(UploadFault::TooLarge),
            (false, _) => read?,
        }
    } else {
        collect(sent, format, &mut lines)?;
    }
    if lines.rows == 0 { Err(UploadFault::Empty) } else { Ok(Lines { bytes: lines.bytes, rows: lines.rows }) }
}

/// Remembers that what it reads could not be unpacked: a CSV reader takes that for a record that does not fit.
struct Counted<R> {
    of: R,
    failed: bool,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.of.read(into);
        self.failed |= read.is_err();
        read
    }
}

fn collect(mut bytes: impl BufRead, format: Format, lines: &mut Collector) -> Result<(), UploadFault> {
    // A mark of the byte order is no part of the first row. What cannot be read is found out by whoever reads on.
    if bytes.fill_buf().is_ok_and(|begin| begin.starts_with(b"\xEF\xBB\xBF")) {
        bytes.consume(3);
    }
    match format {
        Format::Ndjson => ndjson(bytes, lines),
        Format::Csv => csv(bytes, lines),
    }
}

fn ndjson(bytes: impl BufRead, lines: &mut Collector) -> Result<(), UploadFault> {
    for line in bytes.split(b'\n') {
        let Ok(line) = line else { return Err(UploadFault::NotGzip) };
        let line = line.trim_ascii();
        if !line.is_empty() {
            lines.push(line)?;
        }
    }
    Ok(())
}

fn csv(bytes: impl BufRead, lines: &mut Collector) -> Result<(), UploadFault> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
    let header = reader.headers().map_err(|_| UploadFault::NoHeader)?.clone();
    if header.iter().all(str::is_empty) {
        return Err(UploadFault::NoHeader);
    }
    for record in reader.records() {
        match record {
            Ok(record) => {
                let cells = header.iter().zip(&record).filter(|(name, _)| !name.is_empty());
                let row: Map<String, Value> = cells.map(|(n, v)| (n.to_owned(), Value::from(v))).collect();
                lines.push(Value::Object(row).to_string().as_bytes())?;
            }
            Err(error) if error.is_io_error() => return Err(UploadFault::NotGzip),
            // Not JSON, so that the row is refused as one that cannot be read.
            Err(error) => lines.push(format!("csv: {error}").replace('\n', " ").as_bytes())?,
        }
    }
    Ok(())
}

struct Collector {
    bytes: Vec<u8>,
    rows: u32,
}

impl Collector {
    fn push(&mut self, line: &[u8]) -> Result<(), UploadFault> {
        self.rows += 1;
        if line.len() >= ROW_BYTES_MAX {
            return Err(UploadFault::RowTooLong(self.rows));
        }
        if self.rows > ROWS_MAX {
            return Err(UploadFault::TooManyRows);
        }
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
        if self.bytes.len() as u64 > UNPACKED_MAX { Err(UploadFault::TooLarge) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn text(lines: &Lines) -> &str {
        std::str::from_utf8(&lines.bytes).unwrap()
    }

    #[test]
    fn rows_are_lines_however_they_are_sent() {
        let sent = b"\xEF\xBB\xBF{\"a\":1}\r\n\n  {\"a\":2}";
        let plain = to_lines(sent, Format::Ndjson, false).unwrap();
        assert_eq!((plain.rows, text(&plain)), (2, "{\"a\":1}\n{\"a\":2}\n"));
        assert_eq!(to_lines(&gz(sent), Format::Ndjson, true).unwrap(), plain);
    }

    #[test]
    fn a_record_that_does_not_fit_its_header_stays_a_row_that_cannot_be_read() {
        let lines = to_lines(b"sku,title\nA-1,\"Two\nlines, one cell\"\nA-2\nA-3, x \n", Format::Csv, false).unwrap();
        let rows: Vec<_> = text(&lines).lines().map(serde_json::from_str::<Value>).collect();
        assert_eq!(lines.rows, 3);
        assert_eq!(rows[0].as_ref().unwrap()["title"], "Two\nlines, one cell");
        assert!(rows[1].is_err());
        assert_eq!(rows[2].as_ref().unwrap()["title"], "x");
    }

    #[test]
    fn what_is_too_much_or_nothing_is_refused() {
        let check = |bytes: &[u8], format, gzip| to_lines(bytes, format, gzip).unwrap_err();
        assert_eq!(check(b"\n \n", Format::Ndjson, false), UploadFault::Empty);
        assert_eq!(check(b"not gzip", Format::Ndjson, true), UploadFault::NotGzip);
        assert_eq!(check(b"sku,title\n", Format::Csv, false), UploadFault::Empty);
        assert_eq!(check(b"", Format::Csv, false), UploadFault::NoHeader);
        let bomb = gz(&vec![b'\n'; 65 * 1024 * 1024]);
        assert!(bomb.len() < SENT_MAX);
        assert_eq!(check(&bomb, Format::Ndjson, true), UploadFault::TooLarge);
        assert_eq!(check(&b"{}\n".repeat(100_001), Format::Ndjson, false), UploadFault::TooManyRows);
        assert_eq!(check(&vec![b'x'; ROW_BYTES_MAX], Format::Ndjson, false), UploadFault::RowTooLong(1));
    }
}
