//! The chain over movements and closures: pure, so that whoever has the rows can hold them against it
//! without the ledger.
//!
//! | what | is the SHA-256 of |
//! |---|---|
//! | a row's hash | its content: the text of a JSON array that begins with what it is and the form's number |
//! | a block's hash | `comptoir chain 1`, a line's end, the block's fields in the order of [`Block`], each number in eight bytes, the greatest first; then each entry's id and hash |
//!
//! The hash before a retailer's first block is 32 zeros.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// A SHA-256.
pub type Hash = [u8; 32];

/// What stands before a retailer's first block.
pub const BEGINNING: Hash = [0; 32];

const FORM: &[u8] = b"comptoir chain 1\n";

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChainKind {
    Movements,
    Closures,
}

impl ChainKind {
    pub const ALL: [Self; 2] = [Self::Movements, Self::Closures];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Movements => "movements",
            Self::Closures => "closures",
        }
    }

    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// One row of it.
    fn row(self) -> &'static str {
        match self {
            Self::Movements => "movement",
            Self::Closures => "closure of session",
        }
    }
}

/// A row as the chain remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    pub id: Uuid,
    pub hash: Hash,
}

/// A link of the chain: rows of one kind, and what came before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub retailer: Uuid,
    /// From 1, without gaps.
    pub position: i64,
    pub kind: ChainKind,
    /// The transaction and the id of its last row.
    pub through_xid: i64,
    pub through_id: Uuid,
    pub previous: Hash,
    pub entries: Vec<Link>,
}

impl Block {
    #[must_use]
    pub fn hash(&self) -> Hash {
        let Self {
            retailer,
            position,
            kind,
            through_xid,
            through_id,
            previous,
            entries,
        } = self;
        let mut hash = Sha256::new();
        hash.update(FORM);
        hash.update(retailer);
        hash.update(position.to_be_bytes());
        hash.update(kind.as_str());
        hash.update(through_xid.to_be_bytes());
        hash.update(through_id);
        hash.update(previous);
        for Link { id, hash: row } in entries {
            hash.update(id);
            hash.update(row);
        }
        hash.finalize().into()
    }
}

/// The hash of a row's content.
#[must_use]
pub fn row_hash(content: &str) -> Hash {
    Sha256::digest(content).into()
}

/// A place of the chain and its hash: kept elsewhere, it holds all before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub position: i64,
    pub hash: Hash,
}

/// A row that the ledger has where a block says it has some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub id: Uuid,
    pub content: String,
}

/// Holds blocks in the order of their positions against each other and against the rows.
#[derive(Debug)]
pub struct Walk {
    retailer: Uuid,
    head: Head,
    known: Option<Head>,
    rows: usize,
}

impl Walk {
    /// `known` is a head from before, kept elsewhere.
    #[must_use]
    pub fn new(retailer: Uuid, known: Option<Head>) -> Self {
        let head = Head {
            position: 0,
            hash: BEGINNING,
        };
        Self {
            retailer,
            head,
            known,
            rows: 0,
        }
    }

    /// What is wrong with a block, one line a thing; nothing when all is as it was.
    pub fn block(&mut self, block: &Block, hash: Hash, rows: &[Row]) -> Vec<String> {
        let mut wrong = Vec::new();
        let Block {
            position, previous, ..
        } = block;
        let next = self.head.position + 1;
        if *position > next {
            wrong.push(format!("blocks {next} to {} are missing", position - 1));
        } else if *position < next {
            wrong.push(format!("block {position} comes after block {}", next - 1));
        } else if *previous != self.head.hash {
            wrong.push(format!(
                "block {position} does not follow what is before it"
            ));
        }
        if block.retailer != self.retailer || block.hash() != hash {
            wrong.push(format!("block {position} is not what its hash says"));
        }
        self.head = Head {
            position: *position,
            hash,
        };
        if let Some(known) = self.known.filter(|known| known.position == *position)
            && known.hash != hash
        {
            wrong.push(format!("block {position} is not the one of the head given"));
        }
        self.rows += rows.len();
        wrong.extend(compare(block, rows));
        wrong
    }

    /// What is wrong once the last block was seen: `beyond` are rows that later blocks passed by.
    #[must_use]
    pub fn end(&self, beyond: &[(ChainKind, Uuid)]) -> Vec<String> {
        let mut wrong: Vec<String> = beyond
            .iter()
            .map(|(kind, id)| format!("{} {id} is in no block", kind.row()))
            .collect();
        if let Some(known) = self.known
            && known.position > self.head.position
        {
            wrong.push(format!(
                "the chain ends at block {}, and had {} once",
                self.head.position, known.position
            ));
        }
        wrong
    }

    /// Where the chain ends.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Rows looked at.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }
}

