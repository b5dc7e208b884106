use std::io::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use rust_xlsxwriter::{ExcelDateTime, Format, Formula, Workbook};
use tempfile::TempDir;

use super::*;

/// What is read of a file: its columns, its rows.
type Whole = (Vec<String>, Vec<FileRow>);

fn read_all(path: &Path, mark: Mark) -> Result<Whole, FileError> {
    let (mut columns, mut rows) = (Vec::new(), Vec::new());
    let mut take = |part| {
        match part {
            Part::Columns(found) => columns = found,
            Part::Row(row) => rows.push(row),
        }
        true
    };
    read(path, mark, &mut take)?;
    Ok((columns, rows))
}

fn file(name: &str, bytes: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

fn csv_of(bytes: &[u8]) -> Result<Whole, FileError> {
    let (_folder, path) = file("x.csv", bytes);
    read_all(&path, Mark::Either)
}

fn texts(cells: &[&str]) -> Vec<String> {
    cells.iter().map(ToString::to_string).collect()
}

fn row(number: u32, cells: &[&str]) -> FileRow {
    FileRow {
        number,
        cells: texts(cells),
        faults: Vec::new(),
    }
}

#[test]
fn csv_is_read_as_spreadsheets_write_it() {
    let expected = (
        texts(&["sku", "price", "brand"]),
        vec![
            row(2, &["A", "1,5", "x;y"]),
            row(4, &["é", "", "two\nlines"]),
        ],
    );
    for text in [
        "sku,price,brand\r\nA,\"1,5\",x;y\r\n,,\r\né,,\"two\nlines\"\r\n",
        "\u{feff}sku;price;brand\nA;1,5;\"x;y\"\n;;\né;;\"two\nlines\"",
        "\u{feff}\"sku\"\t\"price\"\t\"brand\"\nA\t1,5\tx;y\n\t\t\t\né\t\t\"two\nlines\"\n",
    ] {
        assert_eq!(csv_of(text.as_bytes()).unwrap(), expected, "{text}");
    }
    let said = csv_of(b"sep=;\r\nsku;price\r\nA;1\r\n").unwrap();
    assert_eq!(said, (texts(&["sku", "price"]), vec![row(3, &["A", "1"])]));
}

#[test]
fn csv_that_cannot_be_read_is_told_by_row() {
    assert!(matches!(csv_of(b""), Err(FileError::Empty)));
    assert!(matches!(csv_of(b"sku\n\xe9"), Err(FileError::NotUtf8(2))));
    assert!(matches!(csv_of(b"\xff\xfes\0k\0"), Err(FileError::Utf16)));
    assert!(matches!(
        csv_of(b"sku,price\nA,1\nB\n"),
        Err(FileError::Cells {
            row: 3,
            found: 1,
            columns: 2
        })
    ));
    assert!(matches!(
        csv_of(b"sku,price\nA,1,2\n"),
        Err(FileError::Cells {
            row: 2,
            found: 3,
            columns: 2
        })
    ));
}

/// A workbook with a header and what `write` puts below it.
fn workbook(write: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> (TempDir, PathBuf) {
    let (folder, path) = file("x.XLSX", b"");
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in (0..).zip(["sku", "price", "active", "barcode"]) {
        sheet.write_string(0, column, name).unwrap();
    }
    write(sheet);
    workbook.save(&path).unwrap();
    (folder, path)
}

#[test]
fn cells_of_a_workbook_that_are_no_texts_are_read_exactly_or_told() {
    let (_folder, path) = workbook(|sheet| {
        let date = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_number(1, 0, 4_006_381_333_931.0).unwrap();
        sheet.write_number(1, 1, 1.234).unwrap();
        sheet.write_boolean(1, 2, true).unwrap();
        sheet.write_number(1, 3, 12.345).unwrap();
        let day = ExcelDateTime::from_ymd(2026, 1, 2).unwrap();
        sheet.write_datetime_with_format(3, 0, &day, &date).unwrap();
        sheet.write_number(3, 1, 0.1 + 0.2).unwrap();
        sheet
            .write_formula(3, 2, Formula::new("=1/0").set_result("#DIV/0!"))
            .unwrap();
        sheet
            .write_number(3, 3, 12_345_678_901_234_567_890_f64)
            .unwrap();
        sheet
            .write_formula(4, 1, Formula::new("=1+1").set_result("2"))
            .unwrap();
    });
    let (columns, rows) = read_all(&path, Mark::Either).unwrap();
    assert_eq!(columns, ["sku", "price", "active", "barcode"]);
    assert_eq!(
        rows[0],
        row(2, &["4006381333931", "1.2340", "yes", "12.345"])
    );
    assert_eq!(
        (rows[1].number, &rows[1].cells),
        (4, &texts(&["", "", "", ""]))
    );
    let faults = &rows[1].faults;
    for (place, fault) in [(0, Fault::Date), (1, Fault::Rounded), (3, Fault::Rounded)] {
        assert!(faults.contains(&(place, fault)), "{place}: {faults:?}");
    }
    assert_eq!(rows[2], row(5, &["", "2", "", ""]));
    let comma = read_all(&path, Mark::Comma).unwrap().1;
    assert_eq!(comma[0].cells[1], "1,234");
}

#[test]
fn a_workbook_that_is_none_or_unpacks_to_more_than_it_may_is_refused() {
    let (_folder, path) = file("x.xlsx", b"PK no workbook");
    assert!(matches!(
        read_all(&path, Mark::Either),
        Err(FileError::Packed(_))
    ));
    let (_folder, path) = file("x.xlsx", b"");
    let mut archive = zip::ZipWriter::new(File::create(&path).unwrap());
    let packed = zip::write::SimpleFileOptions::default();
    archive.start_file("xl/sharedStrings.xml", packed).unwrap();
    let zeros = vec![0; 1 << 20];
    for _ in 0..257 {
        archive.write_all(&zeros).unwrap();
    }
    archive.finish().unwrap();
    assert!(
        std::fs::metadata(&path).unwrap().len() < 1 << 20,
        "a small file"
    );
    assert!(matches!(
        read_all(&path, Mark::Either),
        Err(FileError::UnpacksTooLarge(_))
    ));
    let (_folder, path) = workbook(|sheet| {
        sheet.write_string(1, 7, "beyond").unwrap();
    });
    assert!(matches!(
        read_all(&path, Mark::Either),
        Err(FileError::BeyondColumns { row: 2, column: 8 })
    ));
}

fn written(name: &str, rows: &[Vec<String>]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let columns = texts(&["sku", "name", "price"]);
    let mut writing = Writing::begin(&path, Separator::Semicolon, false, &columns).unwrap();
    for row in rows {
        assert_eq!(writing.row(row).unwrap(), 0);
    }
    assert!(!path.exists(), "it has its name when it is whole");
    writing.finish().unwrap();
    (folder, path)
}

#[test]
fn a_file_that_is_there_is_overwritten_only_when_that_is_said() {
    let (_folder, path) = written("x.csv", &[texts(&["A", "b", "1"])]);
    let bytes = std::fs::read(&path).unwrap();
    assert_eq!(bytes, "\u{feff}sku;name;price\r\nA;b;1\r\n".as_bytes());
    let columns = texts(&["sku"]);
    let again = Writing::begin(&path, Separator::Comma, false, &columns);
    assert!(matches!(again, Err(FileError::Exists(_))));
    Writing::begin(&path, Separator::Comma, true, &columns)
        .unwrap()
        .finish()
        .unwrap();
    assert_eq!(csv_of(&std::fs::read(&path).unwrap()).unwrap().0, columns);
}

#[test]
fn a_text_that_no_cell_holds_is_left_out_of_a_workbook_and_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.xlsx");
    let columns = texts(&["sku", "description"]);
    let mut writing = Writing::begin(&path, Separator::Comma, false, &columns).unwrap();
    let long = "x".repeat(40_000);
    assert_eq!(writing.row(&texts(&["A", &long])).unwrap(), 1);
    writing.finish().unwrap();
    let (_, rows) = read_all(&path, Mark::Either).unwrap();
    assert_eq!(rows, [row(2, &["A", ""])]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever stands in cells, both kinds of file give it back, but for line ends.
    #[test]
    fn what_is_written_is_read_back(
        rows in vec(vec("[=+@'\"; ,\r\n\ta-z_x0-9-]{0,9}|\\PC{0,9}|_x0041_", 3), 0..6)
    ) {
        let plain = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
        let is_empty = |row: &&Vec<String>| row.iter().all(|cell| cell.trim().is_empty());
        let expected: Vec<Vec<String>> = rows
            .iter()
            .filter(|row| !is_empty(row))
            .map(|row| row.iter().map(|cell| plain(cell)).collect())
            .collect();
        for name in ["x.csv", "x.xlsx"] {
            let (_folder, path) = written(name, &rows);
            let (_, found) = read_all(&path, Mark::Either).unwrap();
            let found: Vec<Vec<String>> = found
                .into_iter()
                .map(|row| row.cells.iter().map(|cell| plain(cell)).collect())
                .collect();
            prop_assert_eq!(&found, &expected, "{}", name);
        }
    }
}
