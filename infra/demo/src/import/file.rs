use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use crate::Failure;

/// What a gzip file begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// A file of rows, packed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Gzip.
    pub bytes: Vec<u8>,
    /// `application/x-ndjson` or `text/csv`.
    pub media_type: &'static str,
}

impl File {
    /// Reads a file, whatever it is called.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::File(path.display().to_string(), error);
        Self::of(std::fs::read(path).map_err(failed)?).map_err(failed)
    }

    /// Packs `bytes` unless they are packed. Rows that begin with a brace are JSON.
    pub fn of(bytes: Vec<u8>) -> std::io::Result<Self> {
        if bytes.starts_with(&GZIP) {
            let media_type = media_type(MultiGzDecoder::new(&bytes[..]))?;
            return Ok(Self { bytes, media_type });
        }
        let media_type = media_type(&bytes[..])?;
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&bytes)?;
        Ok(Self { bytes: packed.finish()?, media_type })
    }
}

fn media_type(rows: impl Read) -> std::io::Result<&'static str> {
    let mut rows = BufReader::new(rows);
    loop {
        let begin = rows.fill_buf()?;
        let text = begin.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(begin);
        match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{') => return Ok("application/x-ndjson"),
            Some(_) => return Ok("text/csv"),
            None if begin.is_empty() => return Ok("application/x-ndjson"),
            None => {
                let blank = begin.len();
                rows.consume(blank);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_told_apart_by_what_they_begin_with_packed_or_not() {
        for (rows, media_type) in [
            (&b"{\"sku\":1}\n"[..], "application/x-ndjson"),
            (b"\xEF\xBB\xBF\n {\"sku\":1}", "application/x-ndjson"),
            (b"sku,title\n1,a\n", "text/csv"),
        ] {
            let file = File::of(rows.to_vec()).unwrap();
            assert_eq!(file.media_type, media_type);
            assert_eq!(File::of(file.bytes.clone()).unwrap(), file, "packed once");
            let mut unpacked = Vec::new();
            MultiGzDecoder::new(&file.bytes[..]).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, rows);
        }
        assert!(File::of([&GZIP[..], b"broken"].concat()).is_err());
    }
}
