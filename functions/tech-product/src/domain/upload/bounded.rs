//! Reading what strangers packed: never more at once than a row may have, never more in all than a file may have.

use std::cell::Cell;
use std::io::{Error, Read, Result};

use super::{ROW_BYTES_MAX, UNPACKED_MAX, UploadFault};

/// Bytes that may pass for one row: its quotes and escapes, and what the readers in between hold of the next rows.
const PASSING_MAX: usize = 2 * ROW_BYTES_MAX;

/// What has passed since the row began that is being read.
#[derive(Debug, Default)]
pub(super) struct Passed(Cell<usize>);

impl Passed {
    /// The row is read.
    pub(super) fn next_row(&self) {
        self.0.set(0);
    }
}

/// Fails with [`UploadFault::RowTooLong`] or [`UploadFault::TooLarge`] where a limit is passed, whatever is behind it.
pub(super) struct Bounded<'a, R> {
    of: R,
    in_all: u64,
    passed: &'a Passed,
}

impl<'a, R> Bounded<'a, R> {
    pub(super) const fn new(of: R, passed: &'a Passed) -> Self {
        Self { of, in_all: 0, passed }
    }
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let read = self.of.read(into)?;
        self.in_all += read as u64;
        self.passed.0.set(self.passed.0.get() + read);
        if self.in_all > UNPACKED_MAX {
            return Err(Error::other(UploadFault::TooLarge));
        }
        if self.passed.0.get() > PASSING_MAX {
            return Err(Error::other(UploadFault::RowTooLong(0)));
        }
        Ok(read)
    }
}

impl From<Error> for UploadFault {
    /// What the bounded reader stopped for. Bytes in memory can be unreadable for one other reason: they do not unpack.
    fn from(error: Error) -> Self {
        error.downcast().unwrap_or(Self::NotGzip)
    }
}
