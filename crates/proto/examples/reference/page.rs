//! One proto as a page.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{
    DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorProto,
    MethodDescriptorProto, ServiceDescriptorProto,
};

use crate::comments::{Comments, ENUMS, MEMBERS, MESSAGES, ONEOFS, SERVICES};
use crate::words::{cell, codes, plain};
use crate::{OURS, ReferenceError};

/// The file that defines a type, by the type's full name.
pub type Places<'a> = BTreeMap<String, &'a str>;

pub struct Page<'a> {
    file: &'a FileDescriptorProto,
    comments: Comments<'a>,
    places: &'a Places<'a>,
}

/// The page of a proto.
pub fn path(proto: &str) -> String {
    proto.replace(".proto", ".md")
}

pub fn places(files: &[FileDescriptorProto]) -> Result<Places<'_>, ReferenceError> {
    let mut places = Places::new();
    for file in files {
        for message in &file.message_type {
            let name = format!(".{}.{}", file.package(), message.name());
            let is_ours = file.name().starts_with(OURS);
            if is_ours && !(message.nested_type.is_empty() && message.enum_type.is_empty()) {
                return Err(ReferenceError::Nested(name));
            }
            places.insert(name, file.name());
        }
        for one in &file.enum_type {
            places.insert(format!(".{}.{}", file.package(), one.name()), file.name());
        }
    }
    Ok(places)
}

/// Every service with the page that it stands on, and the pages that hold nothing but messages.
pub fn index(pages: &[Page]) -> String {
    let mut text = "# Reference\n\nWhat holds for every call stands one folder up.\n".to_owned();
    let packages: BTreeSet<&str> = pages.iter().map(|page| page.file.package()).collect();
    for package in packages {
        let _ = write!(text, "\n## {package}\n\n");
        for page in pages.iter().filter(|page| page.file.package() == package) {
            page.entry(&mut text);
        }
    }
    text
}

impl<'a> Page<'a> {
    pub fn new(file: &'a FileDescriptorProto, places: &'a Places<'a>) -> Self {
        Self {
            file,
            comments: Comments::of(file),
            places,
        }
    }

