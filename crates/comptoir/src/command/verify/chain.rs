//! `comptoir verify --chain`: every block and row held against the others, here and not by the ledger.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use anyhow::Context as _;
use ledger::chain::{ChainKind, Head, Walk};
use serde::Serialize;
use uuid::Uuid;

use crate::arguments::{ChainHead, VerifyChain};
use crate::command::Place;
use crate::exit::Exit;
use crate::output::Screen;
use crate::view::{ChainPart, chain_kind};

/// Lines about what is wrong that are shown; all are counted.
const SHOWN_LIMIT: usize = 100;

#[derive(Serialize)]
struct Told {
    holds: bool,
    rows: usize,
    /// Where the chain ends, to be kept elsewhere: `POSITION:HASH`.
    head: String,
    wrong_count: usize,
    /// The first things that are wrong, in the order of the chain.
    wrong: Vec<String>,
}

/// Walks the chain of the running ledger, or of a file; anything wrong ends with [`Exit::CheckFailed`].
pub(super) async fn verify(
    screen: Screen,
    place: &Place,
    asked: &VerifyChain,
) -> anyhow::Result<Exit> {
    let VerifyChain { head, save, file } = asked;
    let mut checked = Checked::new(*head);
    match file {
        Some(file) => read_file(file, &mut checked)?,
        None => read_ledger(place, save.as_deref(), &mut checked).await?,
    }
    let told = checked.told()?;
    let holds = told.holds;
    if screen.is_json() {
        screen.json(&told)?;
    } else {
        show(screen, &told);
    }
    Ok(if holds { Exit::Done } else { Exit::CheckFailed })
}

async fn read_ledger(
    place: &Place,
    save: Option<&Path>,
    checked: &mut Checked,
) -> anyhow::Result<()> {
    let mut chain = place.ledger().await?.chain().await?;
    let mut file = save
        .map(|path| File::create(path).with_context(|| format!("cannot write {}", path.display())))
        .transpose()?
        .map(BufWriter::new);
    while let Some(part) = chain.next().await? {
        if let Some(file) = &mut file {
            serde_json::to_writer(&mut *file, &part)?;
            writeln!(file)?;
        }
        checked.part(part)?;
    }
    if let Some(file) = &mut file {
        file.flush()?;
    }
    Ok(())
}

fn read_file(path: &Path, checked: &mut Checked) -> anyhow::Result<()> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let part = serde_json::from_str(&line?)
            .with_context(|| format!("line {} is no part of a chain", number + 1))?;
        checked.part(part)?;
    }
    Ok(())
}

/// What was seen so far.
struct Checked {
    known: Option<Head>,
    walk: Option<Walk>,
    wrong: Vec<String>,
    wrong_count: usize,
    is_whole: bool,
}

impl Checked {
    fn new(known: Option<ChainHead>) -> Self {
        Self {
            known: known.map(|ChainHead(head)| head),
            walk: None,
            wrong: Vec::new(),
            wrong_count: 0,
            is_whole: false,
        }
    }

    fn part(&mut self, part: ChainPart) -> anyhow::Result<()> {
        anyhow::ensure!(!self.is_whole, "something stands behind the chain's end");
        match part {
            ChainPart::Block(block) => {
                let known = self.known;
                let walk = self
                    .walk
                    .get_or_insert_with(|| Walk::new(block.retailer(), known));
                let (block, hash, rows) = block.read()?;
                let wrong = walk.block(&block, hash, &rows);
                self.add(wrong);
            }
            ChainPart::Passed(passed) => {
                self.is_whole = true;
                let passed: Vec<(ChainKind, Uuid)> = passed
                    .into_iter()
                    .map(|(kind, id)| Ok((chain_kind(&kind)?, id)))
                    .collect::<anyhow::Result<_>>()?;
                let known = self.known;
                let walk = self
                    .walk
                    .get_or_insert_with(|| Walk::new(Uuid::nil(), known));
                let wrong = walk.end(&passed);
                self.add(wrong);
            }
        }
        Ok(())
    }

    fn add(&mut self, wrong: Vec<String>) {
        self.wrong_count += wrong.len();
        let room = SHOWN_LIMIT - self.wrong.len();
        self.wrong.extend(wrong.into_iter().take(room));
    }

    fn told(self) -> anyhow::Result<Told> {
        anyhow::ensure!(self.is_whole, "the chain breaks off: its end is missing");
        let walk = self.walk.context("the chain's end was not read")?;
        Ok(Told {
            holds: self.wrong_count == 0,
            rows: walk.rows(),
            head: ChainHead(walk.head()).to_string(),
            wrong_count: self.wrong_count,
            wrong: self.wrong,
        })
    }
}

fn show(screen: Screen, told: &Told) {
    let Told {
        holds,
        rows,
        head,
        wrong_count,
        wrong,
    } = told;
    if *holds {
        screen.line(format_args!(
            "the chain over movements and closures  {}  ({rows} rows)",
            screen.good("holds")
        ));
    } else {
        screen.line(format_args!(
            "the chain over movements and closures  {}  ({rows} rows)",
            screen.bad(format_args!("is broken in {wrong_count} places"))
        ));
        for wrong in wrong {
            screen.line(format_args!("    {wrong}"));
        }
    }
    screen.line(format_args!(
        "it ends at {head}\nkept elsewhere and given as --head, that shows whether it was made anew since"
    ));
}
