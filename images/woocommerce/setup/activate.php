<?php
/**
 * Phase 2: WooCommerce and the theme. A process of its own: the next one starts with both loaded.
 */
declare( strict_types=1 );

require __DIR__ . '/steps.php';
require '/var/www/html/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';
add_filter( 'wp_die_handler', static fn() => 'step_wp_die' );

step(
	'activate',
	static function (): void {
		global $wpdb;
		// A killed installation leaves WooCommerce's lock, and its installer would pass by in silence for ten minutes.
		// Ours is the only set-up: it holds a lock that dies with its connection.
		$wpdb->delete( $wpdb->options, array( 'option_name' => 'wc_installing' ) );
		delete_transient( 'wc_installing' );
		$result = activate_plugin( 'woocommerce/woocommerce.php' );
		if ( is_wp_error( $result ) ) {
			step_fail( 'activate WooCommerce: ' . $result->get_error_message() );
		}
		switch_theme( 'store-platform' );
		if ( ! wp_get_theme()->exists() ) {
			step_fail( 'the theme store-platform is not in the image' );
		}
	}
);
