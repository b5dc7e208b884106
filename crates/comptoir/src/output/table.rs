//! Aligned columns.

use std::fmt;

use comfy_table::{CellAlignment, LineStyle, TableStyle};

/// A rule under the header and nothing else.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
/// Blanks left of a cell, right of it; one more stands between columns.
const PADDING: (u16, u16) = (0, 1);

/// On which side a column's texts stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A table for people. Its lines have no blanks at the end and are never wrapped.
#[derive(Debug)]
pub(crate) struct Table {
    inner: comfy_table::Table,
    columns: Vec<Align>,
}

impl Table {
    pub(crate) fn new<const N: usize>(columns: [(&str, Align); N]) -> Self {
        let mut inner = comfy_table::Table::new();
        inner.load_style(STYLE);
        inner.set_header(columns.map(|(title, _)| title));
        Self {
            inner,
            columns: columns.map(|(_, align)| align).into(),
        }
    }

    pub(crate) fn row<const N: usize>(&mut self, cells: [String; N]) {
        debug_assert_eq!(N, self.columns.len(), "a cell for each column");
        self.inner.add_row(cells);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = self.inner.clone();
        for (column, align) in table.column_iter_mut().zip(&self.columns) {
            column.set_padding(PADDING);
            column.set_cell_alignment(match align {
                Align::Left => CellAlignment::Left,
                Align::Right => CellAlignment::Right,
            });
        }
        f.write_str(&table.trim_fmt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_end_without_blanks() {
        let mut table = Table::new([
            ("SKU", Align::Left),
            ("On hand", Align::Right),
            ("Name", Align::Left),
        ]);
        table.row(["A-1".to_owned(), "7".to_owned(), "Tea".to_owned()]);
        table.row([
            "LONG-SKU".to_owned(),
            "-12.5".to_owned(),
            "Café crème".to_owned(),
        ]);
        let text = table.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "SKU       On hand  Name");
        assert!(lines[1].chars().all(|c| c == '─'), "{}", lines[1]);
        assert_eq!(lines[2], "A-1             7  Tea");
        assert_eq!(lines[3], "LONG-SKU    -12.5  Café crème");
    }
}
