use crate::output::{Align, Screen, Table};
use crate::view::{Kit, KitPart};

/// Kits, a row for each.
pub(crate) fn kits(screen: Screen, kits: &[Kit]) {
    if kits.is_empty() {
        screen.line("no kits");
        return;
    }
    let mut table = Table::new([
        ("SKU", Align::Left),
        ("Name", Align::Left),
        ("Made of", Align::Left),
        ("By", Align::Left),
    ]);
    for kit in kits {
        table.row([
            kit.sku.clone().unwrap_or_else(|| "-".to_owned()),
            kit.name.clone(),
            made_of(&kit.parts),
            kit.actor.clone(),
        ]);
    }
    screen.line(table);
}

/// One kit.
pub(crate) fn kit(screen: Screen, kit: &Kit) {
    let what = kit.sku.as_ref().unwrap_or(&kit.name);
    if kit.parts.is_empty() {
        screen.line(format_args!(
            "{what} is no kit any more, says {}",
            kit.actor
        ));
    } else {
        let parts = made_of(&kit.parts);
        screen.line(format_args!(
            "{what} is made of {parts}, says {}",
            kit.actor
        ));
    }
}

/// "2 TEA-1, 1 CUP".
fn made_of(parts: &[KitPart]) -> String {
    let parts = parts.iter();
    let parts: Vec<String> = parts
        .map(|part| {
            format!(
                "{} {}",
                part.quantity,
                part.sku.as_ref().unwrap_or(&part.name)
            )
        })
        .collect();
    parts.join(", ")
}
