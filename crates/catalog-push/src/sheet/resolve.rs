//! Which item of which product each row is.

use std::collections::HashMap;

use retail::catalogue::sheet::{Cell, Column, Finding, Header, Problem};
use retail::{ItemId, ProductId, SheetId, Sku};
use uuid::Uuid;

use super::{Failure, Worker};
use crate::registry::LedgerItem;
use crate::store::{Identity, ItemFound, RowKeys, SheetWork};

/// Rows looked at at once.
const ROWS_AT_ONCE: i64 = 5_000;
/// SKUs that the ledger is asked about at once.
const SKUS_AT_ONCE: usize = 500;

/// Rows with their items.
pub(super) struct Resolved {
    /// Products in the order of their first rows, each with its rows in theirs.
    pub(super) rows: Vec<Placed>,
    /// Items that the ledger has, and the catalogue does not.
    pub(super) adopted: HashMap<ItemId, Identity>,
    pub(super) findings: Vec<Finding>,
}

/// A row and its item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Placed {
    /// Its product's first row.
    first: u32,
    pub(super) number: u32,
    pub(super) product: ProductId,
    pub(super) item: ItemId,
}

/// A row of which something is not known yet.
struct Row {
    number: u32,
    /// `None`: a new one's.
    product: Option<ProductId>,
    /// `None`: it is new.
    item: Option<ItemId>,
    /// Where neither id is said: rows that have the same are of one product.
    handle: Option<String>,
    /// A SKU that the item does not have here.
    new_sku: Option<String>,
}

/// A row's keys, read.
struct Keys {
    number: u32,
    product: Option<Uuid>,
    item: Option<Uuid>,
    sku: Option<String>,
    handle: Option<String>,
}

struct Resolving<'a> {
    header: &'a Header,
    rows: Vec<Row>,
    /// Which row says a SKU.
    skus: HashMap<String, u32>,
    findings: Vec<Finding>,
}

impl Worker {
    /// Reads the keys of all rows, which is little of them.
    pub(super) async fn resolve(
        &self,
        work: &SheetWork,
        header: &Header,
    ) -> Result<Resolved, Failure> {
        let mut resolving = Resolving {
            header,
            rows: Vec::new(),
            skus: HashMap::new(),
            findings: Vec::new(),
        };
        let mut after = 0;
        loop {
            let keys = self.store.sheet_keys(work.id, header, after, ROWS_AT_ONCE);
            let keys = keys.await?;
            let Some(last) = keys.last() else {
                break;
            };
            after = last.number;
            self.look_up(work, &mut resolving, keys).await?;
        }
        let adopted = self.ask_ledger(work, &mut resolving).await?;
        Ok(resolving.place(work.id, adopted))
    }

    async fn look_up(
        &self,
        work: &SheetWork,
        resolving: &mut Resolving<'_>,
        rows: Vec<RowKeys>,
    ) -> Result<(), Failure> {
        let keys = rows.into_iter().filter_map(|row| resolving.read(row));
        let keys: Vec<Keys> = keys.collect();
        let items: Vec<Uuid> = keys.iter().filter_map(|keys| keys.item).collect();
        let skus: Vec<String> = keys.iter().filter_map(|keys| keys.sku.clone()).collect();
        let products: Vec<Uuid> = keys.iter().filter_map(|keys| keys.product).collect();
        let items = self.store.find_items(work.retailer, &items, &skus).await?;
        let products = self.store.find_products(work.retailer, &products).await?;
        let products: HashMap<ProductId, bool> = products.into_iter().collect();
        let (mut by_id, mut by_sku) = (HashMap::new(), HashMap::<&str, Vec<&ItemFound>>::new());
        for item in &items {
            by_id.insert(item.item.uuid(), item);
            if let Some(sku) = item.sku.as_deref().filter(|_| !item.is_deleted) {
                by_sku.entry(sku).or_default().push(item);
            }
        }
        for keys in keys {
            let number = keys.number;
            match find(keys, &by_id, &by_sku, &products) {
                Ok(row) => resolving.rows.push(row),
                Err((column, problem)) => resolving.wrong(number, column, problem),
            }
        }
        Ok(())
    }

