<?php
/**
 * Phase 3: tables of WooCommerce, settings, payment, shipping, products.
 */
declare( strict_types=1 );

require __DIR__ . '/steps.php';
require '/var/www/html/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
require __DIR__ . '/version.php';
require __DIR__ . '/products.php';
add_filter( 'wp_die_handler', static fn() => 'step_wp_die' );
wp_set_current_user( get_user_by( 'login', (string) getenv( 'STORE_ADMIN_USER' ) )->ID ?? 1 );

step(
	'woocommerce',
	static function (): void {
		global $wpdb;
		$wpdb->delete( $wpdb->options, array( 'option_name' => 'wc_installing' ) );
		delete_transient( 'wc_installing' );
		WC_Install::install();
		WC_Install::create_pages();
		// Turns on the order tables (HPOS); otherwise only the first visit to wp-admin does.
		WC_Install::newly_installed();
		if ( get_option( 'woocommerce_version' ) !== WC()->version ) {
			step_fail( 'WooCommerce is not installed after WC_Install::install' );
		}
		if ( 'yes' !== get_option( 'woocommerce_custom_orders_table_enabled' ) ) {
			step_fail( 'the order tables (HPOS) are not in use' );
		}
	}
);

step(
	'options',
	static function (): void {
		$options = array(
			'woocommerce_currency'                         => (string) getenv( 'STORE_CURRENCY' ),
			'woocommerce_default_country'                  => (string) getenv( 'STORE_COUNTRY' ),
			'woocommerce_coming_soon'                      => 'no',
			'woocommerce_store_pages_only'                 => 'no',
			'woocommerce_enable_guest_checkout'            => 'yes',
			'woocommerce_enable_signup_and_login_from_checkout' => 'yes',
			'woocommerce_enable_myaccount_registration'    => 'yes',
			'woocommerce_allow_tracking'                   => 'no',
			'woocommerce_show_marketplace_suggestions'     => 'no',
			'woocommerce_onboarding_profile'               => array( 'skipped' => true, 'completed' => true ),
			'woocommerce_task_list_hidden'                 => 'yes',
			'woocommerce_task_list_complete'               => 'yes',
			'woocommerce_task_list_welcome_modal_dismissed' => 'yes',
			'woocommerce_extended_task_list_hidden'        => 'yes',
			// Otherwise WooCommerce makes a zone for the store's country with free shipping, at the first visit.
			'woocommerce_admin_created_default_shipping_zones' => 'yes',
			'woocommerce_admin_reviewed_default_shipping_zones' => 'yes',
			'woocommerce_email_from_name'                  => (string) getenv( 'STORE_TITLE' ),
			'woocommerce_email_from_address'               => (string) getenv( 'STORE_ADMIN_EMAIL' ),
		);
		foreach ( $options as $name => $value ) {
			update_option( $name, $value );
		}
		delete_transient( '_wc_activation_redirect' );
		set_transient( 'wc_onboarding_install_timestamp', time() );
	}
);

step(
	'payment',
	static function (): void {
		$cod = get_option( 'woocommerce_cod_settings', array() );
		update_option( 'woocommerce_cod_settings', array_merge( is_array( $cod ) ? $cod : array(), array(
			'enabled'            => 'yes',
			'title'              => 'Cash on delivery',
			'description'        => 'Pay with cash when your order arrives.',
			'instructions'       => 'Pay with cash when your order arrives.',
			'enable_for_methods' => array(),
			'enable_for_virtual' => 'yes',
		) ) );
	}
);

step(
	'shipping',
	static function (): void {
		// Zone 0 is "everywhere else": it is always there, and covers every address until the owner adds zones.
		$zone = new WC_Shipping_Zone( 0 );
		$have = array_map( static fn( $method ) => $method->id, $zone->get_shipping_methods() );
		if ( in_array( 'flat_rate', $have, true ) ) {
			return;
		}
		$instance = must( $zone->add_shipping_method( 'flat_rate' ), 'add the flat rate' );
		update_option( "woocommerce_flat_rate_{$instance}_settings", array( 'title' => 'Standard shipping', 'tax_status' => 'taxable', 'cost' => '4.90' ) );
		WC_Cache_Helper::get_transient_version( 'shipping', true );
	}
);

step( 'proof', 'proof_product' );
if ( 'true' === getenv( 'STORE_SAMPLE_PRODUCTS' ) ) {
	step( 'samples', 'sample_products' );
}

step(
	'pages',
	static function (): void {
		// The front page is the theme's own template: greeting and products. No page of the owner's is needed for it.
		update_option( 'show_on_front', 'posts' );
		foreach ( array( 'shop' => 'Shop', 'cart' => 'Basket', 'checkout' => 'Checkout', 'myaccount' => 'My account' ) as $page => $title ) {
			if ( wc_get_page_id( $page ) <= 0 ) {
				step_fail( "the page $title was not made" );
			}
		}
		flush_rewrite_rules();
		// The Store API answers under pretty links only.
		if ( '' === (string) get_option( 'permalink_structure' ) || ! get_option( 'rewrite_rules' ) ) {
			step_fail( 'pretty links are not on' );
		}
	}
);

must( update_option( 'store_platform_setup_version', STORE_SETUP_VERSION ) || STORE_SETUP_VERSION === (int) get_option( 'store_platform_setup_version' ), 'mark the set-up as done' );
