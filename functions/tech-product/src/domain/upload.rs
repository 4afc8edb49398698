//! An uploaded file made into lines of JSON: the one form that imports are kept and worked off in.

mod bounded;
mod table;

use std::io::{BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::bounded::{Bounded, Passed};
use super::Mapping;

/// Bytes of an upload as sent with the request.
pub const SENT_MAX: usize = 4 * 1024 * 1024;
/// Bytes of an upload when unpacked, and of the lines made of it: what a function holds in memory.
pub const UNPACKED_MAX: u64 = 64 * 1024 * 1024;
/// Rows of an upload.
pub const ROWS_MAX: u32 = 100_000;
/// Bytes of a row: what a chunk is read in must hold one.
pub const ROW_BYTES_MAX: usize = 128 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Of UTF-16.
const OTHER_MARKS: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];

/// How rows are written. They may be packed by gzip in any case: that is told by the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ImportFormat")]
pub enum Format {
    /// One JSON object a line.
    #[serde(rename = "application/x-ndjson", alias = "NDJSON")]
    Ndjson,
    /// Separated by commas, semicolons or tabs; the first record names the columns.
    #[serde(rename = "text/csv", alias = "CSV")]
    Csv,
    /// One of both, packed: a brace is what JSON begins with.
    #[serde(rename = "application/gzip")]
    Gzip,
}

impl Format {
    /// The media type of such a file.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Ndjson => "application/x-ndjson",
            Self::Csv => "text/csv",
            Self::Gzip => "application/gzip",
        }
    }

    /// The format of that media type.
    pub fn of_media_type(essence: &str) -> Option<Self> {
        [Self::Ndjson, Self::Csv, Self::Gzip].into_iter().find(|format| format.media_type() == essence)
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
    /// Announced as gzip, or begun like it, and none; a gateway that takes a packed file for text leaves such a one.
    #[error("the file is not gzip, or damaged on its way: send packed files as application/gzip")]
    NotGzip,
    /// In the encoding of a country, or UTF-16.
    #[error("line {0} is not UTF-8: save the file as \"CSV UTF-8\"")]
    NotUtf8(u64),
    /// One JSON list instead of an object a line.
    #[error("the file is one JSON list: write one object a line, as jq -c '.[]' does")]
    OneList,
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
    /// Two columns have one name.
    #[error("two columns are called {0}")]
    ColumnTwice(String),
    /// No row could be a product.
    #[error("there is no column {missing}; the columns are {there}")]
    NoColumn {
        /// Where required fields should stand.
        missing: String,
        /// The first of those that there are.
        there: String,
    },
}

/// Unpacks `sent` and makes lines of it. Blank lines are no rows; a row that cannot be read stays a line, so that it is
/// counted and refused with its number. What is unpacked is never held, and of a row no more than it may have: a bomb
/// ends where a limit is.
pub fn to_lines(sent: &[u8], format: Format, mapping: &Mapping) -> Result<Lines, UploadFault> {
    let passed = Passed::default();
    let mut lines = Collector { bytes: Vec::with_capacity(sent.len()), rows: 0 };
    let read = match sent {
        [0x1f, 0x8b, ..] => {
            collect(Bounded::new(MultiGzDecoder::new(sent), &passed), format, mapping, &passed, &mut lines)
        }
        // A control character that no text begins with: a packed file that was taken for text.
        [0x1f, ..] => Err(UploadFault::NotGzip),
        _ if format == Format::Gzip => Err(UploadFault::NotGzip),
        _ => collect(Bounded::new(sent, &passed), format, mapping, &passed, &mut lines),
    };
    match read {
        // The one after those that were taken; only here is it known which.
        Err(UploadFault::RowTooLong(_)) => Err(UploadFault::RowTooLong(lines.rows + 1)),
        Err(fault) => Err(fault),
        Ok(()) if lines.rows == 0 => Err(UploadFault::Empty),
        Ok(()) => Ok(Lines { bytes: lines.bytes, rows: lines.rows }),
    }
}

fn collect(
    rows: impl Read,
    format: Format,
    mapping: &Mapping,
    passed: &Passed,
    lines: &mut Collector,
) -> Result<(), UploadFault> {
    let (mut rows, mut mark) = (BufReader::new(rows), Vec::new());
    rows.by_ref().take(BYTE_ORDER_MARK.len() as u64).read_to_end(&mut mark)?;
    if OTHER_MARKS.iter().any(|other| mark.starts_with(other)) {
        return Err(UploadFault::NotUtf8(1));
    }
    if mark == BYTE_ORDER_MARK {
        mark.clear();
    }
    let mut rows = mark.chain(rows);
    let mut before = 0;
    loop {
        let Some(&byte) = rows.fill_buf()?.first() else { return Ok(()) };
        match (byte, format) {
            (b' ' | b'\r' | b'\n', _) => {
                before += u64::from(byte == b'\n');
                rows.consume(1);
                passed.next_row();
            }
            (b'[', _) => return Err(UploadFault::OneList),
            (_, Format::Ndjson) | (b'{', Format::Gzip) => return ndjson(rows, passed, lines),
            _ => return table::rows(rows, before, mapping, passed, lines),
        }
    }
}

