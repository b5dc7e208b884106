use crate::output::{Align, Screen, Table};
use crate::view::Audited;

/// Who had what done, a row for each.
pub(crate) fn audit(screen: Screen, entries: &[Audited]) {
    if entries.is_empty() {
        screen.line("nobody asked for anything");
        return;
    }
    let mut table = Table::new([
        ("When", Align::Left),
        ("Where", Align::Left),
        ("Token of", Align::Left),
        ("Who", Align::Left),
        ("What", Align::Left),
        ("Before", Align::Left),
        ("After", Align::Left),
        ("Why", Align::Left),
    ]);
    for Audited { service, entry } in entries {
        let text = |value: &Option<serde_json::Value>| match value {
            Some(value) => value.to_string(),
            None => String::new(),
        };
        table.row([
            entry.done_at.to_string(),
            service.clone(),
            entry.caller.clone(),
            entry.actor.clone(),
            format!("{} {}", entry.method, entry.subject)
                .trim_end()
                .to_owned(),
            text(&entry.before),
            text(&entry.after),
            entry.note.clone(),
        ]);
    }
    screen.line(table);
}
