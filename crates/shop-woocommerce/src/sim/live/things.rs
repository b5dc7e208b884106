//! What the API does to things on the shelf, with what follows from it: whoever listens to products is told, and later
//! orders name them as they now are.

use shop::sim::ProductEdit;

use super::api::Problem;
use super::shelf::{self, Fields, Kind, Rules, Thing};
use super::webhooks::Happening;
use super::{Running, State};

impl Running {
    /// The thing as it is then.
    pub(super) fn create_thing(
        &self,
        parent: Option<u64>,
        fields: &Fields,
        rules: Rules,
    ) -> Result<Vec<u8>, Problem> {
        let now = self.clock.now();
        let mut state = self.state();
        let id = state.shelf.create(parent, fields, rules, now)?;
        Ok(told(&mut state, id, "product.created"))
    }

    /// The thing as it is then.
    pub(super) fn update_thing(
        &self,
        id: u64,
        fields: &Fields,
        rules: Rules,
    ) -> Result<Vec<u8>, Problem> {
        let now = self.clock.now();
        let mut state = self.state();
        let before = state.shelf.thing(id).and_then(|thing| thing.quantity);
        state.shelf.update(id, fields, rules, now)?;
        if fields.contains_key("stock_quantity") {
            state.shelf.note_told(id, before, now);
        }
        self.note(&state, id);
        Ok(told(&mut state, id, "product.updated"))
    }

    /// The thing as it is then, or was when it was deleted for good. Of the latter nobody is told.
    pub(super) fn delete_thing(&self, id: u64, is_forced: bool) -> Result<Vec<u8>, Problem> {
        let now = self.clock.now();
        let mut state = self.state();
        let is_trashed = state.shelf.thing(id).is_some_and(Thing::is_trashed);
        if is_forced {
            let body = body(&state, id);
            state.shelf.remove(id);
            return Ok(body);
        }
        if is_trashed {
            return Err(Problem::trashed());
        }
        state.shelf.trash(id, now);
        let happening = Happening::Product {
            topic: "product.deleted",
            body: format!("{{\"id\":{id}}}").into_bytes(),
        };
        state.webhooks.tell(&[happening]);
        Ok(body(&state, id))
    }

    /// Lines of orders to come have the thing's name, and all orders its SKU.
    fn note(&self, state: &State, id: u64) {
        let catalogue = self.plot.catalogue();
        let place = catalogue
            .products()
            .iter()
            .position(|known| shelf::id(known) == id);
        let (Some(product), Some(thing)) = (place, state.shelf.thing(id)) else {
            return;
        };
        let mut edits = self.edits();
        let known = catalogue.product(product);
        let (name, sku) = match edits.newest(product) {
            Some(edit) => (edit.name.clone(), edit.sku.clone()),
            None => (known.name.clone(), known.sku.clone()),
        };
        let now = match thing.kind {
            // Made of its product's name and its values, which stay.
            Kind::Variation => name.clone(),
            Kind::Simple | Kind::Variable => {
                html_escape::decode_html_entities(&thing.name).into_owned()
            }
        };
        if (&now, &thing.sku) == (&name, &sku) {
            return;
        }
        let newest = state.current().map(|order| order.id).max();
        let edit = ProductEdit {
            product,
            name: now,
            sku: thing.sku.clone(),
            barcode: thing.barcode.clone(),
            price_cents: 0,
            stock: thing.quantity.unwrap_or(0),
        };
        edits.add(newest.map_or(0, |newest| newest + 1), edit);
    }
}

/// Tells of a thing, and shows it.
fn told(state: &mut State, id: u64, topic: &'static str) -> Vec<u8> {
    let body = body(state, id);
    let happening = Happening::Product {
        topic,
        body: body.clone(),
    };
    state.webhooks.tell(&[happening]);
    body
}

fn body(state: &State, id: u64) -> Vec<u8> {
    let thing = state.shelf.thing(id);
    let thing = thing.expect("who asks has just seen it there");
    shelf::shown(&state.shelf, thing, state.home(), true)
}
