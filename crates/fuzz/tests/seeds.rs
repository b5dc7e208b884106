//! Every input that is known already is tried without a fuzzer, too.

#[test]
fn every_seed_and_everything_found_passes() {
    let targets = fuzz::targets().unwrap();
    assert_eq!(targets.len(), 13);
    for target in targets {
        assert!(
            !target.seeds.is_empty(),
            "{} begins with nothing",
            target.name
        );
        for input in target.seeds.iter().chain(&target.found().unwrap()) {
            target.run(input);
        }
    }
}
