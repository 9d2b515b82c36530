use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};

use crate::Style;

/// Lays rows out under a header, wrapped to the page's width.
#[must_use]
pub fn table<const N: usize>(
    style: Style,
    header: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(style.width);
    if style.color {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    table.set_header(header.map(|name| Cell::new(name).add_attribute(Attribute::Dim)));
    for row in rows {
        table.add_row(row.each_ref().map(|text| cell(text)));
    }
    table.trim_fmt()
}

/// A cell in the colour of what it says; a name of a customer's resource cannot move the cursor.
fn cell(text: &str) -> Cell {
    let color = match text {
        "critical" => Some(Color::Magenta),
        "high" | "fail" | "failed" | "denied" | "not audited" => Some(Color::Red),
        "medium" | "unknown" | "incomplete" => Some(Color::Yellow),
        "pass" | "done" | "complete" => Some(Color::Green),
        _ => None,
    };
    let visible: String =
        text.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect();
    let cell = Cell::new(visible);
    color.map_or(cell.clone(), |color| cell.fg(color))
}