    /// Which of the SKUs that are new here another item has, and which items there are that nobody entered here.
    async fn ask_ledger(
        &self,
        work: &SheetWork,
        resolving: &mut Resolving<'_>,
    ) -> Result<HashMap<ItemId, Identity>, Failure> {
        let asked = resolving.rows.iter().filter_map(|row| row.new_sku.clone());
        let asked: Vec<String> = asked.collect();
        let mut owners: HashMap<String, LedgerItem> = HashMap::new();
        for skus in asked.chunks(SKUS_AT_ONCE) {
            let found = self.registry.with_skus(work.retailer, skus.to_vec());
            for item in found.await? {
                if let Some(sku) = &item.identity.sku {
                    owners.insert(sku.to_string(), item);
                }
            }
        }
        let ids: Vec<Uuid> = owners.values().map(|owner| owner.item.uuid()).collect();
        let known = self.store.find_items(work.retailer, &ids, &[]).await?;
        let known: HashMap<ItemId, ProductId> = known
            .into_iter()
            .map(|found| (found.item, found.product))
            .collect();
        let mut adopted = HashMap::new();
        let mut taken = Vec::new();
        for row in &mut resolving.rows {
            let owner = row.new_sku.as_ref().and_then(|sku| owners.get(sku));
            let Some(owner) = owner else {
                continue;
            };
            let product = known.get(&owner.item);
            let is_free = match row.item {
                // Within a product SKUs may change hands.
                Some(item) => {
                    item == owner.item || product.is_some_and(|it| Some(*it) == row.product)
                }
                None => product.is_none() && owner.is_counted,
            };
            if !is_free {
                taken.push(row.number);
            } else if row.item.is_none() {
                row.item = Some(owner.item);
                adopted.insert(owner.item, owner.identity.clone());
            }
        }
        for number in taken {
            resolving.wrong(number, Column::Sku, Problem::SkuTaken);
        }
        Ok(adopted)
    }
}

impl Resolving<'_> {
    fn wrong(&mut self, row: u32, column: Column, problem: Problem) {
        self.findings.push(Finding {
            row,
            column: self.header.place(column),
            problem,
        });
    }

    /// `None`: a key cannot be read, which is told.
    fn read(&mut self, row: RowKeys) -> Option<Keys> {
        let RowKeys {
            number,
            product,
            item,
            sku,
            handle,
            faults,
        } = row;
        for column in [Column::ProductId, Column::ItemId] {
            let place = self.header.place(column);
            let fault = faults.iter().find(|(fault, _)| Some(*fault) == place);
            if let Some((_, fault)) = fault {
                self.wrong(number, column, (*fault).into());
                return None;
            }
        }
        let sku = said(&sku).and_then(|sku| Sku::new(&sku).ok());
        let sku = sku.map(|sku| sku.as_str().to_owned());
        if let Some(sku) = &sku {
            let first = *self.skus.entry(sku.clone()).or_insert(number);
            if first != number {
                self.wrong(number, Column::Sku, Problem::SkuTwice(first));
                return None;
            }
        }
        Some(Keys {
            number,
            product: self.id(number, Column::ProductId, &product)?,
            item: self.id(number, Column::ItemId, &item)?,
            sku,
            handle: said(&handle),
        })
    }

    /// The outer `None`: it is none, which is told.
    #[expect(
        clippy::option_option,
        reason = "an id that is not said is no id that is wrong"
    )]
    fn id(&mut self, row: u32, column: Column, cell: &str) -> Option<Option<Uuid>> {
        match Cell::read(cell) {
            Cell::Unsaid => Some(None),
            Cell::Said(text) if let Ok(id) = Uuid::try_parse(&text) => Some(Some(id)),
            Cell::Clear | Cell::Said(_) => {
                self.wrong(row, column, Problem::BadId);
                None
            }
        }
    }

    /// Gives every row its product and its item. Ids of what is new are made of the sheet's, so that a sheet that is
    /// checked again makes the same.
    fn place(mut self, id: SheetId, adopted: HashMap<ItemId, Identity>) -> Resolved {
        let wrong: std::collections::HashSet<u32> =
            self.findings.iter().map(|finding| finding.row).collect();
        let mut rows = std::mem::take(&mut self.rows);
        rows.retain(|row| !wrong.contains(&row.number));
        let groups = groups(&rows);
        let made = |what: &str, number: u32| {
            Uuid::new_v5(&id.uuid(), format!("{what} {number}").as_bytes())
        };
        let (mut new, mut firsts, mut items) = (HashMap::new(), HashMap::new(), HashMap::new());
        let mut placed = Vec::with_capacity(rows.len());
        for row in rows {
            let number = row.number;
            let product = match (row.product, row.handle) {
                (Some(product), _) => product,
                (None, None) => ProductId::new(made("product", number)),
                (None, Some(handle)) => match groups.get(&handle) {
                    Some(Group::One(product)) => *product,
                    Some(Group::Several) => {
                        self.wrong(number, Column::Handle, Problem::HandleAmbiguous);
                        continue;
                    }
                    None => *new
                        .entry(handle)
                        .or_insert_with(|| ProductId::new(made("product", number))),
                },
            };
            let item = row
                .item
                .unwrap_or_else(|| ItemId::new(made("item", number)));
            let before = *items.entry(item).or_insert(number);
            if before != number {
                self.wrong(number, Column::ItemId, Problem::RowTwice(before));
                continue;
            }
            let first = *firsts.entry(product).or_insert(number);
            placed.push(Placed {
                first,
                number,
                product,
                item,
            });
        }
        placed.sort_unstable_by_key(|row| (row.first, row.number));
        Resolved {
            rows: placed,
            adopted,
            findings: self.findings,
        }
    }
}