fn ndjson(mut rows: impl BufRead, passed: &Passed, lines: &mut Collector) -> Result<(), UploadFault> {
    let mut line = Vec::new();
    while rows.read_until(b'\n', &mut line)? > 0 {
        let row = line.trim_ascii();
        if !row.is_empty() {
            lines.push(row)?;
        }
        line.clear();
        passed.next_row();
    }
    Ok(())
}

struct Collector {
    bytes: Vec<u8>,
    rows: u32,
}

impl Collector {
    fn push(&mut self, line: &[u8]) -> Result<(), UploadFault> {
        if line.len() >= ROW_BYTES_MAX {
            return Err(UploadFault::RowTooLong(0));
        }
        if self.rows == ROWS_MAX {
            return Err(UploadFault::TooManyRows);
        }
        self.rows += 1;
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
        if self.bytes.len() as u64 > UNPACKED_MAX { Err(UploadFault::TooLarge) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use serde_json::Value;

    use super::*;

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn text(lines: &Lines) -> &str {
        std::str::from_utf8(&lines.bytes).unwrap()
    }

    /// Lines of a file whose fields stand under their own names.
    fn lines(sent: &[u8], format: Format) -> Result<Lines, UploadFault> {
        to_lines(sent, format, &Mapping::default())
    }

    /// The rows of a table with columns a row is not taken without.
    fn table(columns: &str, records: &str) -> Result<Vec<Value>, UploadFault> {
        let sent = format!("{columns}\n{records}");
        Ok(rows(&lines(sent.as_bytes(), Format::Csv)?))
    }

    /// Those that can be read.
    fn rows(lines: &Lines) -> Vec<Value> {
        text(lines).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    const REQUIRED: &str = "sku,title,brand,price,stock";

    #[test]
    fn rows_are_lines_however_they_are_sent() {
        let sent = b"\xEF\xBB\xBF{\"a\":1}\r\n\n  {\"a\":2}";
        let plain = lines(sent, Format::Ndjson).unwrap();
        assert_eq!((plain.rows, text(&plain)), (2, "{\"a\":1}\n{\"a\":2}\n"));
        for format in [Format::Ndjson, Format::Gzip] {
            assert_eq!(lines(&gz(sent), format).unwrap(), plain);
        }
        let sent = format!("\r\n{REQUIRED}\nA-1,A,B,1,2\n");
        let plain = lines(sent.as_bytes(), Format::Csv).unwrap();
        for format in [Format::Csv, Format::Gzip] {
            assert_eq!(lines(&gz(sent.as_bytes()), format).unwrap(), plain);
        }
    }

    #[test]
    fn a_record_that_does_not_fit_its_header_stays_a_row_that_says_so() {
        let sent =
            format!("\n{REQUIRED}\nA-1,\"Two\nlines, one cell\",B,1,2\nA-2\n,,,,\nA-3, x ,B,1,2,3\nA-4, x ,B,1,2\n");
        let lines = lines(sent.as_bytes(), Format::Csv).unwrap();
        let found: Vec<_> = text(&lines).lines().collect();
        assert_eq!(lines.rows, 4);
        assert!(found[0].contains("Two\\nlines, one cell"), "{}", found[0]);
        assert_eq!(found[1..3], ["line 5: 1 cell, the header has 5", "line 7: 6 cells, the header has 5"]);
        assert_eq!(serde_json::from_str::<Value>(found[3]).unwrap()["title"], "x");
    }

    #[test]
    fn a_spreadsheet_with_semicolons_is_read() {
        for (columns, record) in [
            ("sku;\"title, the name\";title;brand;price;stock", "A-1;x;Name;B;1 250 000,50;3"),
            ("\u{feff}sku;title;brand;price;stock", "A-1;Name;B;1 250 000,50;3"),
            ("sku\ttitle\tbrand\tprice\tstock", "A-1\tName\tB\t1 250 000,50\t3"),
            ("sku,title,brand,price,stock", "A-1,Name,B,\"1 250 000,50\",3\r"),
        ] {
            let row = table(columns, record).unwrap().remove(0);
            assert_eq!(
                (&row["sku"], &row["title"], &row["price"]),
                (&"A-1".into(), &"Name".into(), &"1 250 000,50".into())
            );
        }
    }

    #[test]
    fn a_file_that_is_not_utf8_says_so() {
        let windows_1251 =
            [REQUIRED.as_bytes(), b"\nA-1,Name,B,1,2\nA-2,\xcf\xf0\xee\xf6\xe5\xf1\xf1\xee\xf0,B,1,2\n"].concat();
        let mangled = String::from_utf8_lossy(&windows_1251).into_owned().into_bytes();
        let utf16: Vec<u8> = "\u{feff}sku\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (sent, line) in [(windows_1251, 3), (mangled, 3), (utf16.clone(), 1), (utf16[2..].to_vec(), 1)] {
            assert_eq!(lines(&sent, Format::Csv), Err(UploadFault::NotUtf8(line)));
        }
    }

    #[test]
    fn a_column_that_is_not_there_is_told_at_once() {
        let mapping = Mapping::parse([("title", "name"), ("stock", "left.0"), ("price", "cost.1")]).unwrap();
        let check = |columns: &str| to_lines(columns.as_bytes(), Format::Csv, &mapping).unwrap_err().to_string();
        assert_eq!(
            check("Sku,title,brand,left\n"),
            "there is no column name (mapped to title), sku, cost.1 (mapped to price); the columns are Sku, title, brand, left"
        );
        assert_eq!(check("sku,name,brand,left,cost.1\n"), UploadFault::Empty.to_string());
    }

    #[test]
    fn a_header_that_names_a_column_twice_is_refused() {
        assert_eq!(table("sku,price, sku", ""), Err(UploadFault::ColumnTwice("sku".to_owned())));
        assert_eq!(
            table(&format!("{REQUIRED},,"), "A-1,x,B,1,2,3,4").unwrap().len(),
            1,
            "without a name, without a value"
        );
    }

    #[test]
    fn a_record_without_end_is_refused_where_the_limit_of_a_row_is() {
        let endless = |begin: &str, of: u8| gz(&[begin.as_bytes(), &vec![of; 4 * ROW_BYTES_MAX]].concat());
        for (sent, row) in [
            (endless(&format!("{REQUIRED}\nA-1,x,B,1,2\nA-2,\""), b'x'), 2),
            (endless(&format!("{REQUIRED}\nA-1,x,B,1,2\nA-2,"), b' '), 2),
            (endless(REQUIRED, b','), 1),
            (endless("{}\n{\"a\":\"", b'x'), 2),
            (endless("{", b' '), 1),
        ] {
            assert_eq!(lines(&sent, Format::Gzip), Err(UploadFault::RowTooLong(row)));
        }
    }

    #[test]
    fn what_is_too_much_or_nothing_or_something_else_is_refused() {
        let check = |bytes: &[u8], format| lines(bytes, format).unwrap_err();
        for format in [Format::Ndjson, Format::Csv] {
            assert_eq!(check(b"\n \n", format), UploadFault::Empty);
            assert_eq!(check(b" [\n{}]", format), UploadFault::OneList);
            assert_eq!(check(&gz(b"[{}]"), format), UploadFault::OneList);
            assert_eq!(check(&gz(b"{}")[..15], format), UploadFault::NotGzip);
            let taken_for_text = String::from_utf8_lossy(&gz(b"{}")).into_owned();
            assert_eq!(check(taken_for_text.as_bytes(), format), UploadFault::NotGzip);
        }
        assert_eq!(check(b"{}", Format::Gzip), UploadFault::NotGzip);
        assert_eq!(check(REQUIRED.as_bytes(), Format::Csv), UploadFault::Empty);
        assert_eq!(check(b",,\n1,2,3", Format::Csv), UploadFault::NoHeader);
        let bomb = gz(&vec![b'\n'; 65 * 1024 * 1024]);
        assert!(bomb.len() < SENT_MAX);
        assert_eq!(check(&bomb, Format::Ndjson), UploadFault::TooLarge);
        assert_eq!(check(&b"{}\n".repeat(100_001), Format::Ndjson), UploadFault::TooManyRows);
        assert_eq!(check(&vec![b'x'; ROW_BYTES_MAX], Format::Ndjson), UploadFault::RowTooLong(1));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_break_the_reader(sent in proptest::collection::vec(proptest::num::u8::ANY, 0..300), table in "[a-c,;\t\"\r\n ]{0,60}") {
            for format in [Format::Ndjson, Format::Csv, Format::Gzip] {
                let _ = lines(&sent, format);
                let _ = lines(&gz(&sent), format);
                let _ = lines(format!("{REQUIRED}\n{table}").as_bytes(), format);
            }
        }
    }
}
