use crate::outlets::Outlets;
use crate::output::{Align, Screen, Table};
use crate::view::{Closure, PaymentTypes, Register, Session};

/// All registers, and which are open.
pub(crate) fn registers(screen: Screen, outlets: &Outlets, registers: &[Register]) {
    if registers.is_empty() {
        screen.line("no registers");
        return;
    }
    let mut table = Table::new([
        ("Outlet", Align::Left),
        ("Register", Align::Left),
        ("Session", Align::Right),
        ("Open since", Align::Left),
        ("Id", Align::Left),
    ]);
    for register in registers {
        table.row([
            register.outlet_name.clone(),
            register.name.clone(),
            match register.open_session_number {
                Some(number) => number.to_string(),
                None => "closed".to_owned(),
            },
            register
                .opened_at
                .map(|at| outlets.minute(at, &register.outlet_id))
                .unwrap_or_default(),
            register.register_id.clone(),
        ]);
    }
    screen.line(table);
}

/// Sessions, a row for each.
pub(crate) fn sessions(screen: Screen, registers: &[Register], sessions: &[Session]) {
    if sessions.is_empty() {
        screen.line("no sessions");
        return;
    }
    let mut table = Table::new([
        ("Register", Align::Left),
        ("Number", Align::Right),
        ("Opened", Align::Left),
        ("Closed", Align::Left),
        ("Difference", Align::Right),
        ("Id", Align::Left),
    ]);
    for session in sessions {
        let closure = session.closure.as_ref();
        table.row([
            name(registers, &session.register_id),
            session.number.to_string(),
            format!("{} by {}", session.opened_at, session.opened_by),
            closure.map_or_else(
                || "open".to_owned(),
                |closure| format!("{} by {}", closure.closed_at, closure.closed_by),
            ),
            closure.map(differences).unwrap_or_default(),
            session.session_id.clone(),
        ]);
    }
    screen.line(table);
}

/// What must be there, or what was there when it was closed.
pub(crate) fn session(screen: Screen, registers: &[Register], session: &Session) {
    screen.title(format_args!(
        "Session {} of {}",
        session.number,
        name(registers, &session.register_id)
    ));
    screen.line(format_args!(
        "  opened       {} by {}, with {}",
        session.opened_at, session.opened_by, session.float
    ));
    let Some(closure) = &session.closure else {
        let mut table = Table::new([("Must be there", Align::Left), ("Amount", Align::Right)]);
        for expected in &session.expected {
            table.row([expected.payment_type.clone(), expected.amount.to_string()]);
        }
        screen.line(table);
        outside(screen, session);
        return;
    };
    screen.line(format_args!(
        "  closed       {} by {}",
        closure.closed_at, closure.closed_by
    ));
    if !closure.note.is_empty() {
        screen.line(format_args!("  note         {}", closure.note));
    }
    screen.title("Counted");
    let mut table = Table::new([
        ("Means", Align::Left),
        ("Expected", Align::Right),
        ("Counted", Align::Right),
        ("Difference", Align::Right),
    ]);
    for count in &closure.counts {
        table.row([
            count.payment_type.clone(),
            count.expected.to_string(),
            count.counted.to_string(),
            count.difference.to_string(),
        ]);
    }
    screen.line(table);
    online(screen, closure);
    outside(screen, session);
}

/// By what means the retailer is paid.
pub(crate) fn payment_types(screen: Screen, types: &PaymentTypes) {
    let mut table = Table::new([
        ("Type", Align::Left),
        ("Name", Align::Left),
        ("Shops call it", Align::Left),
    ]);
    for known in &types.payment_types {
        let called = types.payment_methods.iter();
        let called: Vec<&str> = called
            .filter(|called| called.payment_type == known.payment_type)
            .map(|called| called.method.as_str())
            .collect();
        table.row([
            known.payment_type.clone(),
            known.name.clone(),
            called.join(", "),
        ]);
    }
    screen.line(table);
}

fn online(screen: Screen, closure: &Closure) {
    if closure.online.is_empty() {
        return;
    }
    screen.title("Online, which nobody counts");
    let mut table = Table::new([
        ("Means", Align::Left),
        ("Received", Align::Right),
        ("Refunded", Align::Right),
        ("Bookings", Align::Right),
    ]);
    for online in &closure.online {
        table.row([
            online.method.clone(),
            online.received.to_string(),
            online.refunded.to_string(),
            online.payment_count.to_string(),
        ]);
    }
    screen.line(table);
    for covered in &closure.covered {
        screen.line(format_args!(
            "  {covered} of it had been recorded by hand, and counts once"
        ));
    }
}

fn outside(screen: Screen, session: &Session) {
    if session.outside.is_empty() {
        return;
    }
    screen.title("Paid before the register was opened: in no closure");
    let mut table = Table::new([
        ("Paid", Align::Left),
        ("Means", Align::Left),
        ("Amount", Align::Right),
        ("Sale", Align::Left),
        ("Recorded by", Align::Left),
    ]);
    for payment in &session.outside {
        table.row([
            payment.paid_at.to_string(),
            payment.payment_type.clone(),
            payment.amount.to_string(),
            payment.sale_id.clone(),
            payment.actor.clone(),
        ]);
    }
    screen.line(table);
}

/// What is over or missing; nothing where all is there.
fn differences(closure: &Closure) -> String {
    let differences = closure.counts.iter();
    let differences: Vec<String> = differences
        .filter(|count| !count.difference.0.is_zero())
        .map(|count| format!("{} {}", count.difference, count.payment_type))
        .collect();
    differences.join(", ")
}

fn name(registers: &[Register], id: &str) -> String {
    let register = registers.iter().find(|register| register.register_id == id);
    register.map_or_else(
        || id.to_owned(),
        |register| format!("{} {}", register.outlet_name, register.name),
    )
}
