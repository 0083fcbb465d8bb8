//! What a user types stays a word: it never becomes another object, another key, or a template.

use store_model::{Engine, Plan};

use crate::agreement::{render, values};
use crate::files::{kind, name};

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
    for engine in Engine::ALL {
        let mut shape = None;
        for (number, title) in nasty.iter().enumerate() {
            let mut values = values(engine, Plan::Small);
            (*title).clone_into(&mut values.store.title);
            (*title).clone_into(&mut values.store.created_by);
            let objects = render(&format!("title-{}-{number}.json", engine.as_str()), &values);
            let names: Vec<_> = objects.iter().map(|o| format!("{}/{}", kind(o), name(o))).collect();
            assert_eq!(shape.get_or_insert_with(|| names.clone()), &names, "{title:?} changes what is rendered");
            let told = objects.iter().find(|o| kind(o) == "ConfigMap").unwrap();
            assert_eq!(told["data"]["STORE_TITLE"], *title);
            let annotations = |o: &serde_json::Value| o["metadata"]["annotations"].clone();
            let said = objects.iter().filter(|o| kind(o) == "Deployment").map(annotations);
            assert!(said.into_iter().any(|a| a["store-platform.dev/created-by"] == *title), "{title:?}");
        }
    }
}
