<?php
/**
 * Code comes with the image: nothing asks for updates, and nothing tells the owner about ones that cannot be installed
 * here. A store's pod may not be let out to the internet either; then each such question would be a time-out.
 */

defined( 'ABSPATH' ) || exit;

// Set-up asks nobody: neither the world (each question a time-out where the pod may not go out) nor this shop itself,
// whose answer would race with the set-up in the same tables.
if ( defined( 'STORE_SETUP' ) ) {
	add_filter( 'pre_http_request', static fn() => new WP_Error( 'store_setup', 'no HTTP requests during set-up' ) );
}

foreach ( array( 'core', 'plugins', 'themes' ) as $store_kind ) {
	// A fresh answer "nothing new": WordPress then does not ask.
	add_filter(
		"pre_site_transient_update_$store_kind",
		static fn(): object => (object) array(
			'last_checked'    => time(),
			'version_checked' => wp_get_wp_version(),
			'checked'         => array(),
			'response'        => array(),
			'translations'    => array(),
			'no_update'       => array(),
			'updates'         => array(),
		)
	);
}
remove_action( 'admin_init', '_maybe_update_core' );
remove_action( 'admin_init', '_maybe_update_plugins' );
remove_action( 'admin_init', '_maybe_update_themes' );
remove_action( 'wp_version_check', 'wp_version_check' );
remove_action( 'wp_update_plugins', 'wp_update_plugins' );
remove_action( 'wp_update_themes', 'wp_update_themes' );

add_action(
	'admin_init',
	static function (): void {
		remove_action( 'admin_notices', 'update_nag', 3 );
		remove_action( 'admin_notices', 'maintenance_nag', 10 );
	}
);

// News from outside on the owner's first screen, and checks of whether this site can reach itself by its public name:
// from inside the pod it cannot, and need not (cron is the cluster's).
add_action( 'wp_dashboard_setup', static fn() => remove_meta_box( 'dashboard_primary', 'dashboard', 'side' ) );
add_filter( 'action_scheduler_allow_async_request_runner', '__return_false' );
add_filter(
	'site_status_tests',
	static function ( array $tests ): array {
		unset( $tests['async']['loopback_requests'], $tests['async']['background_updates'], $tests['async']['dotorg_communication'], $tests['direct']['plugin_version'], $tests['direct']['theme_version'] );
		return $tests;
	}
);

// WooCommerce's advertisements and its messages from outside.
add_filter( 'woocommerce_allow_marketplace_suggestions', '__return_false' );
add_filter( 'woocommerce_admin_features', static fn( array $features ): array => array_values( array_diff( $features, array( 'remote-inbox-notifications', 'remote-free-extensions', 'marketplace' ) ) ) );
add_filter( 'woocommerce_helper_suppress_admin_notices', '__return_true' );
add_filter( 'woocommerce_enable_setup_wizard', '__return_false' );
add_filter( 'woocommerce_prevent_automatic_wizard_redirect', '__return_true' );

// The generator's version helps nobody but scanners.
remove_action( 'wp_head', 'wp_generator' );
add_filter( 'the_generator', '__return_empty_string' );
