//! The program that `fuzz.sh` runs: libFuzzer's, where it is built with its instrumentation; else it names the targets, or
//! writes the seeds of one.
#![cfg_attr(fuzzing, no_main)]

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    use std::sync::LazyLock;

    static TARGET: LazyLock<fuzz::Target> = LazyLock::new(|| {
        let name = std::env::var("FUZZ_TARGET").expect("FUZZ_TARGET names a target");
        fuzz::targets()
            .expect("samples can be read")
            .into_iter()
            .find(|target| target.name == name)
            .expect("FUZZ_TARGET is one of them")
    });
    TARGET.run(input);
});

#[cfg(not(fuzzing))]
fn main() -> anyhow::Result<()> {
    use std::path::PathBuf;

    use anyhow::Context as _;

    let mut arguments = std::env::args().skip(1);
    let targets = fuzz::targets()?;
    let Some(name) = arguments.next() else {
        for target in targets {
            println!("{}", target.name);
        }
        return Ok(());
    };
    let target = targets.iter().find(|target| target.name == name);
    let target = target.with_context(|| format!("there is no target {name}"))?;
    let folder = PathBuf::from(arguments.next().context("which folder is for the seeds?")?);
    std::fs::create_dir_all(&folder)?;
    for (number, seed) in target.seeds.iter().chain(&target.found()?).enumerate() {
        std::fs::write(folder.join(format!("seed-{number}")), seed)?;
    }
    Ok(())
}
