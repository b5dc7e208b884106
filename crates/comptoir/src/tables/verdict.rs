use crate::output::Screen;
use crate::view::Check;

/// Each thing that must hold, whether it does, and the first failures of those that do not.
pub(crate) fn verdict(screen: Screen, checks: &[Check]) {
    let width = checks
        .iter()
        .map(|check| check.title.chars().count())
        .max()
        .unwrap_or(0);
    for check in checks {
        let Check {
            name: _,
            title,
            holds,
            examined,
            failure_count,
            failures,
        } = check;
        let word = if *holds {
            screen.good("holds")
        } else {
            screen.bad(format_args!("FAILS {failure_count} times"))
        };
        screen.line(format_args!(
            "{title:<width$}  {word}  ({examined} examined)"
        ));
        for failure in failures {
            screen.line(format_args!("    {failure}"));
        }
    }
}
