use crate::output::{Align, Screen, Table, count};
use crate::view::Spreadsheet;

/// Longest text of a cell that is shown, in characters.
const SHOWN_LIMIT_CHARS: usize = 40;

/// What a spreadsheet changes, and what is wrong with it.
pub(crate) fn sheet(screen: Screen, sheet: &Spreadsheet) {
    let things = |number: i64, what| count(usize::try_from(number).unwrap_or_default(), what);
    if !sheet.ignored_columns.is_empty() {
        let columns = sheet.ignored_columns.join(", ");
        screen.line(format_args!("columns that are not read: {columns}"));
    }
    if sheet.finding_count > 0 {
        let mut table = Table::new([
            ("Row", Align::Right),
            ("Column", Align::Left),
            ("What is wrong", Align::Left),
        ]);
        for finding in &sheet.findings {
            table.row([
                finding.row.to_string(),
                finding.column.clone(),
                finding.message.clone(),
            ]);
        }
        screen.line(table);
        let wrong = things(sheet.finding_count, "thing");
        screen.line(format_args!(
            "{}: {wrong} wrong in {}; nothing is changed",
            screen.bad("refused"),
            things(sheet.rows, "row"),
        ));
        return;
    }
    if !sheet.changes.is_empty() {
        let mut table = Table::new([
            ("Row", Align::Right),
            ("Column", Align::Left),
            ("Before", Align::Left),
            ("After", Align::Left),
        ]);
        for change in &sheet.changes {
            let column = if change.is_new {
                "new product".to_owned()
            } else {
                change.column.clone()
            };
            table.row([
                change.row.to_string(),
                column,
                shown(&change.before),
                shown(&change.after),
            ]);
        }
        screen.line(table);
    }
    let said = match sheet.state {
        "applied" => screen.good("done"),
        "refused" => screen.bad("refused"),
        _ => "to be done".to_owned(),
    };
    screen.line(format_args!(
        "{said}: {} new, {} changed, by {} of {}",
        things(sheet.new_products, "product"),
        things(sheet.changed_products, "product"),
        sheet.changed_rows,
        things(sheet.rows, "row"),
    ));
}

/// On one line.
fn shown(text: &str) -> String {
    let line = text.replace(['\n', '\r', '\t'], " ");
    if line.chars().count() <= SHOWN_LIMIT_CHARS {
        return line;
    }
    let start: String = line.chars().take(SHOWN_LIMIT_CHARS).collect();
    format!("{start}…")
}