/// What rows of one handle are found to be.
enum Group {
    One(ProductId),
    Several,
}

/// By the rows among them that are known by their SKUs.
fn groups(rows: &[Row]) -> HashMap<String, Group> {
    let mut groups: HashMap<String, Group> = HashMap::new();
    for row in rows {
        let (Some(handle), Some(product)) = (&row.handle, row.product) else {
            continue;
        };
        let group = groups.entry(handle.clone()).or_insert(Group::One(product));
        if !matches!(group, Group::One(one) if *one == product) {
            *group = Group::Several;
        }
    }
    groups
}

fn said(cell: &str) -> Option<String> {
    match Cell::read(cell) {
        Cell::Said(text) => Some(text.into_owned()),
        Cell::Unsaid | Cell::Clear => None,
    }
}

/// By its item's id, its SKU or its product's id, in this order.
fn find(
    keys: Keys,
    by_id: &HashMap<Uuid, &ItemFound>,
    by_sku: &HashMap<&str, Vec<&ItemFound>>,
    products: &HashMap<ProductId, bool>,
) -> Result<Row, (Column, Problem)> {
    let Keys {
        number,
        product,
        item,
        sku,
        handle,
    } = keys;
    let of_sku = || sku.as_deref().and_then(|sku| by_sku.get(sku));
    let is_named = product.is_some() || item.is_some();
    let found = match item {
        Some(item) => {
            let found = by_id.get(&item);
            Some(*found.ok_or((Column::ItemId, Problem::UnknownItem))?)
        }
        None => match of_sku().map(Vec::as_slice) {
            None => None,
            Some([found]) => Some(*found),
            Some(_) => return Err((Column::Sku, Problem::SkuAmbiguous)),
        },
    };
    let product = product.map(ProductId::new);
    if let Some(found) = found {
        if found.is_deleted {
            return Err((Column::ItemId, Problem::Deleted));
        }
        if product.is_some_and(|product| product != found.product) {
            return Err((Column::ProductId, Problem::OtherProduct));
        }
        return Ok(Row {
            number,
            product: Some(found.product),
            item: Some(found.item),
            handle: handle.filter(|_| !is_named),
            new_sku: sku.filter(|sku| found.sku.as_ref() != Some(sku)),
        });
    }
    if let Some(product) = product {
        match products.get(&product) {
            None => return Err((Column::ProductId, Problem::UnknownProduct)),
            Some(true) => return Err((Column::ProductId, Problem::Deleted)),
            Some(false) => {}
        }
    }
    Ok(Row {
        number,
        product,
        item: None,
        handle: handle.filter(|_| !is_named),
        new_sku: sku,
    })
}
