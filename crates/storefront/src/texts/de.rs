//! German.

use super::Texts;

pub const DE: Texts = Texts {
    lang: "de",

    skip: "Zum Inhalt springen",
    menu: "Haupt",
    shop: "Sortiment",
    basket: "Warenkorb",
    basket_holds: |count| {
        if count == 1 { "1 Artikel im Warenkorb".into() } else { format!("{count} Artikel im Warenkorb") }
    },
    footer: "Bestellen als Gast. Ohne Konto, ohne Tracking.",

    lead: "Sehen Sie sich um. Bestellen dauert eine Minute und braucht kein Konto.",
    products: |count| if count == 1 { "1 Produkt".into() } else { format!("{count} Produkte") },
    from: "ab",
    sold_out: "Ausverkauft",
    no_price: "Noch ohne Preis",
    no_products: "Die Regale sind noch leer",
    no_products_hint: "Hier gibt es noch nichts zu kaufen. Schauen Sie bald wieder vorbei.",
    pages: "Seiten",
    previous: "Vorige Seite",
    next: "Nächste Seite",
    page_of: |page, pages| format!("Seite {page} von {pages}"),

    choose: "Auswahl",
    quantity: "Menge",
    in_stock: "Vorrätig",
    few_left: |count| format!("Nur noch {count} da"),
    add: "In den Warenkorb",
    all_sold_out: "Dieses Produkt ist zurzeit ausverkauft.",
    back_to_shop: "Zurück zum Sortiment",

    empty_basket: "Ihr Warenkorb ist leer",
    empty_basket_hint: "Was Sie auf einer Produktseite hineinlegen, erscheint hier.",
    each: "je",
    update: "Ändern",
    remove: "Entfernen",
    quantity_of: |title| format!("Menge von {title}"),
    update_of: |title| format!("Ändern: Menge von {title}"),
    remove_of: |title| format!("Entfernen: {title}"),
    summary: "Übersicht",
    goods: "Waren",
    shipping: "Versand",
    shipping_later: "Wird an der Kasse gewählt",
    discount: "Enthaltener Rabatt",
    tax: "Enthaltene Steuern",
    total: "Gesamt",
    to_checkout: "Zur Kasse",
    notice_stock: "So viele sind nicht mehr da. Im Warenkorb liegt, was vorher darin lag.",
    notice_gone: "Das ist nicht mehr zu kaufen.",
    notice_quantity: "Bitte geben Sie eine Menge zwischen 1 und 999 ein.",

    checkout: "Kasse",
    contact: "Kontakt",
    address: "Lieferadresse",
    email: "E-Mail",
    email_hint: "Für Fragen zu dieser Bestellung, für nichts sonst.",
    first_name: "Vorname",
    last_name: "Nachname",
    address_1: "Straße und Hausnummer",
    address_2: "Wohnung, Etage, Firma",
    postal_code: "Postleitzahl",
    city: "Ort",
    province: "Bundesland oder Region",
    country: "Land",
    phone: "Telefon",
    optional: "freiwillig",
    how_to_ship: "Versand",
    free: "Kostenlos",
    plus_tax: "zzgl. Steuern",
    no_shipping: "In das gewählte Land versendet dieser Shop nicht.",
    payment: "Zahlung",
    payment_manual: "Außerhalb des Shops bezahlen",
    payment_manual_hint: "Der Shop teilt Ihnen mit, wie Sie bezahlen: per Überweisung oder bei Lieferung. Jetzt wird nichts abgebucht.",
    your_order: "Ihre Bestellung",
    change_basket: "Warenkorb ändern",
    recalculate: "Versand und Summe neu berechnen",
    place_order: "Zahlungspflichtig bestellen",

    problems: |count| {
        if count == 1 {
            "Eine Angabe fehlt oder passt nicht".into()
        } else {
            format!("{count} Angaben fehlen oder passen nicht")
        }
    },
    error_prefix: "Fehler: ",
    error_missing: "Bitte füllen Sie dieses Feld aus.",
    error_email: "Bitte geben Sie eine E-Mail-Adresse ein, zum Beispiel name@example.com.",
    error_long: "Das ist zu lang.",
    error_country: "Bitte wählen Sie ein Land aus der Liste.",
    error_shipping: "Bitte wählen Sie eine Versandart.",
    notice_total: |total| {
        format!(
            "Der Gesamtbetrag hat sich geändert und ist jetzt {total}. Bitte prüfen Sie ihn und bestellen Sie erneut."
        )
    },
    notice_refused: "Der Shop konnte die Bestellung nicht annehmen. Es wurde nichts bestellt. Bitte prüfen Sie Ihre Angaben und versuchen Sie es noch einmal.",

    thanks: "Danke für Ihre Bestellung",
    order_number: |number| format!("Bestellnummer {number}"),
    thanks_note: "Ihre Bestellung ist bei uns. Zu Zahlung und Lieferung schreibt Ihnen der Shop an",
    ships_to: "Lieferung an",
    ships_by: "Versandart",
    keep_shopping: "Weiter einkaufen",

    lost: "Diese Seite gibt es nicht",
    lost_hint: "Vielleicht ist die Adresse vertippt, oder das Produkt wird nicht mehr verkauft.",
    closed: "Gleich wieder da",
    closed_hint: "Der Shop ist gerade nicht zu erreichen. Ihr Warenkorb bleibt erhalten. Diese Seite versucht es alle paar Sekunden von selbst noch einmal.",
    refused: "Das hat nicht geklappt",
    refused_hint: "Der Shop konnte diese Anfrage nicht verstehen. Bitte gehen Sie zurück und versuchen Sie es noch einmal.",
    try_again: "Jetzt noch einmal versuchen",
};
