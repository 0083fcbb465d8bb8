<?php
/**
 * Readiness: the database answers, WordPress is installed, WooCommerce is active, and the set-up that this image
 * wants has been done. Plain SQL, without loading WordPress: it is asked every few seconds, under any Host.
 */
declare( strict_types=1 );

require '/usr/local/lib/store/setup/database.php';
require '/usr/local/lib/store/setup/version.php';

header( 'Content-Type: text/plain' );
header( 'Cache-Control: no-store' );

function not_ready( string $why ): never {
	http_response_code( 503 );
	echo "not ready: $why\n";
	exit;
}

try {
	$options = store_options( store_connect( 2 ), array( 'siteurl', 'active_plugins', 'store_platform_setup_version' ) );
} catch ( mysqli_sql_exception $e ) {
	// The message can hold host and user names; the log may know them, the answer need not.
	error_log( 'healthz: ' . $e->getMessage() );
	not_ready( 'the database does not answer' );
}
if ( '' === ( $options['siteurl'] ?? '' ) ) {
	not_ready( 'WordPress is not installed' );
}
$plugins = unserialize( $options['active_plugins'] ?? 'a:0:{}', array( 'allowed_classes' => false ) );
if ( ! in_array( 'woocommerce/woocommerce.php', (array) $plugins, true ) ) {
	not_ready( 'WooCommerce is not active' );
}
if ( (int) ( $options['store_platform_setup_version'] ?? 0 ) < STORE_SETUP_VERSION ) {
	not_ready( 'set-up has not finished' );
}
echo "ready\n";
