//! Any text is read or refused; what is read prints and reads back as itself.

#![no_main]

use libfuzzer_sys::fuzz_target;
use policy::{Document, DocumentKind, check_syntax, json::Node};

fuzz_target!(|text: &str| {
    let Ok(node) = Node::parse(text) else { return };
    assert_eq!(Node::parse(&node.to_string()).as_ref(), Ok(&node));
    assert_eq!(Node::parse(&format!("{node:#}")).as_ref(), Ok(&node));
    let reading = Document::read(&node);
    for problem in &reading.problems {
        let _ = problem.span.position(text);
        assert!(!problem.to_string().is_empty());
    }
    if let Ok(document) = Document::parse(text) {
        assert!(reading.problems.is_empty());
        assert_eq!(Document::parse(&document.to_string()).as_ref(), Ok(&document));
    }
    let _ = check_syntax(text, DocumentKind::Identity);
});
