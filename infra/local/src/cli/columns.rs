//! Text in columns.

/// Rows with their cells one below the other, two spaces apart; cells that read as numbers stand at the right.
pub(super) fn columns<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let head = head.map(str::to_owned);
    let width = |at: usize| rows.iter().chain([&head]).map(|row| row[at].chars().count()).max().unwrap_or_default();
    let widths: [usize; N] = std::array::from_fn(width);
    let is_number = |at: usize| !rows.is_empty() && rows.iter().all(|row| row[at].parse::<f64>().is_ok());
    let numbers: [bool; N] = std::array::from_fn(is_number);
    let line = |row: &[String; N]| {
        let cells = (0..N).map(|at| match (&row[at], widths[at]) {
            (cell, width) if numbers[at] => format!("{cell:>width$}"),
            (cell, width) => format!("{cell:<width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    [&head].into_iter().chain(rows).map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn numbers_stand_at_the_right_and_the_rest_at_the_left() {
        let rows = [["a".to_owned(), "7".to_owned()], ["long name".to_owned(), "1200".to_owned()]];
        assert_eq!(columns(["table", "items"], &rows), "table      items\na              7\nlong name   1200");
        assert_eq!(columns(["table", "items"], &[]), "table  items");
    }
}
