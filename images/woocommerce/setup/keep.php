<?php
/**
 * Every time: what is the platform's, not the owner's. The database is brought to the image's versions, and the
 * platform's key to the admin API is the one in the Secret.
 */
declare( strict_types=1 );

require __DIR__ . '/steps.php';
require '/var/www/html/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
add_filter( 'wp_die_handler', static fn() => 'step_wp_die' );

const KEY_DESCRIPTION = 'store-platform';

if ( (int) get_option( 'db_version' ) !== (int) $wp_db_version ) {
	$started = microtime( true );
	require_once ABSPATH . 'wp-admin/includes/upgrade.php';
	wp_upgrade();
	printf( "setup: upgrade-wordpress %.1f\n", microtime( true ) - $started );
}

if ( get_option( 'woocommerce_version' ) !== WC()->version ) {
	$started = microtime( true );
	$wpdb->delete( $wpdb->options, array( 'option_name' => 'wc_installing' ) );
	delete_transient( 'wc_installing' );
	// Larger migrations are queued; store-cron carries them out.
	WC_Install::install();
	if ( get_option( 'woocommerce_version' ) !== WC()->version ) {
		step_fail( 'WooCommerce is not at version ' . WC()->version . ' after its own upgrade' );
	}
	printf( "setup: upgrade-woocommerce %.1f\n", microtime( true ) - $started );
}

$key    = (string) getenv( 'STORE_CONSUMER_KEY' );
$secret = (string) getenv( 'STORE_CONSUMER_SECRET' );
$table  = "{$wpdb->prefix}woocommerce_api_keys";
$have   = $wpdb->get_row( $wpdb->prepare( "SELECT key_id, consumer_secret FROM $table WHERE consumer_key = %s", wc_api_hash( $key ) ) );
if ( ! $have || ! hash_equals( $have->consumer_secret, $secret ) ) {
	$started = microtime( true );
	$admins  = get_users( array( 'role' => 'administrator', 'orderby' => 'ID', 'number' => 1, 'fields' => 'ID' ) );
	$named   = get_user_by( 'login', (string) getenv( 'STORE_ADMIN_USER' ) );
	$owner   = $named ? $named->ID : (int) must( $admins[0] ?? null, 'find an administrator for the key' );
	$wpdb->delete( $table, array( 'description' => KEY_DESCRIPTION ) );
	must(
		$wpdb->insert(
			$table,
			array(
				'user_id'         => $owner,
				'description'     => KEY_DESCRIPTION,
				'permissions'     => 'read_write',
				'consumer_key'    => wc_api_hash( $key ),
				'consumer_secret' => $secret,
				'truncated_key'   => substr( $key, -7 ),
			),
			array( '%d', '%s', '%s', '%s', '%s', '%s' )
		),
		'write the key of the admin API'
	);
	printf( "setup: admin-api %.1f\n", microtime( true ) - $started );
}
