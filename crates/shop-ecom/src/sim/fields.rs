//! `responseFields`: which fields of an answer are asked for.

use serde_json::{Map, Value};

/// Deepest nesting that is read.
const DEPTH_LIMIT: usize = 8;

/// Names of fields, each perhaps with names of its own: `total,items(id,price)`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fields(Vec<(String, Option<Fields>)>);

impl Fields {
    /// `None` for what is no such list.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut open = vec![Self::default()];
        let mut name = String::new();
        for c in text.chars() {
            match c {
                ',' => open.last_mut()?.close(&mut name),
                '(' => {
                    if name.is_empty() || open.len() >= DEPTH_LIMIT {
                        return None;
                    }
                    open.last_mut()?.close(&mut name);
                    open.push(Self::default());
                }
                ')' => {
                    let mut inner = open.pop()?;
                    inner.close(&mut name);
                    open.last_mut()?.0.last_mut()?.1 = Some(inner);
                }
                c => name.push(c),
            }
        }
        let mut fields = open.pop()?;
        fields.close(&mut name);
        open.is_empty().then_some(fields)
    }

    fn close(&mut self, name: &mut String) {
        if !name.is_empty() {
            self.0.push((std::mem::take(name), None));
        }
    }

    /// What is left of an answer.
    pub(super) fn of(&self, value: &Value) -> Value {
        match value {
            Value::Array(items) => items.iter().map(|item| self.of(item)).collect(),
            Value::Object(fields) => {
                let mut kept = Map::new();
                for (name, inner) in &self.0 {
                    if let Some(value) = fields.get(name) {
                        let value = inner
                            .as_ref()
                            .map_or_else(|| value.clone(), |inner| inner.of(value));
                        kept.insert(name.clone(), value);
                    }
                }
                Value::Object(kept)
            }
            other => other.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_what_was_asked_for() {
        let answer = json!({"total": 2, "count": 1, "items": [{"id": "A", "price": 3, "tax": {"a": 1, "b": 2}}]});
        for (text, left) in [
            ("total", json!({"total": 2})),
            (
                "total,items(id)",
                json!({"total": 2, "items": [{"id": "A"}]}),
            ),
            (
                "items(id,tax(b)),count",
                json!({"items": [{"id": "A", "tax": {"b": 2}}], "count": 1}),
            ),
            ("nothing", json!({})),
        ] {
            assert_eq!(Fields::read(text).unwrap().of(&answer), left, "{text}");
        }
        for text in ["items(id", "items)", "(id)", "a(b(c(d(e(f(g(h(i"] {
            assert_eq!(Fields::read(text), None, "{text}");
        }
    }
}
