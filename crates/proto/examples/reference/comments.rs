//! What stands above a definition in its proto.

use std::collections::BTreeMap;

use prost_types::FileDescriptorProto;

// Numbers of fields in descriptors, of which the path to a definition is made.
pub const MESSAGES: i32 = 4;
pub const ENUMS: i32 = 5;
pub const SERVICES: i32 = 6;
/// Fields of a message, values of an enum, methods of a service.
pub const MEMBERS: i32 = 2;
pub const ONEOFS: i32 = 8;

/// The comments of a proto by the path to what they are about.
pub struct Comments<'a>(BTreeMap<&'a [i32], &'a str>);

impl<'a> Comments<'a> {
    pub fn of(file: &'a FileDescriptorProto) -> Self {
        let locations = file.source_code_info.iter().flat_map(|info| &info.location);
        let comments = locations.filter_map(|location| {
            let comment = location.leading_comments.as_deref()?;
            Some((location.path.as_slice(), comment))
        });
        Self(comments.collect())
    }

    /// By paragraph, each in one line.
    pub fn paragraphs(&self, path: &[i32]) -> Vec<String> {
        let comment = self.0.get(path).copied().unwrap_or_default();
        let lines: Vec<&str> = comment.lines().map(str::trim).collect();
        let paragraphs = lines.split(|line| line.is_empty());
        paragraphs
            .filter(|lines| !lines.is_empty())
            .map(|lines| lines.join(" "))
            .collect()
    }

    pub fn line(&self, path: &[i32]) -> String {
        self.paragraphs(path).join(" ")
    }
}
