use std::io::{BufRead, BufReader, Error, ErrorKind, Read, Write};
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
}

impl File {
    /// Reads a file, whatever it is called.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::File(path.display().to_string(), error);
        Self::of(std::fs::read(path).map_err(failed)?).map_err(failed)
    }

    /// Packs `bytes` unless they are packed.
    pub fn of(bytes: Vec<u8>) -> std::io::Result<Self> {
        if bytes.starts_with(&GZIP) {
            check(MultiGzDecoder::new(&bytes[..]))?;
            return Ok(Self { bytes });
        }
        check(&bytes[..])?;
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&bytes)?;
        Ok(Self { bytes: packed.finish()? })
    }
}

/// Refuses what the service would refuse as well, before it is sent.
fn check(rows: impl Read) -> std::io::Result<()> {
    let mut rows = BufReader::new(rows);
    loop {
        let begin = rows.fill_buf()?;
        let text = begin.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(begin);
        match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'[') => {
                return Err(Error::new(
                    ErrorKind::InvalidData,
                    "it is one JSON list, not one object a line: jq -c '.[]'",
                ));
            }
            None if !begin.is_empty() => {
                let blank = begin.len();
                rows.consume(blank);
            }
            _ => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_packed_once() {
        for rows in [&b"{\"sku\":1}\n"[..], b"sku,title\n1,a\n", b""] {
            let file = File::of(rows.to_vec()).unwrap();
            assert_eq!(File::of(file.bytes.clone()).unwrap(), file);
            let mut unpacked = Vec::new();
            MultiGzDecoder::new(&file.bytes[..]).read_to_end(&mut unpacked).unwrap();
            assert_eq!(unpacked, rows);
        }
        assert!(File::of([&GZIP[..], b"broken"].concat()).is_err());
    }

    #[test]
    fn a_list_says_how_it_is_made_into_lines() {
        let list = b"\xEF\xBB\xBF\n [{\"sku\":1}]".to_vec();
        let mut packed = GzEncoder::new(Vec::new(), Compression::default());
        packed.write_all(&list).unwrap();
        for file in [list, packed.finish().unwrap()] {
            assert!(File::of(file).unwrap_err().to_string().contains("jq -c '.[]'"));
        }
    }
}
