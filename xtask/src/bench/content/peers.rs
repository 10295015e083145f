//! The figures of other programs, as they come with the instruments: Markdown tables.

/// A program's figures, one a column.
#[derive(Debug, PartialEq)]
pub struct Peer {
    pub name: String,
    /// As printed.
    pub cells: Vec<String>,
}

/// The rows under the table head that names exactly these columns.
pub fn table(readme: &str, columns: &[&str]) -> Vec<Peer> {
    let rows = readme.lines().map(cells);
    let mut rows = rows.skip_while(|row| row.get(1..).is_none_or(|head| head != columns));
    rows.by_ref()
        .skip(2)
        .take_while(|row| row.len() == columns.len() + 1)
        .map(|mut row| Peer {
            name: row.remove(0),
            cells: row,
        })
        .collect()
}

/// The best figure of a column; zero if there is none.
pub fn best(peers: &[Peer], column: usize) -> f64 {
    let figures = peers
        .iter()
        .filter_map(|peer| first_number(peer.cells.get(column)?));
    figures.fold(0.0, f64::max)
}

/// The first number of a cell such as `.313 (.93)` or `.36/.40`.
pub fn first_number(cell: &str) -> Option<f64> {
    number(cell, 0)
}

/// The number at `place` of a cell.
pub fn number(cell: &str, place: usize) -> Option<f64> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let mut numbers = cell.split(|c| !is_part(c)).filter(|part| !part.is_empty());
    numbers.nth(place)?.parse().ok()
}

fn cells(line: &str) -> Vec<String> {
    let inner = line
        .trim()
        .strip_prefix('|')
        .and_then(|line| line.strip_suffix('|'));
    let cells = inner.map(|inner| inner.split('|'));
    let plain = |cell: &str| cell.replace('*', "").trim().to_owned();
    cells.map_or_else(Vec::new, |cells| cells.map(plain).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_with_the_right_head_is_read() {
        let readme = "a\n\n| | 01 |\n|---|---|\n| other | 9 |\n\n| | 01 | 02 |\n|---|---|---|\n\
                      | one | .313 (.93) | **.614** (.89) |\n| two | .4 | .5 |\n\nText";
        let peers = table(readme, &["01", "02"]);
        assert_eq!(peers.len(), 2);
        assert_eq!(peers[0].cells, [".313 (.93)", ".614 (.89)"]);
        assert!((best(&peers, 0) - 0.4).abs() < 1e-9 && (best(&peers, 1) - 0.614).abs() < 1e-9);
        assert_eq!(number(".36/.40", 1), Some(0.4));
        assert!(table(readme, &["03"]).is_empty());
    }
}
