<?php
/**
 * Every setting comes from the environment: the same image serves every store.
 */

/** A setting's value; an absent one is said by name, in the log, and the request ends. */
function store_setting( string $name, ?string $default = null ): string {
	$value = getenv( $name );
	if ( false !== $value && '' !== $value ) {
		return $value;
	}
	if ( null !== $default ) {
		return $default;
	}
	error_log( "store: the environment variable $name is not set" );
	if ( PHP_SAPI !== 'cli' ) {
		http_response_code( 503 );
		header( 'Content-Type: text/plain' );
		echo "This store is not configured yet.\n";
	}
	exit( 78 );
}

define( 'DB_HOST', store_setting( 'WORDPRESS_DB_HOST', 'mysql:3306' ) );
define( 'DB_NAME', store_setting( 'WORDPRESS_DB_NAME', 'wordpress' ) );
define( 'DB_USER', store_setting( 'WORDPRESS_DB_USER', 'wordpress' ) );
define( 'DB_PASSWORD', store_setting( 'WORDPRESS_DB_PASSWORD' ) );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
$table_prefix = store_setting( 'WORDPRESS_TABLE_PREFIX', 'wp_' );

foreach ( array( 'AUTH_KEY', 'SECURE_AUTH_KEY', 'LOGGED_IN_KEY', 'NONCE_KEY', 'AUTH_SALT', 'SECURE_AUTH_SALT', 'LOGGED_IN_SALT', 'NONCE_SALT' ) as $store_salt ) {
	define( $store_salt, store_setting( "WORDPRESS_$store_salt" ) );
}

define( 'WP_HOME', rtrim( store_setting( 'STORE_PUBLIC_URL' ), '/' ) );
define( 'WP_SITEURL', WP_HOME );

// TLS ends at the ingress, which says so in this header.
if ( 'https' === strtolower( $_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '' ) ) {
	$_SERVER['HTTPS']       = 'on';
	$_SERVER['SERVER_PORT'] = '443';
}
define( 'FORCE_SSL_ADMIN', str_starts_with( WP_HOME, 'https://' ) );

define( 'DISABLE_WP_CRON', true );      // store-cron, by a CronJob
define( 'DISALLOW_FILE_MODS', true );   // code comes with the image
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_AUTO_UPDATE_CORE', false );
define( 'FS_METHOD', 'direct' );
define( 'WP_MEMORY_LIMIT', '128M' );
define( 'WP_MAX_MEMORY_LIMIT', '256M' );
define( 'WP_POST_REVISIONS', 10 );
define( 'WP_DEFAULT_THEME', 'store-platform' );
define( 'WP_ENVIRONMENT_TYPE', 'production' );
define( 'WP_DEBUG', false );

if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