    pub fn name(&self) -> &'a str {
        self.file.name()
    }

    /// Its lines of the index.
    fn entry(&self, text: &mut String) {
        let path = path(self.name());
        let path = path.strip_prefix("comptoir/").unwrap_or(&path);
        for service in &self.file.service {
            let methods: Vec<&str> = service.method.iter().map(|method| method.name()).collect();
            let name = service.name();
            let _ = writeln!(text, "- [{name}]({path}): {}", methods.join(", "));
        }
        if self.file.service.is_empty() {
            let messages: Vec<&str> = self
                .file
                .message_type
                .iter()
                .map(|one| one.name())
                .collect();
            let _ = writeln!(text, "- [Messages]({path}): {}", messages.join(", "));
        }
    }

    pub fn text(&self) -> Result<String, ReferenceError> {
        let mut text = format!(
            "# {}\n\nPackage `{}`, written from its comments by `cargo run -p proto --example reference`.\n",
            self.name(),
            self.file.package()
        );
        let mut shown = BTreeSet::new();
        for (place, service) in (0..).zip(&self.file.service) {
            self.service(&mut text, &[SERVICES, place], service, &mut shown)?;
        }
        for (place, message) in (0..).zip(&self.file.message_type) {
            if !shown.contains(message.name()) {
                let comment = self.comments.paragraphs(&[MESSAGES, place]);
                if comment.is_empty() {
                    return Err(ReferenceError::NoComment(message.name().to_owned()));
                }
                let _ = write!(text, "\n## {}\n", message.name());
                write_paragraphs(&mut text, &comment);
                self.fields(&mut text, &[MESSAGES, place], message)?;
            }
        }
        for (place, one) in (0..).zip(&self.file.enum_type) {
            self.values(&mut text, &[ENUMS, place], one);
        }
        Ok(text)
    }

    fn service(
        &self,
        text: &mut String,
        path: &[i32],
        service: &'a ServiceDescriptorProto,
        shown: &mut BTreeSet<&'a str>,
    ) -> Result<(), ReferenceError> {
        let _ = write!(text, "\n## Service {}\n", service.name());
        write_paragraphs(text, &self.comments.paragraphs(path));
        for (place, method) in (0..).zip(&service.method) {
            let _ = write!(text, "\n### {}.{}\n", service.name(), method.name());
            self.method(text, &[path, &[MEMBERS, place]].concat(), method)?;
            for sent in [method.input_type(), method.output_type()] {
                self.sent(text, sent, shown)?;
            }
        }
        Ok(())
    }

    fn method(
        &self,
        text: &mut String,
        path: &[i32],
        method: &MethodDescriptorProto,
    ) -> Result<(), ReferenceError> {
        let comment = self.comments.paragraphs(path);
        write_paragraphs(text, &comment);
        let request = self.link(method.input_type())?;
        let response = self.link(method.output_type())?;
        let stream = if method.server_streaming() {
            "a stream of "
        } else {
            ""
        };
        let errors: Vec<String> = codes(&comment.join(" "))
            .iter()
            .map(|code| format!("`{code}`"))
            .collect();
        let errors = if errors.is_empty() {
            String::new()
        } else {
            format!("{}, and ", errors.join(", "))
        };
        let _ = write!(
            text,
            "\nTakes {request}, gives {stream}{response}. Errors: {errors}[those of every call]({}README.md#errors).\n",
            "../".repeat(self.name().matches('/').count()),
        );
        Ok(())
    }

    /// A request or an answer stands below the first method that has it.
    fn sent(
        &self,
        text: &mut String,
        sent: &str,
        shown: &mut BTreeSet<&'a str>,
    ) -> Result<(), ReferenceError> {
        let is_sent = |message: &DescriptorProto| {
            sent == format!(".{}.{}", self.file.package(), message.name())
        };
        let message = (0..)
            .zip(&self.file.message_type)
            .find(|(_, message)| is_sent(message));
        match message {
            Some((place, message)) if shown.insert(message.name()) => {
                let _ = write!(text, "\n#### {}\n", message.name());
                let path = [MESSAGES, place];
                write_paragraphs(text, &self.comments.paragraphs(&path));
                self.fields(text, &path, message)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn fields(
        &self,
        text: &mut String,
        path: &[i32],
        message: &DescriptorProto,
    ) -> Result<(), ReferenceError> {
        if message.field.is_empty() {
            text.push_str("\nNothing.\n");
            return Ok(());
        }
        text.push_str("\n| number | field | type | |\n|---|---|---|---|\n");
        for (place, field) in (0..).zip(&message.field) {
            let comment = self.comments.line(&[path, &[MEMBERS, place]].concat());
            let _ = writeln!(
                text,
                "| {} | `{}` | {} | {} |",
                field.number(),
                field.name(),
                self.field_type(field)?,
                cell(&comment)
            );
        }
        // What `optional` makes of a field is no choice between several.
        let choices = (0..).zip(&message.oneof_decl).filter(|(place, _)| {
            let mut fields = message.field.iter();
            fields.any(|field| field.oneof_index == Some(*place) && !field.proto3_optional())
        });
        for (place, choice) in choices {
            let fields: Vec<String> = message
                .field
                .iter()
                .filter(|field| field.oneof_index == Some(place))
                .map(|field| format!("`{}`", field.name()))
                .collect();
            let comment = self.comments.line(&[path, &[ONEOFS, place]].concat());
            let (name, fields) = (choice.name(), fields.join(", "));
            let _ = write!(text, "\n`{name}` is one of {fields}: {}\n", plain(&comment));
        }
        Ok(())
    }

    fn field_type(&self, field: &FieldDescriptorProto) -> Result<String, ReferenceError> {
        let name = match field.r#type() {
            Type::Message | Type::Enum => self.link(field.type_name())?,
            simple => format!(
                "`{}`",
                simple
                    .as_str_name()
                    .trim_start_matches("TYPE_")
                    .to_lowercase()
            ),
        };
        Ok(match field.label() {
            Label::Repeated => format!("repeated {name}"),
            Label::Optional | Label::Required if field.proto3_optional() => {
                format!("optional {name}")
            }
            Label::Optional | Label::Required => name,
        })
    }

    fn values(&self, text: &mut String, path: &[i32], one: &EnumDescriptorProto) {
        let _ = write!(text, "\n## {}\n", one.name());
        write_paragraphs(text, &self.comments.paragraphs(path));
        text.push_str("\n| number | value | |\n|---|---|---|\n");
        for (place, value) in (0..).zip(&one.value) {
            let comment = self.comments.line(&[path, &[MEMBERS, place]].concat());
            let _ = writeln!(
                text,
                "| {} | `{}` | {} |",
                value.number(),
                value.name(),
                cell(&comment)
            );
        }
    }

    /// To where a type is told of; the public ones of others need no page of ours.
    fn link(&self, type_name: &str) -> Result<String, ReferenceError> {
        let defined = self.places.get(type_name);
        let place = defined.ok_or_else(|| ReferenceError::Unknown(type_name.to_owned()))?;
        let name = type_name.rsplit('.').next().unwrap_or(type_name);
        let anchor = name.to_lowercase();
        Ok(if *place == self.name() {
            format!("[{name}](#{anchor})")
        } else if place.starts_with(OURS) {
            let up = "../".repeat(self.name().matches('/').count());
            format!("[{name}]({up}{}#{anchor})", path(place))
        } else {
            format!("`{}`", type_name.trim_start_matches('.'))
        })
    }
}

fn write_paragraphs(text: &mut String, paragraphs: &[String]) {
    for paragraph in paragraphs {
        let _ = write!(text, "\n{}\n", plain(paragraph));
    }
}
