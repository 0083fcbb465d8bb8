<?php
/**
 * The owner's log-in by a link that the platform signed: once, within a minute, and nothing but this store's own key makes
 * one. The token is <expires>.<nonce>.<signature>; the signature is over the store's id too (login-token.php).
 */

defined( 'ABSPATH' ) || exit;

require_once __DIR__ . '/login-token.php';

const STORE_LOGIN_ACTION = 'store-platform-login';
/** One row for each used nonce, for as long as its token would be taken. */
const STORE_LOGIN_USED = 'store_platform_login_';

// wp-login.php does what its action says; WordPress has told browsers by then that nothing of it may be kept.
add_action(
	'login_form_' . STORE_LOGIN_ACTION,
	static function (): void {
		// A link's neighbour must not learn it from us.
		header( 'Referrer-Policy: no-referrer' );
		// phpcs:ignore WordPress.Security.NonceVerification -- the token is what is verified
		$given = $_GET['token'] ?? null;
		$owner = is_string( $given ) ? store_login_owner( $given ) : null;
		// Whoever asks uses it up, however they ask: what stands in a log is worth nothing. Nobody is logged in by a look.
		if ( null === $owner || 'GET' !== ( $_SERVER['REQUEST_METHOD'] ?? '' ) ) {
			store_login_refuse();
		}
		wp_set_auth_cookie( $owner->ID, false );
		wp_set_current_user( $owner->ID );
		do_action( 'wp_login', $owner->user_login, $owner );
		wp_safe_redirect( admin_url() );
		exit;
	}
);

/** Whom the token lets in: nobody, if it is not ours, too old, or was used. */
function store_login_owner( string $given ): ?WP_User {
	$token = store_login_token( $given, (string) getenv( 'STORE_LOGIN_KEY' ), (string) getenv( 'STORE_ID' ), time() );
	if ( null === $token || ! store_login_burn( $token['nonce'], $token['expires'] ) ) {
		return null;
	}
	$named = get_user_by( 'login', (string) getenv( 'STORE_ADMIN_USER' ) );
	if ( $named && user_can( $named, 'manage_options' ) ) {
		return $named;
	}
	// The owner may have put somebody else in charge.
	$admins = get_users( array( 'role' => 'administrator', 'orderby' => 'ID', 'number' => 1 ) );
	return $admins[0] ?? null;
}

/** Whether it was not used before. The options' unique names decide: of two at the same time one inserts its row. */
function store_login_burn( string $nonce, int $expires ): bool {
	global $wpdb;
	$wpdb->query(
		$wpdb->prepare(
			"DELETE FROM {$wpdb->options} WHERE option_name LIKE %s AND CAST(option_value AS UNSIGNED) < %d",
			$wpdb->esc_like( STORE_LOGIN_USED ) . '%',
			time()
		)
	);
	return 1 === $wpdb->query(
		$wpdb->prepare(
			"INSERT IGNORE INTO {$wpdb->options} (option_name, option_value, autoload) VALUES (%s, %s, 'off')",
			STORE_LOGIN_USED . $nonce,
			(string) $expires
		)
	);
}

function store_login_refuse(): never {
	status_header( 403 );
	header( 'Content-Type: text/html; charset=utf-8' );
	$title = esc_html__( 'This log-in link does not work any more', 'store-platform' );
	$text  = esc_html__( 'It works once, within a minute. Ask for a new one where you got this one, or log in with your password.', 'store-platform' );
	$login = esc_url( wp_login_url() );
	$label = esc_html__( 'Log in', 'store-platform' );
	echo "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"robots\" content=\"noindex\"><title>$title</title><h1>$title</h1><p>$text</p><p><a href=\"$login\">$label</a></p></html>\n";
	exit;
}
