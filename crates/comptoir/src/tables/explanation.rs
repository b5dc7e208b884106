use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table, count, quantity_signed};
use crate::view::{Explanation, Movement};

/// How much of a delivery's id is shown.
const DELIVERY_ID_CHARS: usize = 12;

/// "Why is this number 7?": the level, then every movement that made it, oldest first, so that
/// the last line ends at the number.
pub(crate) fn explanation(screen: Screen, outlets: &Outlets, explanation: &Explanation) {
    let Explanation {
        level,
        movements,
        earlier,
    } = explanation;
    screen.title(format_args!(
        "Why {} of {} ({}) in {}?",
        level.on_hand,
        level.sku.as_deref().unwrap_or("an item without SKU"),
        level.name,
        level.outlet_name,
    ));
    screen.line(format_args!(
        "{} made it, each by a line of a sale or by what somebody did; nothing else ever changed it.",
        count(movements.len(), "movement")
    ));
    if !earlier.0.is_zero() {
        screen.line(format_args!(
            "Earlier movements, not shown, add up to {earlier}."
        ));
    }
    let mut table = Table::new([
        ("Recorded", Align::Left),
        ("Change", Align::Right),
        ("On hand", Align::Right),
        ("Sale or cause", Align::Left),
        ("Revision", Align::Right),
        ("State", Align::Left),
        ("Delivered as, or who", Align::Left),
        ("Delivery, or why", Align::Left),
    ]);
    for movement in movements.iter().rev() {
        table.row(row(outlets, movement));
    }
    screen.line(table);
}

fn row(outlets: &Outlets, movement: &Movement) -> [String; 8] {
    let recorded = outlets.minute(movement.recorded_at, &movement.outlet_id);
    let change = quantity_signed(movement.quantity.0);
    let on_hand = movement.on_hand_after.to_string();
    if let Some(entry) = &movement.entry {
        let (what, who, why) = (entry.what(), entry.actor.clone(), entry.note.clone());
        let (revision, state) = (String::new(), String::new());
        return [recorded, change, on_hand, what, revision, state, who, why];
    }
    let (topic, delivery) = match &movement.delivery {
        Some(delivery) => (
            delivery.topic.clone(),
            delivery
                .delivery_id
                .chars()
                .take(DELIVERY_ID_CHARS)
                .collect(),
        ),
        None => (String::new(), String::new()),
    };
    [
        recorded,
        change,
        on_hand,
        sold(movement),
        movement.revision.to_string(),
        movement.sale_state.to_owned(),
        topic,
        delivery,
    ]
}

/// "1001, 3 of kit TEA-SET": the sale, and the kit that the movement is a part of.
fn sold(movement: &Movement) -> String {
    let receipt = &movement.receipt_number;
    match &movement.kit {
        None => receipt.clone(),
        Some(kit) => {
            let quantity = kit.quantity.to_string();
            let quantity = quantity.trim_start_matches('-');
            let name = kit.sku.as_ref().unwrap_or(&kit.name);
            format!("{receipt}, {quantity} of kit {name}")
        }
    }
}
