use crate::output::{Align, Screen, Table};
use crate::view::{Integrations, Plan, RetailerPlan};

/// Plans, a row for each.
pub(crate) fn plans(screen: Screen, plans: &[Plan]) {
    let mut table = Table::new([
        ("Plan", Align::Left),
        ("Shops of", Align::Left),
        ("Options", Align::Left),
    ]);
    for plan in plans {
        table.row([
            plan.plan.clone(),
            shops(&plan.integrations),
            listed(&plan.options),
        ]);
    }
    screen.line(table);
}

/// A retailer's plan, and what it comes to.
pub(crate) fn plan(screen: Screen, retailer: &RetailerPlan) {
    let Plan {
        plan,
        integrations,
        options,
    } = &retailer.plan;
    screen.line(plan);
    let said = retailer.set_at.map_or_else(
        || "nobody, and so it has everything".to_owned(),
        |at| format!("{} at {at}", retailer.actor),
    );
    for (name, value) in [
        ("Given besides", listed(&retailer.given)),
        ("Taken", listed(&retailer.taken)),
        ("May link shops of", shops(integrations)),
        ("May use", listed(options)),
        ("Said by", said),
        ("Because", retailer.note.clone()),
    ] {
        screen.line(format_args!("  {name:<20}{value}"));
    }
}

fn shops(integrations: &Integrations) -> String {
    let Integrations { all_but, platforms } = integrations;
    match (all_but, platforms.as_slice()) {
        (true, []) => "every platform".to_owned(),
        (true, platforms) => format!("every platform but {}", platforms.join(", ")),
        (false, platforms) => listed(platforms),
    }
}

fn listed<T: AsRef<str>>(words: &[T]) -> String {
    if words.is_empty() {
        return "-".to_owned();
    }
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    words.join(", ")
}
