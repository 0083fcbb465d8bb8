//! What a user types stays a word: it never becomes another object, another key, or a template.

use std::fs;
use std::path::PathBuf;

use store_model::Plan;

use crate::agreement::values;
use crate::files::{kind, name, objects};
use crate::helm;

#[test]
fn a_title_is_only_a_title() {
    let nasty = [
        "plain",
        "two\nlines: true\n---\nkind: Secret",
        "{{ .Values.database.password }}",
        "quote \" and ' and `",
        "a,b=c",
        "${HOME} $(id)",
        "\u{202e}right to left",
        "null",
        "1e5",
        "- item",
        "# comment",
        "tab\tand bell\u{7}",
    ];
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let mut shape = None;
    for (number, title) in nasty.iter().enumerate() {
        let mut values = values(Plan::Small);
        (*title).clone_into(&mut values.store.title);
        (*title).clone_into(&mut values.store.created_by);
        let path = scratch.join(format!("title-{number}.json"));
        fs::write(&path, serde_json::to_vec(&values).unwrap()).unwrap();
        let objects = objects(&helm::render("store-instance", &[path], &[]).unwrap());
        let names: Vec<_> = objects.iter().map(|o| format!("{}/{}", kind(o), name(o))).collect();
        assert_eq!(shape.get_or_insert_with(|| names.clone()), &names, "{title:?} changes what is rendered");
        let told = objects.iter().find(|o| kind(o) == "ConfigMap").unwrap();
        assert_eq!(told["data"]["STORE_TITLE"], *title);
        let deployment = objects.iter().find(|o| kind(o) == "Deployment").unwrap();
        assert_eq!(deployment["metadata"]["annotations"]["store-platform.dev/created-by"], *title);
    }
}
