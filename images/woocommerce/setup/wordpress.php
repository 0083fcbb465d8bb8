<?php
/**
 * Phase 1: tables, options, roles and the administrator.
 */
declare( strict_types=1 );

define( 'WP_INSTALLING', true );
require __DIR__ . '/steps.php';

/** WordPress's own would write a "Hello world" post, a sample page and a comment, and would not bear repeating. */
function wp_install_defaults( int $user_id ): void {
	global $wpdb;
	if ( ! term_exists( 1, 'category' ) ) {
		must( $wpdb->insert( $wpdb->terms, array( 'term_id' => 1, 'name' => 'Uncategorized', 'slug' => 'uncategorized', 'term_group' => 0 ) ), 'insert the default category' );
	}
	$wpdb->query( "INSERT IGNORE INTO $wpdb->term_taxonomy (term_id, taxonomy, description, parent, count) VALUES (1, 'category', '', 0, 0)" );
	update_option( 'default_category', 1 );
	update_user_meta( $user_id, 'show_welcome_panel', 0 );
}

/** A mail to the owner is the platform's to send. */
function wp_new_blog_notification(): void {}

require '/var/www/html/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
add_filter( 'wp_die_handler', static fn() => 'step_wp_die' );

/** With a structure in place WordPress does not ask itself over HTTP whether pretty links work. */
$pretend = static fn() => '/%postname%/';
add_filter( 'pre_option_permalink_structure', $pretend );
$wpdb->suppress_errors( ! is_blog_installed() );

step(
	'wordpress',
	static function () use ( $pretend ): void {
		global $wpdb;
		wp_install(
			(string) getenv( 'STORE_TITLE' ),
			(string) getenv( 'STORE_ADMIN_USER' ),
			(string) getenv( 'STORE_ADMIN_EMAIL' ),
			true,
			'',
			wp_slash( (string) getenv( 'STORE_ADMIN_PASSWORD' ) )
		);
		$wpdb->suppress_errors( false );
		$admin = get_user_by( 'login', (string) getenv( 'STORE_ADMIN_USER' ) );
		if ( ! $admin || ! $admin->has_cap( 'manage_options' ) || ! is_blog_installed() ) {
			step_fail( 'WordPress is not installed after wp_install: ' . $wpdb->last_error );
		}
		remove_filter( 'pre_option_permalink_structure', $pretend );
		update_option( 'permalink_structure', '/%postname%/' );
		update_option( 'default_comment_status', 'closed' );
		update_option( 'default_ping_status', 'closed' );
		update_option( 'default_pingback_flag', 0 );
		update_option( 'blogdescription', '' );
		update_option( 'uploads_use_yearmonth_folders', 1 );
		update_option( 'timezone_string', 'UTC' );
	}
);
