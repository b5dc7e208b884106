//! How the options of a product become those that are wanted. Pure.

/// An option as the store has it: its name, and the ids and names of its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) id: u64,
    pub(super) name: Box<str>,
    pub(super) sort_order: i64,
    pub(super) values: Vec<(u64, Box<str>)>,
}

/// A variant: what it shows, and what it is to show. The shop's own shows what it shows.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) id: u64,
    pub(super) shown: Vec<Box<str>>,
    pub(super) wanted: Vec<Box<str>>,
}

/// A value that goes by another name from now on, with all variants that have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Renamed {
    /// Place of the option.
    pub(super) option: usize,
    pub(super) value: u64,
    pub(super) name: Box<str>,
}

/// The store's options in the order wanted: each is the one of the same name, and of those that are left the one in the
/// same place.
pub(super) fn aligned(known: &[Known], names: &[Box<str>]) -> Vec<Known> {
    let mut left: Vec<&Known> = known.iter().collect();
    let mut of_same_name = |name: &str| {
        let place = left.iter().position(|option| *option.name == *name)?;
        Some(left.remove(place))
    };
    let same: Vec<Option<&Known>> = names.iter().map(|name| of_same_name(name)).collect();
    let mut left = left.into_iter();
    let aligned = same
        .into_iter()
        .map(|option| option.or_else(|| left.next()));
    aligned.flatten().cloned().collect()
}

/// What can be renamed; a variant that this does not bring to its wanted values is to be made anew.
pub(super) fn renamed(options: &[Known], variants: &[Seen]) -> (Vec<Renamed>, Vec<u64>) {
    let mut renamed = Vec::new();
    let mut anew = Vec::new();
    let mut options = options.to_vec();
    for variant in variants {
        for (place, option) in options.iter_mut().enumerate() {
            let (Some(shown), Some(wanted)) = (variant.shown.get(place), variant.wanted.get(place))
            else {
                continue;
            };
            let is_there = is_named(&renamed, place, shown, wanted);
            if shown == wanted || is_there {
                continue;
            }
            let all_want_it = variants
                .iter()
                .filter(|other| other.shown.get(place) == Some(shown))
                .all(|other| other.wanted.get(place) == Some(wanted));
            let is_free = !option.values.iter().any(|(_, name)| is_same(name, wanted))
                || is_same(shown, wanted);
            let mut values = option.values.iter_mut();
            let value = values
                .find(|(_, name)| name == shown)
                .filter(|_| all_want_it && is_free);
            if let Some((id, name)) = value {
                *name = wanted.clone();
                let rename = Renamed {
                    option: place,
                    value: *id,
                    name: wanted.clone(),
                };
                renamed.push((shown.clone(), rename));
            } else if !anew.contains(&variant.id) {
                anew.push(variant.id);
            }
        }
    }
    (
        renamed.into_iter().map(|(_, rename)| rename).collect(),
        anew,
    )
}

fn is_named(renamed: &[(Box<str>, Renamed)], place: usize, shown: &str, wanted: &str) -> bool {
    renamed
        .iter()
        .any(|(from, to)| to.option == place && **from == *shown && *to.name == *wanted)
}

/// As the store compares.
fn is_same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(id: u64, name: &str, values: &[&str]) -> Known {
        Known {
            id,
            name: name.into(),
            sort_order: 0,
            values: (id * 10..)
                .zip(values.iter().map(|name| (*name).into()))
                .collect(),
        }
    }

    fn seen(id: u64, shown: &str, wanted: &str) -> Seen {
        let texts = |text: &str| text.split('/').map(Into::into).collect();
        Seen {
            id,
            shown: texts(shown),
            wanted: texts(wanted),
        }
    }

    fn plan(variants: &[Seen]) -> (Vec<(usize, u64, String)>, Vec<u64>) {
        let options = [
            option(1, "Size", &["S", "M"]),
            option(2, "Colour", &["Red", "Blue"]),
        ];
        let (renamed, anew) = renamed(&options, variants);
        let renamed = renamed.into_iter();
        let renamed = renamed.map(|each| (each.option, each.value, each.name.into()));
        (renamed.collect(), anew)
    }

    #[test]
    fn ec_01_a_value_is_renamed_where_all_that_have_it_want_the_same() {
        let all = [
            seen(1, "S/Red", "Small/Red"),
            seen(2, "S/Blue", "Small/Blue"),
        ];
        assert_eq!(plan(&all), (vec![(0, 10, "Small".into())], vec![]));
        let case = [seen(1, "S/Red", "s/Red")];
        assert_eq!(plan(&case), (vec![(0, 10, "s".into())], vec![]));
    }

    #[test]
    fn a_variant_that_takes_anothers_value_is_made_anew() {
        let some = [seen(1, "S/Red", "Small/Red"), seen(2, "S/Blue", "S/Blue")];
        assert_eq!(plan(&some), (vec![], vec![1]));
        let taken = [seen(1, "S/Red", "M/Red"), seen(2, "M/Blue", "M/Blue")];
        assert_eq!(plan(&taken), (vec![], vec![1]));
        let swapped = [seen(1, "S/Red", "M/Red"), seen(2, "M/Red", "S/Red")];
        assert_eq!(plan(&swapped), (vec![], vec![1, 2]));
    }

    #[test]
    fn ec_01_options_go_by_their_names_and_then_by_their_places() {
        let known = [option(1, "Size", &[]), option(2, "Colour", &[])];
        let ids = |names: &[&str]| -> Vec<u64> {
            let names: Vec<Box<str>> = names.iter().map(|name| (*name).into()).collect();
            aligned(&known, &names)
                .iter()
                .map(|option| option.id)
                .collect()
        };
        assert_eq!(ids(&["Colour", "Size"]), [2, 1]);
        assert_eq!(ids(&["Talla", "Colour"]), [1, 2]);
        assert_eq!(ids(&["Colour", "Talla"]), [2, 1]);
    }
}
