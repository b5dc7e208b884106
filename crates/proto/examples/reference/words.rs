//! Texts of protos as Markdown.

/// Codes that a method can name in its comment.
const CODES: [&str; 8] = [
    "ALREADY_EXISTS",
    "DATA_LOSS",
    "FAILED_PRECONDITION",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "UNAVAILABLE",
];

/// As it is to be read: nothing of it is markup, but what stands between backticks.
pub fn plain(text: &str) -> String {
    let mut parts = text.split('`');
    let mut plain = escaped(parts.next().unwrap_or_default());
    for (part, is_code) in parts.zip([true, false].into_iter().cycle()) {
        plain.push('`');
        plain.push_str(&if is_code {
            part.to_owned()
        } else {
            escaped(part)
        });
    }
    plain
}

/// The same in a table, whose cells end at a bar.
pub fn cell(text: &str) -> String {
    plain(text).replace('|', "\\|")
}

/// The codes that a comment names, in the order in which it does.
pub fn codes(comment: &str) -> Vec<&'static str> {
    let words = comment.split(|letter: char| !letter.is_ascii_uppercase() && letter != '_');
    let mut found = Vec::new();
    for word in words {
        if let Some(code) = CODES.iter().find(|code| **code == word)
            && !found.contains(code)
        {
            found.push(*code);
        }
    }
    found
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '<' | '>' | '*' | '[' | ']' | '\\') {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}