fn compare(block: &Block, rows: &[Row]) -> Vec<String> {
    let name = block.kind.row();
    let mut wrong = Vec::new();
    let mut there: BTreeMap<Uuid, &Row> = BTreeMap::new();
    for row in rows {
        if there.insert(row.id, row).is_some() {
            wrong.push(format!("{name} {} is there twice", row.id));
        }
    }
    for Link { id, hash } in &block.entries {
        match there.remove(id) {
            None => wrong.push(format!("{name} {id} of block {} is gone", block.position)),
            Some(row) if row_hash(&row.content) != *hash => wrong.push(format!(
                "{name} {id} of block {} was changed; now it says {}",
                block.position, row.content
            )),
            Some(_) => {}
        }
    }
    wrong.extend(there.into_keys().map(|id| {
        format!(
            "{name} {id} was not there when block {} was made",
            block.position
        )
    }));
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETAILER: Uuid = Uuid::from_u128(7);

    fn row(number: u128) -> Row {
        Row {
            id: Uuid::from_u128(number),
            content: format!("[\"movement\", 1, {number}]"),
        }
    }

    fn chain(count: i64) -> Vec<(Block, Hash, Vec<Row>)> {
        let mut previous = BEGINNING;
        (1..=count)
            .map(|position| {
                let first = u128::try_from(position).unwrap() * 10;
                let rows: Vec<Row> = (first..first + 3).map(row).collect();
                let block = Block {
                    retailer: RETAILER,
                    position,
                    kind: ChainKind::Movements,
                    through_xid: position,
                    through_id: rows[2].id,
                    previous,
                    entries: rows
                        .iter()
                        .map(|row| Link {
                            id: row.id,
                            hash: row_hash(&row.content),
                        })
                        .collect(),
                };
                previous = block.hash();
                (block, previous, rows)
            })
            .collect()
    }

    fn walk(chain: &[(Block, Hash, Vec<Row>)], known: Option<Head>) -> Vec<String> {
        let mut walk = Walk::new(RETAILER, known);
        let mut wrong = Vec::new();
        for (block, hash, rows) in chain {
            wrong.extend(walk.block(block, *hash, rows));
        }
        wrong.extend(walk.end(&[]));
        wrong
    }

    #[test]
    fn r_14_a_chain_that_nobody_touched_holds() {
        assert_eq!(walk(&chain(5), None), Vec::<String>::new());
    }

    #[test]
    fn r_14_a_chain_made_anew_is_not_the_one_of_a_head_kept_elsewhere() {
        let old = chain(5);
        let head = Head {
            position: 5,
            hash: old[4].1,
        };
        assert_eq!(walk(&old, Some(head)), Vec::<String>::new());

        let mut new = chain(5);
        let mut previous = BEGINNING;
        for (block, hash, rows) in &mut new {
            if block.position == 2 {
                rows[1].content.push(' ');
                block.entries[1].hash = row_hash(&rows[1].content);
            }
            block.previous = previous;
            *hash = block.hash();
            previous = *hash;
        }
        assert_eq!(walk(&new, None), Vec::<String>::new());
        assert_eq!(
            walk(&new, Some(head)),
            ["block 5 is not the one of the head given"]
        );
        assert_eq!(
            walk(&old[..3], Some(head)),
            ["the chain ends at block 3, and had 5 once"]
        );
    }

    #[test]
    fn r_14_whatever_is_wrong_is_named() {
        type Harm = fn(&mut Vec<(Block, Hash, Vec<Row>)>);
        let id = Uuid::from_u128;
        let table: [(Harm, String); 7] = [
            (
                |chain| chain[1].2[1].content = "[]".to_owned(),
                format!("movement {} of block 2 was changed; now it says []", id(21)),
            ),
            (
                |chain| drop(chain[1].2.remove(0)),
                format!("movement {} of block 2 is gone", id(20)),
            ),
            (
                |chain| chain[1].2.push(row(99)),
                format!("movement {} was not there when block 2 was made", id(99)),
            ),
            (
                |chain| chain[1].2.push(row(20)),
                format!("movement {} is there twice", id(20)),
            ),
            (
                |chain| drop(chain.remove(1)),
                "blocks 2 to 2 are missing".to_owned(),
            ),
            (
                |chain| chain[1].0.through_xid = 9,
                "block 2 is not what its hash says".to_owned(),
            ),
            (
                |chain| {
                    chain[1].0.previous = BEGINNING;
                    chain[1].1 = chain[1].0.hash();
                },
                "block 2 does not follow what is before it".to_owned(),
            ),
        ];
        for (harm, expected) in table {
            let mut chain = chain(3);
            harm(&mut chain);
            let wrong = walk(&chain, None);
            assert_eq!(wrong.first(), Some(&expected), "{wrong:?}");
        }
    }
}
