//! What was measured, as a table for people and JSON for machines.

use std::path::Path;

use anyhow::Context as _;
use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};
use serde::Serialize;

/// One measured number.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    pub bench: &'static str,
    /// Under which conditions.
    pub case: String,
    pub what: &'static str,
    pub value: f64,
    pub unit: &'static str,
    /// What the issue asks for, where it asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
}

#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    AtLeast(f64),
    Under(f64),
}

impl Figure {
    pub fn new(
        bench: &'static str,
        case: impl Into<String>,
        what: &'static str,
        value: f64,
        unit: &'static str,
    ) -> Self {
        Self {
            bench,
            case: case.into(),
            what,
            value,
            unit,
            goal: None,
        }
    }

    pub fn at_least(mut self, goal: f64) -> Self {
        self.goal = Some(Goal::AtLeast(goal));
        self
    }

    pub fn under(mut self, goal: f64) -> Self {
        self.goal = Some(Goal::Under(goal));
        self
    }

    fn verdict(&self) -> String {
        match self.goal {
            None => String::new(),
            Some(Goal::AtLeast(goal)) => format!(
                "at least {goal}: {}",
                if self.value >= goal { "met" } else { "MISSED" }
            ),
            Some(Goal::Under(goal)) => format!(
                "under {goal}: {}",
                if self.value < goal { "met" } else { "MISSED" }
            ),
        }
    }
}

/// Prints the figures, and writes them to `json` if given.
pub fn report(figures: &[Figure], json: Option<&Path>) -> anyhow::Result<()> {
    println!("{}", table(figures));
    if let Some(path) = json {
        let text = serde_json::to_string_pretty(&Measured {
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            figures,
        })?;
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Measured<'a> {
    cores: usize,
    figures: &'a [Figure],
}

/// A rule under the header and nothing else.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));

fn table(figures: &[Figure]) -> Table {
    let mut table = Table::new();
    table.load_style(STYLE);
    table.set_header(["bench", "case", "what", "value", "unit", "goal"]);
    for figure in figures {
        table.add_row([
            figure.bench.to_owned(),
            figure.case.clone(),
            figure.what.to_owned(),
            number(figure.value),
            figure.unit.to_owned(),
            figure.verdict(),
        ]);
    }
    if let Some(column) = table.column_mut(3) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

/// Three or four digits that say something.
fn number(value: f64) -> String {
    if value.abs() >= 100.0 {
        format!("{value:.0}")
    } else if value.abs() >= 10.0 {
        format!("{value:.1}")
    } else {
        format!("{value:.2}")
    }
}
