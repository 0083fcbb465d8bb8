use secrecy::ExposeSecret;

use super::*;

fn config(pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let mut map = BTreeMap::from([("BASE_DOMAIN".to_owned(), "localhost".to_owned())]);
    map.extend(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    Config::from_env_map(map)
}

#[test]
fn every_wrong_variable_is_named_with_its_cure() {
    let errors = config(&[
        ("BASE_DOMAIN", "Not A Host"),
        ("PUBLIC_SCHEME", "gopher"),
        ("WORKERS", "0"),
        ("PUBLIC_PORT", "eighty"),
        ("IMAGE_MYSQL", "mysql"),
        ("INGRESS_SERVICE", "envoy"),
    ])
    .unwrap_err()
    .0;
    for name in ["BASE_DOMAIN", "PUBLIC_SCHEME", "WORKERS", "PUBLIC_PORT", "IMAGE_MYSQL", "INGRESS_SERVICE"] {
        assert!(
            errors.iter().any(|error| error.starts_with(name) && (error.contains("use ") || error.contains("set "))),
            "{name} in {errors:?}"
        );
    }
}

#[test]
fn a_password_with_any_character_reaches_postgres_and_no_message() {
    let config = config(&[("DB_HOST", "db"), ("DB_PASSWORD", "a/b+c=d@e:f")]).unwrap();
    let DbSettings::Postgres { url } = &config.database else { panic!("not PostgreSQL") };
    let url = Url::parse(url.expose_secret()).unwrap();
    assert_eq!(url.host_str(), Some("db"));
    assert!(!format!("{config:?}").contains("b+c"), "{config:?}");
}

#[test]
fn nothing_set_means_sqlite_and_no_engine() {
    let config = config(&[]).unwrap();
    assert!(matches!(config.database, DbSettings::Sqlite { .. }));
    for engine in Engine::ALL {
        let why = config.engine_unavailable(engine).unwrap();
        for image in engine.spec().images {
            assert!(why.contains(image.env()), "{why}");
        }
    }
}

#[test]
fn an_engine_can_be_had_once_all_of_its_images_are_named() {
    for engine in Engine::ALL {
        let images: Vec<(&str, &str)> = engine.spec().images.iter().map(|image| (image.env(), "a/image:1")).collect();
        assert_eq!(config(&images).unwrap().engine_unavailable(engine), None);
        let why = config(&images[1..]).unwrap().engine_unavailable(engine).unwrap();
        assert!(why.contains(images[0].0) && !why.contains(images[1].0), "{why}");
        for other in Engine::ALL.into_iter().filter(|other| *other != engine) {
            assert!(config(&images).unwrap().engine_unavailable(other).is_some(), "{other:?}");
        }
        let told = [&images[..], &[(engine.spec().unavailable_env, "no registry; get one")]].concat();
        let why = config(&told).unwrap().engine_unavailable(engine).unwrap();
        assert!(why.contains(engine.as_str()) && why.ends_with("no registry; get one"), "{why}");
    }
}

#[test]
fn a_store_url_shows_a_port_only_when_it_is_not_the_schemes_own() {
    let host = HostName::parse("mug.localhost").unwrap();
    let url = |scheme, port| config(&[("PUBLIC_SCHEME", scheme), ("PUBLIC_PORT", port)]).unwrap().store_url(&host);
    assert_eq!(url("https", "8443"), "https://mug.localhost:8443");
    assert_eq!(url("https", "443"), "https://mug.localhost");
    assert_eq!(url("http", ""), "http://mug.localhost");
}
